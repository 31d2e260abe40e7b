# Where things lie on NixOS that have a fixed place on other distributions.
{ lib }:
let
  shells = [ "bash" "sh" "nologin" "false" ];
  nameIn = path: builtins.match "/(usr/)?s?bin/([^/]+)" path;
  knows = path: nameIn path != null && lib.elem (lib.last (nameIn path)) shells;
in
{
  # A login shell of any distribution; others must come from a package.
  shell = path: if knows path then "/run/current-system/sw/bin/${lib.last (nameIn path)}" else path;
  isForeignShell = path: nameIn path != null && !(knows path);
  home = path: if path == "/nonexistent" then "/var/empty" else path;

  # Programs that a unit starts by a path which NixOS does not have.
  foreignPrograms = text: lib.filter (program: !(lib.elem program [ "/bin/sh" "/usr/bin/env" ]))
    (lib.concatMap (line: let found = builtins.match "[[:space:]]*Exec[A-Za-z]+=[-@:+!|]*(/(usr|bin|sbin)/[^[:space:]]*).*" line; in if found == null then [ ] else [ (lib.head found) ])
      (lib.splitString "\n" (builtins.unsafeDiscardStringContext text)));
}
