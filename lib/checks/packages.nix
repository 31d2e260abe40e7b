# Programs that need the setuid bit, or the host's own PAM and NSS libraries, break when they come from Nix and come first
# on PATH: they lock people out.
{ config, lib, ... }:
let
  fromTheHost = [ "sudo" "sudo-rs" "su" "doas" "opendoas" "shadow" "linux-pam" "pam" "polkit" "systemd" "glibc" "nss-mdns" "nss_ldap" "sssd" "fuse" "fuse3" ];
  refused = lib.optionals (config.nixfleet.host.base != "nixos") (lib.filter (package: lib.elem (nameOf package) fromTheHost) config.nixfleet.packages);
  nameOf = package: if builtins.isAttrs package then lib.getName package else "";
in
{
  nixfleet.assertions = map (package: { assertion = false; message = "nixfleet.packages: ${nameOf package} must come from the host's distribution: setuid, PAM and NSS programs from Nix do not work there"; }) refused;
}
