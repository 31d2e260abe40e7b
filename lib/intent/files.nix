{ lib, types' }:
let
  inherit (lib) mkOption types;
  ownership = mode: {
    mode = mkOption { type = types'.fileMode; default = mode; description = "Access mode, four octal digits."; };
    owner = mkOption { type = types'.accountName; default = "root"; description = "User that owns it."; };
    group = mkOption { type = types'.accountName; default = "root"; description = "Group that owns it."; };
  };
  file.options = ownership "0644" // {
    text = mkOption { type = types.nullOr types.lines; default = null; description = "Content. Several definitions are joined, a line each. Not with `source`."; };
    source = mkOption { type = types.nullOr types.path; default = null; description = "A file of the repo or of a package to take the content from. Not with `text`."; };
    adopt = mkOption {
      type = types.bool;
      default = false;
      description = "Take over a file that is there already: it is backed up, and put back when the file is no longer managed. Without it such a file is a conflict.";
    };
    restartUnits = mkOption { type = types.listOf types'.unitName; default = [ ]; description = "Units to restart when the file changes, if they are active."; };
    reloadUnits = mkOption { type = types.listOf types'.unitName; default = [ ]; description = "Units to reload when the file changes, if they are active."; };
  };
in
{
  options.nixfleet = {
    files = mkOption {
      type = types.attrsOf (types.submodule file);
      default = { };
      example = lib.literalExpression ''{ "/etc/motd".text = "Managed by NixFleet."; }'';
      description = "Managed files by absolute path. Only files listed here are ever touched.";
    };
    directories = mkOption {
      type = types.attrsOf (types.submodule { options = ownership "0755"; });
      default = { };
      example = lib.literalExpression ''{ "/var/lib/myapp" = { owner = "myapp"; mode = "0750"; }; }'';
      description = "Directories that must be there, by absolute path. Their content is left alone.";
    };
  };
}
