# The closure's programs on everybody's PATH, and the link to what is live, which a reboot takes away with /run.
{
  nixfleet.files."/etc/profile.d/nixfleet.sh".text = ''
    # Managed by NixFleet: programs of this host's closure.
    case ":$PATH:" in
      *:/run/nixfleet/current/sw/bin:*) ;;
      *)
        export PATH="/run/nixfleet/current/sw/bin:$PATH"
        export XDG_DATA_DIRS="/run/nixfleet/current/sw/share:''${XDG_DATA_DIRS:-/usr/local/share:/usr/share}"
        ;;
    esac
  '';
  # `L` leaves a link alone that is there: what is live and not yet confirmed must not be moved by a call of systemd-tmpfiles.
  nixfleet.files."/etc/tmpfiles.d/nixfleet.conf".text = ''
    # Managed by NixFleet: after a boot the committed generation is live.
    d /run/nixfleet 0755 root root -
    L /run/nixfleet/current - - - - /nix/var/nix/profiles/nixfleet/system
  '';
}
