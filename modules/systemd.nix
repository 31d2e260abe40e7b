# A command at set times: NixFleet makes the timer and its service.
{
  nixfleet.directories."/var/lib/disk-report".mode = "0755";
  nixfleet.systemd.timers.disk-report = {
    description = "Daily report of free disk space";
    command = "/bin/sh -c 'df -h -x tmpfs -x overlay >/var/lib/disk-report/latest'";
    onCalendar = "*-*-* 06:00:00";
    randomizedDelay = "15min";
  };
}
