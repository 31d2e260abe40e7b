# The content of every managed file and unit: where it goes in the closure, where hosts find it, and the token that stands
# for its hash until the builder has seen the bytes. Hashes are taken while building, so that evaluation never waits for a build.
{ lib, intent }:
let
  token = target: "@sha256:${builtins.hashString "sha256" target}@";
  inClosure = target: "${builtins.placeholder "out"}/${target}";
  stored = source: if builtins.isPath source then "${builtins.path { path = source; name = safeName (baseNameOf source); }}" else "${source}";
  safeName = name: lib.concatStrings (map (part: if builtins.isList part then "-" else part) (builtins.split "[^A-Za-z0-9+._?=-]+" (lib.removePrefix "." name)));

  file = path: entry:
    let target = if lib.hasPrefix "/etc/" path then lib.removePrefix "/" path else "files${path}";
    in {
      inherit target;
      inherit (entry) text;
      option = ''nixfleet.files.${builtins.toJSON path}.source'';
      token = token target;
      source = if entry.text != null then inClosure target else stored entry.source;
    };
  unit = name: entry:
    let target = "units/${name}";
    in { inherit target; inherit (entry) text; token = token target; source = inClosure target; };
in
{
  files = lib.mapAttrs file intent.files;
  units = lib.mapAttrs unit intent.systemd.units;
}
