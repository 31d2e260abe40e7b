/** The image of bare machines: the common one without Nix and without an account to deploy with, as a distribution ships it. */
import { CUSTOMIZE, DEPLOY, imageName } from "./image-recipe.ts";

/** Where a bare machine finds the packages that its distribution would have in its archive. */
const DISTRIBUTION = "/srv/distribution";

export const bareImageName = (): string => imageName(BARE_CUSTOMIZE).replace("image-", "bare-");

/**
 * What the build downloaded stays as the machine's package source: everything that goes with Nix, and sudo. Then all that
 * goes, and with it every trace of Nix.
 */
export const BARE_CUSTOMIZE = `${CUSTOMIZE}
distribution=$root${DISTRIBUTION}
mkdir -p "$distribution"
gone=$(in_image apt-get --simulate purge --autoremove nix-setup-systemd nix-bin | sed -n 's/^Purg \\([^ ]*\\).*/\\1/p')
for name in $gone sudo; do cp "$root/var/cache/apt/archives/\${name}"_*.deb "$distribution/"; done
cd "$distribution"
for deb in *.deb; do
  dpkg-deb --field "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d ' ' -f 1)"
done >Packages
chmod 0644 Packages
printf 'deb [trusted=yes] file:${DISTRIBUTION} ./\\n' >"$root/etc/apt/sources.list"

in_image apt-get --quiet --yes purge --autoremove nix-setup-systemd nix-bin
in_image userdel --remove ${DEPLOY.name}
in_image groupdel nix-users 2>/dev/null || :
rm -rf "$root/nix" "$root/etc/nix" "$root/root/.nix-defexpr"
`;
