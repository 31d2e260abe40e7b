{ lib, types' }:
{ config, fleetRoot, ... }:
let
  inherit (lib) mkOption types;
  inherit (config.nixfleet) host fleet;
  unitList = description: mkOption { type = types.listOf types'.unitName; default = [ ]; inherit description; };
  optional = type: description: mkOption { type = types.nullOr type; default = null; inherit description; };

  sops.options = {
    file = mkOption { type = types'.line; example = "secrets/prod.yaml"; description = "The encrypted file in the repo."; };
    key = mkOption { type = types'.line; example = "myapp/token"; description = "Where in it the value stands; parts are separated by a slash."; };
  };
  generator.options = {
    kind = mkOption { type = types.enum [ "password" "ssh-key" "x509" "wireguard" "command" ]; description = "What to make."; };
    length = mkOption { type = types.ints.between 16 1024; default = 32; description = "Characters of a password."; };
    commonName = mkOption { type = types'.line; default = host.name; defaultText = "the host's name"; description = "Whom an X.509 certificate is for."; };
    days = mkOption { type = types.ints.positive; default = 365; description = "How long an X.509 certificate is valid."; };
    command = mkOption { type = types.listOf types.str; default = [ ]; description = "Program and arguments; what it prints is the secret, what it writes to the file $NIXFLEET_PUBLIC is the public part."; };
    dependsOn = mkOption { type = types.listOf types.str; default = [ ]; description = "Secrets of the same host that a command needs; their values lie as files in the folder $NIXFLEET_SECRETS."; };
    rotateAfterDays = optional types.ints.positive "Age at which `nixfleet secrets generate --due` makes it anew.";
  };
  secret = { name, config, ... }:
    let
      publicFile = "${lib.removeSuffix ".age" config.file}.pub";
    in
    {
      options = {
        file = mkOption {
          type = types'.line;
          default = "secrets/${fleet.environment}/${lib.optionalString config.perHost "${host.name}/"}${name}.age";
          defaultText = "secrets/<environment>/[<host>/]<name>.age";
          description = "The file in the repo, encrypted with age.";
        };
        perHost = mkOption { type = types.bool; default = false; description = "Each host has a value of its own, in a file of its own."; };
        sops = optional (types.submodule sops) "Take it from a file of sops instead.";
        command = optional (types.listOf types.str) "Take what this program prints instead, such as `[ \"pass\" \"show\" \"myapp\" ]`. It runs where nixfleet runs.";
        generator = optional (types.submodule generator) "How `nixfleet secrets generate` makes it.";
        path = mkOption { type = types'.absolutePath; default = "/run/nixfleet-secrets/${name}"; defaultText = "/run/nixfleet-secrets/<name>"; description = "Where programs find it. Another path becomes a link to the one in memory."; };
        mode = mkOption { type = types'.fileMode; default = "0400"; description = "Access mode, four octal digits."; };
        owner = mkOption { type = types'.accountName; default = "root"; description = "User that owns it."; };
        group = mkOption { type = types'.accountName; default = "root"; description = "Group that owns it."; };
        restartUnits = unitList "Units to restart when the secret changes, if they are active.";
        reloadUnits = unitList "Units to reload when the secret changes, if they are active.";
        phase = mkOption { type = types.enum [ "users" "services" ]; default = "services"; description = "Before what it must be there: before accounts are made (then root owns it), or before services start."; };
        persist = mkOption { type = types.enum [ "root-only" "none" ]; default = "root-only"; description = "What a reboot does: `root-only` keeps it on disk, readable by root alone; `none` keeps it in memory only, and it is gone until the next apply."; };
        public = mkOption {
          type = types.str;
          readOnly = true;
          default = if builtins.pathExists (fleetRoot + "/${publicFile}") then lib.removeSuffix "\n" (builtins.readFile (fleetRoot + "/${publicFile}"))
            else throw "nixfleet: host ${host.name}: the secret ${name} has no public part ${publicFile}; `nixfleet secrets generate` makes it, then git add it";
          defaultText = "the text of <file without .age>.pub";
          description = "Its public part, where the generator makes one: a public key or a certificate.";
        };
        declaration = mkOption {
          type = types.raw;
          readOnly = true;
          internal = true;
          description = "What the CLI has to know of it.";
          default = {
            inherit name;
            inherit (config) path mode owner group restartUnits reloadUnits phase persist;
            source =
              if config.command != null then { kind = "command"; inherit (config) command; }
              else if config.sops != null then { kind = "sops"; inherit (config.sops) file key; sha256 = hashOf config.sops.file; }
              else { kind = "age"; inherit (config) file; sha256 = hashOf config.file; };
          };
        };
      };
    };
  # Of the encrypted file: another value is another closure, and so a generation to go back from.
  hashOf = file: if builtins.pathExists (fleetRoot + "/${file}") then builtins.hashFile "sha256" (fleetRoot + "/${file}") else null;
in
{
  options.nixfleet.secrets = mkOption {
    type = types.attrsOf (types.submodule secret);
    default = { };
    example = lib.literalExpression ''{ myapp = { owner = "myapp"; restartUnits = [ "myapp.service" ]; generator.kind = "password"; }; }'';
    description = "Secrets that the host needs, by name. Their values never come near an evaluation or the Nix store: nixfleet decrypts them when it applies, and hands them to the host over its connection.";
  };
}
