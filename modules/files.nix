# Drop-ins rather than whole files of the distribution.
{
  nixfleet.files."/etc/systemd/journald.conf.d/50-nixfleet.conf" = {
    text = ''
      [Journal]
      SystemMaxUse=200M
      MaxRetentionSec=30day
    '';
    restartUnits = [ "systemd-journald.service" ];
  };
}
