/** Ansible tasks that lead to the state that a manifest describes. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Manifest } from "../../src/domain/manifest/manifest.ts";

/** One play for hosts of one shape; what names the host itself comes from variables, as in any playbook. */
export function playbookFor(manifests: readonly Manifest[], archive: string): object[] {
  const [manifest] = manifests;
  if (manifest === undefined) throw new Error("a playbook needs a host");
  const enabled = manifest.units.filter((unit) => unit.enabled).map((unit) => unit.name);
  return [
    {
      hosts: "all",
      become: true,
      gather_facts: false,
      tasks: [
        task("programs", "unarchive", { src: archive, dest: "/", creates: manifest.units[0]?.source ?? "/nix" }),
        task("groups", "group", { name: "{{ item }}" }, names(manifest.groups)),
        task(
          "users",
          "user",
          {
            name: "{{ item.name }}",
            group: "{{ item.group }}",
            shell: "{{ item.shell }}",
            system: "{{ item.system }}",
          },
          manifest.users.map(({ name, group, shell, system }) => ({ name, group, shell, system })),
        ),
        task(
          "directories",
          "file",
          { path: "{{ item.path }}", state: "directory", mode: "{{ item.mode }}", owner: "{{ item.owner }}" },
          [
            ...manifest.directories.map(({ path, mode, owner }) => ({ path, mode, owner })),
            ...parentsOf(manifest.files),
          ],
        ),
        task(
          "files",
          "copy",
          { dest: "{{ item.path }}", content: "{{ item.content }}", mode: "{{ item.mode }}" },
          manifest.files.map(({ path, mode, source }) => ({ path, mode, content: contentOf(source, manifest.host) })),
        ),
        task(
          "units",
          "copy",
          { dest: "/etc/systemd/system/{{ item.name }}", content: "{{ item.content }}", mode: "0644" },
          manifest.units.map(({ name, source }) => ({ name, content: contentOf(source, manifest.host) })),
          { notify: "reload" },
        ),
        // Services start from the units that were just written.
        { "ansible.builtin.meta": "flush_handlers" },
        task(
          "services",
          "systemd",
          { name: "{{ item }}", enabled: true, state: "started", daemon_reload: false },
          enabled,
        ),
      ],
      handlers: [{ name: "reload", "ansible.builtin.systemd": { daemon_reload: true } }],
    },
  ];
}

const task = (name: string, module: string, args: object, loop?: readonly unknown[], more: object = {}): object => ({
  name,
  [`ansible.builtin.${module}`]: args,
  ...(loop === undefined ? {} : { loop }),
  ...more,
});

const parentsOf = (files: Manifest["files"]): object[] =>
  [...new Set(files.map(({ path }) => dirname(path)))]
    .filter((path) => path !== "/etc")
    .map((path) => ({ path, mode: "0755", owner: "root" }));

const names = (things: readonly { readonly name: string }[]): string[] => things.map(({ name }) => name);

/** Jinja must take the text as it is, but for the host's name. */
const contentOf = (source: string, host: string): string =>
  readFileSync(source, "utf8")
    .split(host)
    .map((part) => (part === "" ? "" : `{% raw %}${part}{% endraw %}`))
    .join("{{ inventory_hostname }}");
