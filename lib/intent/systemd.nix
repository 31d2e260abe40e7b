{ lib, types' }:
let
  inherit (lib) mkOption types;
  unit.options = {
    text = mkOption { type = types.str; description = "The unit file."; };
    enabled = mkOption {
      type = types.bool;
      default = true;
      description = "Start it now and at every boot, as its [Install] section says. A template (`name@.service`) or a service that only a timer starts is not enabled.";
    };
    onChange = mkOption {
      type = types.enum [ "restart" "reload" "none" ];
      default = "restart";
      description = "What happens to the active unit when its unit file changes.";
    };
  };
  timer.options = {
    description = mkOption { type = types'.line; default = ""; description = "What it is for; empty: the timer's name."; };
    command = mkOption { type = types'.line; example = "/usr/sbin/logrotate /etc/logrotate.conf"; description = "What to run, in the syntax of systemd's ExecStart=."; };
    user = mkOption { type = types'.accountName; default = "root"; description = "User to run it as."; };
    onCalendar = mkOption { type = types'.line; example = "Mon..Fri 03:00"; description = "When to run it, in the syntax of systemd.time(7)."; };
    randomizedDelay = mkOption { type = types'.line; default = "0"; example = "15min"; description = "Longest random delay, so that a fleet does not run in step."; };
    persistent = mkOption { type = types.bool; default = true; description = "Catch up after the host was off at the time."; };
  };
in
{
  imports = [ (import ./timers.nix { inherit lib; }) ];
  options.nixfleet.systemd = {
    units = mkOption {
      type = types.attrsOf (types.submodule unit);
      default = { };
      description = "Unit files in /etc/systemd/system by full name, such as `myapp.service`.";
    };
    timers = mkOption {
      type = types.attrsOf (types.submodule timer);
      default = { };
      description = "Commands to run at set times, by name without ending. Each becomes a timer and a service of that name.";
    };
  };
}
