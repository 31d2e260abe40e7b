# The part of nixpkgs' `lib` that NixFleet uses, written for the tests. Same names, same meaning.
let
  lists = import ./lists.nix;
  attrs = import ./attrs.nix { inherit lists; };
  strings = import ./strings.nix { inherit lists; };
  priorities = import ./priorities.nix { inherit lists; };
  options = import ./options.nix { inherit strings; };
  modules = import ./modules.nix { inherit lib lists attrs strings priorities options types; };
  types = import ./types { inherit lists attrs strings priorities options modules; };
  meta = import ./meta.nix;

  lib = lists // attrs // strings // priorities.public // options // meta // {
    inherit types;
    inherit (modules) evalModules;
    mkEnableOption = what: options.mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${what}.";
    };
    id = value: value;
    trivial.release = "stand-in";
  };
in
lib
