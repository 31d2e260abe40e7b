# The toplevel, with all files that deployment tools look at. Its programs are those of the lab's machines.
{ config, lib, pkgs, specialise, isSpecialisation, ... }:
let
  inherit (lib) mkOption types;
  programs = import ../machine/nixos-programs.nix;
  snippet = name: text: ''
    # ${name}
    _localstatus=0
    ${text}
    [ "$?" = 0 ] || snippet_failed ${name} $?
  '';
  # Users, and what they ask for, come before /etc; all else that a configuration adds comes after it.
  early = config.system.activationScripts.users.deps ++ [ "users" ];
  snippets = names: lib.concatStrings (map (name: snippet name config.system.activationScripts.${name}.text) names);
  given = lib.attrNames config.system.activationScripts;
  activate = builtins.replaceStrings [ "SNIPPETS" "LATER" ]
    [ (snippets early) (snippets (lib.filter (name: !(lib.elem name early)) given)) ]
    programs.activate;
  checks = builtins.replaceStrings [ "CHECKS" ] [ allChecks ] programs.preSwitch;
  allChecks = lib.concatStrings (lib.mapAttrsToList
    (name: text: builtins.replaceStrings [ "NAME" "TEXT" ] [ name text ] programs.preSwitchCheck)
    (config.system.preSwitchChecks // { switchInhibitors = programs.inhibitorCheck; }));
  activationScript.options = {
    text = mkOption { type = types.lines; default = ""; description = "What it does."; };
    deps = mkOption { type = types.listOf types.str; default = [ ]; description = "What comes before it; heeded for users alone."; };
  };
  failed = map (item: item.message) (lib.filter (item: !item.assertion) config.assertions);
  checked = value:
    if failed != [ ] then throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (message: "- ${message}") failed}" else value;
  children = lib.optionalAttrs (!isSpecialisation) (lib.mapAttrs (_: item: item.configuration.system.build.toplevel) config.specialisation);
in
{
  options = {
    system = {
      name = mkOption { type = types.str; default = config.networking.hostName; description = "Name of the system."; };
      nixos.label = mkOption { type = types.str; default = "25.11.20251101.stand-in"; description = "Version."; };
      stateVersion = mkOption { type = types.str; default = "25.11"; description = "Version of the state."; };
      activationScripts = mkOption { type = types.attrsOf (types.coercedTo types.str (text: { inherit text; }) (types.submodule activationScript)); default = { }; description = "Snippets of the activation."; };
      preSwitchChecks = mkOption { type = types.attrsOf types.str; default = { }; description = "Snippets that may refuse a switch."; };
      switch.enable = mkOption { type = types.bool; default = true; description = "Whether it can be switched to."; };
      switch.inhibitors = mkOption { type = types.attrsOf types.str; default = { }; description = "Values that must not change live."; };
      rebootTriggers = mkOption { type = types.attrsOf types.str; default = { }; description = "Values whose change wants a reboot."; };
    };
    specialisation = mkOption {
      type = types.attrsOf (types.submodule ({ name, ... }: {
        options.configuration = mkOption { type = types.raw; apply = specialise name; description = "Further configuration."; };
      }));
      default = { };
      description = "Variants of the system.";
    };
  };
  config.system.build.toplevel = checked (pkgs.runCommand "nixos-system-${config.system.name}-${config.system.nixos.label}"
    {
      inherit activate checks;
      inherit (programs) switch bootLoader;
      inhibitors = builtins.toJSON ({ dbus-implementation = "dbus"; } // config.system.switch.inhibitors);
      triggers = builtins.toJSON ({ firmware = "20250509"; } // config.system.rebootTriggers);
      params = toString config.boot.kernelParams;
      passAsFile = [ "activate" "checks" "switch" "bootLoader" ];
    } ''
    mkdir -p $out/specialisation $out/etc/systemd $out/bin
    script() { cp "$1" "$out/$2"; chmod 0555 "$out/$2"; }
    script "$activatePath" activate
    script "$checksPath" pre-switch-checks
    script "$bootLoaderPath" install-bootloader
    ${lib.optionalString config.system.switch.enable ''script "$switchPath" bin/switch-to-configuration''}
    printf '#!/bin/sh\n' >$out/dry-activate
    printf '#!/bin/sh\n' >$out/init
    chmod 0555 $out/dry-activate $out/init
    cp -a ${config.system.build.etc}/etc/. $out/etc/
    chmod u+w $out/etc $out/etc/systemd
    ln -s ${config.system.build.units} $out/etc/systemd/system
    ln -s ${config.system.path} $out/sw
    ln -s ${config.system.build.kernel}/bzImage $out/kernel
    ln -s ${config.system.build.kernel} $out/kernel-modules
    ln -s ${config.system.build.initialRamdisk}/initrd $out/initrd
    printf %s "$params" >$out/kernel-params
    printf %s ${lib.escapeShellArg config.system.nixos.label} >$out/nixos-version
    printf %s ${lib.escapeShellArg pkgs.stdenv.hostPlatform.system} >$out/system
    printf %s "systemd ${toString config.systemd.package.interfaceVersion}" >$out/init-interface-version
    printf %s "$inhibitors" >$out/switch-inhibitors
    printf %s "$triggers" >$out/reboot-triggers
    ${lib.concatStrings (lib.mapAttrsToList (name: system: "ln -s ${system} $out/specialisation/${name}\n") children)}
  '');
}
