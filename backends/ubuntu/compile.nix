# Intent -> closure, the derivation that backends/contract/README.md describes. Its build needs no more than busybox.
{ lib, pkgs, config }:
let
  intent = config.nixfleet;
  contents = import ./contents.nix { inherit lib intent; };
  manifest = import ./manifest.nix { inherit lib intent contents; };
  entries = lib.attrValues contents.files ++ lib.attrValues contents.units;

  # Texts travel as files: an environment has room for few.
  texts = lib.listToAttrs (lib.concatLists (lib.imap1 (index: entry: lib.optional (entry.text != null) (lib.nameValuePair "text${toString index}" entry.text)) entries));
  place = index: entry:
    if entry.text != null then ''write "$text${toString index}Path" ${lib.escapeShellArgs [ entry.target entry.token ]}''
    else "refer ${lib.escapeShellArgs [ entry.source entry.target entry.token entry.option ]}";
  programs = pkgs.buildEnv { name = "nixfleet-sw"; paths = lib.unique intent.packages; };
in
derivation (texts // {
  name = "nixfleet-${intent.host.name}";
  inherit (intent.host) system;
  builder = "${pkgs.busybox}/bin/sh";
  args = [ "-euc" ''. "$buildPath"'' ];
  PATH = "${pkgs.busybox}/bin";
  preferLocalBuild = true;
  allowSubstitutes = false;

  passAsFile = lib.attrNames texts ++ [ "build" "activate" "json" "lines" ];
  activate = import ./activate.nix;
  json = builtins.toJSON manifest + "\n";
  lines = import ./lines.nix { inherit lib manifest; };
  build = builtins.readFile ./build.sh + lib.concatLines (lib.imap1 place entries) + ''
    finish "$activatePath" "$jsonPath" "$linesPath" ${import ./host-program.nix { inherit lib pkgs; }} ${programs}
  '';
})
