# unattended-upgrades as the inventory's policy wants it: a safety net below `nixfleet os-update`, or all there is.
# The package is the distribution's; hosts without it are left as they are until it is installed.
# `vars: { unattended: off }` switches it off, `security-fallback` (the default) lets it install security updates.
{ config, lib, ... }:
let
  inherit (config.nixfleet) host;
  policy = host.osUpdates.ubuntu or { };
  mode = policy.mode or "manual";
  enabled = (host.vars.unattended or "security-fallback") != "off" && mode != "manual";
  # Its list holds regular expressions that match from the beginning.
  escaped = builtins.replaceStrings [ "." "+" ] [ "\\." "\\+" ];
  held = glob: if lib.hasSuffix "*" glob then escaped (lib.removeSuffix "*" glob) else "${escaped glob}$";
  quoted = text: "  \"${text}\";";
  origins = [
    "\${distro_id}:\${distro_codename}-security"
    "\${distro_id}ESMApps:\${distro_codename}-apps-security"
    "\${distro_id}ESM:\${distro_codename}-infra-security"
  ]
  ++ (if mode == "full-weekly" then [ "\${distro_id}:\${distro_codename}" "\${distro_id}:\${distro_codename}-updates" ] else [ ]);
in
{
  # Behind the package's own 50unattended-upgrades, whose lists would otherwise be added to.
  nixfleet.files."/etc/apt/apt.conf.d/52nixfleet".text = ''
    #clear Unattended-Upgrade::Allowed-Origins;
    #clear Unattended-Upgrade::Origins-Pattern;
    #clear Unattended-Upgrade::Package-Blacklist;
    Unattended-Upgrade::Allowed-Origins {
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
