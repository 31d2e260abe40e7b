/** What GRUB and a kernel do at the boot of an Ubuntu lab machine, done by a unit: the menu decides which kernel "runs". */
import type { HostUnderTest } from "./activation.ts";

/** Ubuntu's menu, as update-grub writes it for GRUB_DEFAULT=saved, for kernels oldest first. */
function menuOf(kernels: readonly string[], isSaved: boolean): string {
  const entry = (title: string, id: string, kernel: string) =>
    `menuentry '${title}' --class ubuntu $menuentry_id_option '${id}' {\n\tlinux\t/boot/vmlinuz-${kernel} root=UUID=aa ro quiet\n}`;
  const newestFirst = kernels.toReversed();
  const advanced = newestFirst.map((kernel) =>
    entry(`Ubuntu, with Linux ${kernel}`, `gnulinux-${kernel}-advanced-aa`, kernel),
  );
  return `if [ "\${next_entry}" ]; then
  set default="\${next_entry}"
  set next_entry=
  save_env next_entry
else
  set default="${isSaved ? "${saved_entry}" : "0"}"
fi
${entry("Ubuntu", "gnulinux-simple-aa", newestFirst[0] ?? "")}
submenu 'Advanced options for Ubuntu' $menuentry_id_option 'gnulinux-advanced-aa' {
${advanced.join("\n")}
}
`;
}

export const writeMenu = async (host: HostUnderTest, kernels: readonly string[], isSaved = true): Promise<void> => {
  await host.root("cat >/boot/grub/grub.cfg", menuOf(kernels, isSaved));
};

const BOOT_UNIT = `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/stand-in-boot
[Install]
WantedBy=sysinit.target
`;

/** A kernel whose file says that it panics is followed by a power cycle. */
const BOOT_PROGRAM = `#!/bin/sh
env=/boot/grub/grubenv
variable() { grub-editenv $env list | sed -n "s/^$1=//p"; }
kernel_of() { printf '%s' "$1" | sed -e 's/.*gnulinux-//' -e 's/-advanced-aa$//'; }
kernel=$(kernel_of "$(variable next_entry)")
grub-editenv $env unset next_entry
if [ -z "$kernel" ] || grep -q panics "/boot/vmlinuz-$kernel"; then kernel=$(kernel_of "$(variable saved_entry)"); fi
echo "$kernel" >/run/osrelease
mount --bind /run/osrelease /proc/sys/kernel/osrelease
`;

/** The machine runs this kernel by name from its next boot on. */
export async function bootsByGrub(host: HostUnderTest, kernel: string): Promise<void> {
  await host.root("cat >/etc/systemd/system/stand-in-boot.service", BOOT_UNIT);
  await host.root("cat >/usr/local/sbin/stand-in-boot", BOOT_PROGRAM);
  await host.sh(`chmod 755 /usr/local/sbin/stand-in-boot; systemctl enable stand-in-boot.service
grub-editenv /boot/grub/grubenv set 'saved_entry=gnulinux-advanced-aa>gnulinux-${kernel}-advanced-aa'
/usr/local/sbin/stand-in-boot`);
}
