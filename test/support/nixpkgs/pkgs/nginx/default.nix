# Takes nginx's command line and the plain parts of its configuration, and serves them with busybox' httpd and nc.
{ lib, builders, busybox }:
builders.writeShellScriptBin "nginx" (builtins.replaceStrings [ "@busybox@" ] [ "${busybox}" ] (builtins.readFile ./nginx.sh))
// { pname = "nginx"; version = "1.28.0"; }
