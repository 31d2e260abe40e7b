/** What tells an Ubuntu server from a Debian one or from NixOS, as far as a deployment tool can see. */
import type { LayerEntry } from "./machine-layer.ts";
import { nixosEntries } from "./nixos/shape.ts";
import type { Shape } from "./state.ts";

export function shapeEntries(shape: Shape): LayerEntry[] {
  if (shape === "nixos") return nixosEntries();
  return shape === "ubuntu" ? ubuntu : debian;
}

const UBUNTU_RELEASE = `PRETTY_NAME="Ubuntu 24.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.3 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
UBUNTU_CODENAME=noble
LOGO=ubuntu-logo
`;

const LSB_RELEASE = `DISTRIB_ID=Ubuntu
DISTRIB_RELEASE=24.04
DISTRIB_CODENAME=noble
DISTRIB_DESCRIPTION="Ubuntu 24.04.3 LTS"
`;

// Since 22.10 Ubuntu starts sshd through its socket; Debian starts the service.
const ubuntu: LayerEntry[] = [
  { path: "usr/lib/os-release", is: "file", value: UBUNTU_RELEASE },
  { path: "etc/lsb-release", is: "file", value: LSB_RELEASE },
  { path: "etc/debian_version", is: "file", value: "trixie/sid\n" },
  { path: "etc/issue", is: "file", value: "Ubuntu 24.04.3 LTS \\n \\l\n\n" },
  enabled("sockets.target.wants/ssh.socket"),
];

const debian: LayerEntry[] = [enabled("multi-user.target.wants/ssh.service")];

function enabled(want: string): LayerEntry {
  const unit = want.split("/")[1] ?? "";
  return { path: `etc/systemd/system/${want}`, is: "link", value: `/usr/lib/systemd/system/${unit}` };
}
