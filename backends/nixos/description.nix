# What the CLI and the host's engine read of a NixOS host: its manifest, and the contents that it names. A derivation beside
# the toplevel, which it links to, so that both travel together and neither can be taken for another host's.
{ lib, pkgs, config }:
let
  intent = (import ./in-effect.nix { inherit lib config; }).nixfleet;
  contents = import ../ubuntu/contents.nix { inherit lib intent; };
  manifest = import ../ubuntu/manifest.nix { inherit lib intent contents; };
  entries = lib.attrValues contents.files ++ lib.attrValues contents.units;
  texts = lib.listToAttrs (lib.concatLists (lib.imap1 (index: entry: lib.optional (entry.text != null) (lib.nameValuePair "text${toString index}" entry.text)) entries));
  place = index: entry:
    if entry.text != null then ''write "$text${toString index}Path" ${lib.escapeShellArgs [ entry.target entry.token ]}''
    else "refer ${lib.escapeShellArgs [ entry.source entry.target entry.token entry.option ]}";
in
derivation (texts // {
  name = "nixfleet-${intent.host.name}-description";
  inherit (intent.host) system;
  builder = "${pkgs.busybox}/bin/sh";
  args = [ "-euc" ''. "$buildPath"'' ];
  PATH = "${pkgs.busybox}/bin";
  preferLocalBuild = true;
  allowSubstitutes = false;
  toplevel = config.system.build.toplevel;

  passAsFile = lib.attrNames texts ++ [ "build" "json" "lines" ];
  json = builtins.toJSON manifest + "\n";
  lines = import ../ubuntu/lines.nix { inherit lib manifest; };
  build = builtins.readFile ../ubuntu/build.sh + lib.concatLines (lib.imap1 place entries) + ''
    seal_manifest "$jsonPath" "$linesPath"
    ln -s "$toplevel" "$out/toplevel"
  '';
})
