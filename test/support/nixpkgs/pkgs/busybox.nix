# The given static busybox, installed with a link for each of its applets.
{ system, machine, asPackage }:
let
  version = "1.35";
  # The file must be called busybox, since the program takes its applet from its own name.
  binary = "${builtins.path { path = machine; name = "static-busybox"; }}/busybox";
in
asPackage (derivation {
  name = "busybox-${version}";
  inherit system;
  builder = binary;
  args = [ "sh" "-euc" ''
    bb=${binary}
    $bb mkdir -p "$out/bin"
    $bb cp $bb "$out/bin/busybox"
    $bb chmod 0555 "$out/bin/busybox"
    for applet in $($bb --list); do
      [ "$applet" = busybox ] || $bb ln -s busybox "$out/bin/$applet"
    done
  '' ];
}) { pname = "busybox"; inherit version; }
