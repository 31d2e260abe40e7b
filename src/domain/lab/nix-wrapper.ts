/** The programs that give a machine without Nix the image's Nix. */

/** Commands that are offered; each is the same script under another name. */
export const NIX_COMMANDS: readonly string[] = [
  "nix",
  "nix-store",
  "nix-env",
  "nix-daemon",
  "nix-build",
  "nix-instantiate",
  "nix-hash",
  "nix-collect-garbage",
  "nix-copy-closure",
  "nix-prefetch-url",
  "nix-shell",
];

/**
 * The wrapper. In a mount namespace of its own, the image's `/usr` lies over the machine's, and everything else
 * (`/nix`, `/etc`, `/tmp`, homes, work trees, sockets) stays what it is; then the process becomes Nix, so signals, exit
 * codes and standard input need no relay. This works because Debian and Ubuntu keep all programs and libraries in `/usr`.
 *
 * @param image absolute path of the image's folder
 * @param confDir absolute path of the folder with the wrapper's nix.conf
 */
export function nixWrapper(image: string, confDir: string): string {
  return `#!/bin/sh
# Written by nixfleet lab: runs the lab image's Nix on this machine.
if [ ! -x ${quote(`${image}/usr/bin/nix`)} ]; then
  echo "error: the lab's image is gone; next: nixfleet lab image builds it again" >&2
  exit 127
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "error: the lab's Nix needs root, to lay its own /usr over this machine's for itself" >&2
  exit 126
fi
export NIX_CONF_DIR="\${NIX_CONF_DIR:-${escapeDouble(confDir)}}"
if [ -z "\${NIX_SSL_CERT_FILE-}" ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
  export NIX_SSL_CERT_FILE=${quote(`${image}/etc/ssl/certs/ca-certificates.crt`)}
fi
unset LD_LIBRARY_PATH LD_PRELOAD
# shellcheck disable=SC2016 # for the inner shell to expand
exec unshare --mount --propagation private -- sh -c '
  image=$1 program=$2
  shift 2
  mount --rbind /usr/local "$image/usr/local" && mount --rbind "$image/usr" /usr || exit 125
  exec "/usr/bin/$program" "$@"
' nix-outside ${quote(image)} "\${0##*/}" "$@"
`;
}

/** Settings of the wrapper's Nix; the machine's own file, if it has one, is read after and wins. */
export const WRAPPER_NIX_CONF = `# Written by nixfleet lab.
experimental-features = nix-command flakes
# This machine has no nixbld users; root builds alone, in the sandbox.
build-users-group =
sandbox = true
!include /etc/nix/nix.conf
`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const escapeDouble = (text: string): string => text.replace(/[\\"$`]/g, "\\$&");
