{ lib, types' }:
let
  inherit (lib) mkOption types;
  policy.options = {
    mode = mkOption { type = types.enum [ "security-daily" "full-weekly" "manual" ]; default = "manual"; description = "Which updates are installed, and how often."; };
    autoReboot = mkOption { type = types.bool; default = false; description = "Reboot in the window when an update asks for it."; };
    rebootWindow = mkOption { type = types.listOf types'.line; default = [ ]; example = [ "Sun 02:00-04:00 Europe/Berlin" ]; description = "When the host may reboot."; };
    holds = mkOption { type = types.listOf types'.line; default = [ ]; example = [ "nvidia-driver-*" ]; description = "Packages that stay at their version."; };
  };
in
{
  options.nixfleet.osUpdates = mkOption {
    type = types.nullOr (types.submodule policy);
    default = null;
    description = "Policy for updates of the OS. This version takes the policy from the inventory only, so setting it here is an error.";
  };
}
