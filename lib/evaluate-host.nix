# One host: finds its modules, evaluates its intent, checks it, and lets the backend of its base build the closure.
{ lib, root, pkgsFor, modules, specialArgs }:
fleet: name:
let
  host = fleet.hosts.${name};
  backend = (import ../backends).${host.base};
  found = import ./find-modules.nix { inherit lib root host; };
  pkgs = pkgsFor host.system;

  evaluated = lib.evalModules {
    inherit specialArgs;
    modules = [
      ./intent
      ./checks
      { _file = "NixFleet, for host ${name}"; _module.args = { inherit pkgs; fleetRoot = root; }; nixfleet = { inherit host; fleet = { inherit (fleet) environment hosts groups; }; }; }
    ] ++ backend.modules ++ found.modules ++ modules;
  };

  problems = import ./problems.nix { inherit lib name; };
  checked = value: builtins.addErrorContext "while evaluating the host `${name}'"
    (problems.refuse (found.problems ++ backend.problems)
      (problems.refuse (problems.failed evaluated.config.nixfleet.assertions) value));
  closure = checked (backend.compile { inherit lib pkgs; inherit (evaluated) config; });
in
{
  inherit closure;
  # Asked for before the values exist, so this must not depend on them.
  secrets = map (secret: secret.declaration // { inherit (secret) generator; }) (lib.attrValues evaluated.config.nixfleet.secrets);
  summary = {
    inherit name;
    inherit (host) base system;
    inherit (closure) drvPath;
    out = closure.outPath;
    warnings = checked evaluated.config.nixfleet.warnings;
  };
}
