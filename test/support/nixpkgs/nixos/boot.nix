# What only a boot can bring.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  kernel = version: pkgs.runCommand "linux-${version}" { } "mkdir -p $out/lib/modules; echo 'kernel ${version}' >$out/bzImage; echo modules >$out/lib/modules/list";
in
{
  options.boot = {
    kernelPackages = mkOption { type = types.raw; default = { kernel = kernel "6.12.41"; }; description = "Only its kernel counts."; };
    kernelParams = mkOption { type = types.listOf types.str; default = [ ]; description = "The kernel's command line."; };
    initrd.prepend = mkOption { type = types.lines; default = ""; description = "Something that changes the initrd."; };
  };
  config.boot.kernelParams = [ "loglevel=4" ];
  config.system.build = {
    kernel = config.boot.kernelPackages.kernel;
    initialRamdisk = pkgs.runCommand "initrd-${config.boot.kernelPackages.kernel.name}" { text = config.boot.initrd.prepend; } "mkdir $out; printf 'initrd %s' \"$text\" >$out/initrd";
  };
}
