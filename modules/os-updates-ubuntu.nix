# unattended-upgrades as the inventory's policy wants it: a safety net below `nixfleet os-update`, or all there is.
# The package is the distribution's; hosts without it are left as they are until it is installed.
# `vars: { unattended: off }` switches it off, `security-fallback` (the default) lets it install security updates.
{ config, lib, ... }:
let
  inherit (config.nixfleet) host;
  policy = host.osUpdates.ubuntu or { };
  mode = policy.mode or "manual";
  enabled = (host.vars.unattended or "security-fallback") != "off" && mode != "manual";
  # Its list holds regular expressions that match from the beginning, and names of binary packages.
  expression = builtins.replaceStrings [ "." "+" "*" "?" ] [ "\\." "\\+" ".*" "." ];
  held = glob: "${expression (lib.removePrefix "src:" glob)}$";
  quoted = text: "  \"${text}\";";
  full = mode == "full-weekly";
  # Ubuntu's pockets differ by archive. Debian's archives are called stable whatever the release: they differ by codename.
  ubuntu = pocket: "origin=\${distro_id},archive=\${distro_codename}${pocket}";
  debian = pocket: label: "origin=Debian,codename=\${distro_codename}${pocket},label=${label}";
  origins =
    if host.base == "debian" then
      [ (debian "-security" "Debian-Security") (debian "" "Debian-Security") ]
      ++ lib.optionals full [ (debian "" "Debian") (debian "-updates" "Debian") ]
    else
      [
        (ubuntu "-security")
        "origin=\${distro_id}ESMApps,archive=\${distro_codename}-apps-security"
        "origin=\${distro_id}ESM,archive=\${distro_codename}-infra-security"
      ]
      ++ lib.optionals full [ (ubuntu "") (ubuntu "-updates") ];
in
{
  # Behind the package's own 50unattended-upgrades, whose lists would otherwise be added to.
  nixfleet.files."/etc/apt/apt.conf.d/52nixfleet".text = ''
    #clear Unattended-Upgrade::Allowed-Origins;
    #clear Unattended-Upgrade::Origins-Pattern;
    #clear Unattended-Upgrade::Package-Blacklist;
    Unattended-Upgrade::Origins-Pattern {
    ${builtins.concatStringsSep "\n" (map quoted origins)}
    };
    Unattended-Upgrade::Package-Blacklist {
    ${builtins.concatStringsSep "\n" (map (glob: quoted (held glob)) (policy.holds or [ ]))}
    };
    // NixFleet reboots, within budget and window.
    Unattended-Upgrade::Automatic-Reboot "false";
    Unattended-Upgrade::MinimalSteps "true";
    Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
    APT::Periodic::Update-Package-Lists "${if enabled then "1" else "0"}";
    APT::Periodic::Unattended-Upgrade "${if !enabled then "0" else if mode == "full-weekly" then "7" else "1"}";
  '';
}
