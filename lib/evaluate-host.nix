# One host: finds its modules, evaluates its intent, checks it, and lets the backend of its base build the closure.
{ lib, root, pkgsFor, modules, specialArgs }:
fleet: name:
let
  host = fleet.hosts.${name};
  backend = (import ../backends).${host.base};
  found = import ./find-modules.nix { inherit lib root host; };
  pkgs = pkgsFor host.system;

  evaluated = backend.evaluate { inherit lib pkgs; } {
    inherit specialArgs;
    modules = [
      ./intent
      ./checks
      { _file = "NixFleet, for host ${name}"; _module.args.fleetRoot = root; nixfleet = { inherit host; fleet = { inherit (fleet) environment hosts groups; }; }; }
    ] ++ backend.modules ++ found.modules ++ modules;
  };

  # A specialisation is a whole system of its own, and so is what the host runs and boots.
  specialisation = fleet.specialisations.${name};
  available = evaluated.config.specialisation or { };
  inherit (if specialisation == null then evaluated else { config = available.${specialisation}.configuration; }) config;

  unusable =
    lib.optional (host.base == "nixos" && !(lib ? nixosSystem)) "its base is nixos, but the flake's input nixpkgs has no lib.nixosSystem; take nixpkgs itself as that input"
    ++ lib.optional (specialisation != null && host.base != "nixos") "only NixOS hosts have specialisations";
  unknown = lib.optional (specialisation != null && !(available ? ${specialisation}))
    "unknown specialisation `${specialisation}'; ${if available == { } then "there are none" else "there are ${lib.concatStringsSep ", " (lib.attrNames available)}"}";

  problems = import ./problems.nix { inherit lib name; };
  checked = value: builtins.addErrorContext "while evaluating the host `${name}'"
    (problems.refuse (found.problems ++ unusable)
      (problems.refuse unknown
        (problems.refuse (problems.failed config.nixfleet.assertions)
          (problems.refuse (problems.failed (config.assertions or [ ])) value))));
  closure = checked (backend.compile { inherit lib pkgs config; });
  description = checked (backend.describe { inherit lib pkgs config; });
in
{
  inherit closure;
  # What `nixosConfigurations` has of a NixOS host.
  configuration = evaluated // { config = checked evaluated.config; };
  # Asked for before the values exist, so this must not depend on them.
  secrets = map (secret: secret.declaration // { inherit (secret) generator; }) (lib.attrValues config.nixfleet.secrets);
  summary = {
    inherit name;
    inherit (host) base system;
    inherit (closure) drvPath;
    out = closure.outPath;
    warnings = checked (config.nixfleet.warnings ++ config.warnings or [ ]);
  } // lib.optionalAttrs (backend.describe != null) {
    manifest = { inherit (description) drvPath; out = description.outPath; };
  };
}
