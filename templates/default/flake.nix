{
  description = "My fleet";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    # Where your NixFleet comes from.
    nixfleet.url = "git+https://git.example.org/nixfleet";
    nixfleet.inputs.nixpkgs.follows = "nixpkgs";
  };

  # Finds hosts/<name>.nix and modules/<role>.nix; hosts and roles are named in inventory/prod.yaml.
  outputs = inputs: inputs.nixfleet.lib.mkFleet { inherit inputs; root = ./.; };
}
