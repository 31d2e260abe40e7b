/** The lines that backends/contract/README.md lays down for a manifest, written apart from the Nix that makes them. */
import { createHash } from "node:crypto";
import type { HealthCheck, Manifest } from "../../src/domain/manifest/manifest.ts";

type Field = string | number | null | readonly string[];

export function manifestLines(manifest: Manifest): string[] {
  const kind = (system: boolean): string => (system ? "system" : "normal");
  const lines = [
    line("format", manifest.format),
    line("host", manifest.host),
    line("base", manifest.base),
    ...manifest.groups.map((group) => line("group", group.name, group.gid, kind(group.system))),
    ...manifest.users.map((user) =>
      line(
        ...["user", user.name, user.uid, user.group, user.extraGroups, user.home, user.createHome ? "home" : "nohome"],
        ...[user.shell, kind(user.system), user.description],
      ),
    ),
    ...manifest.directories.map(({ path, mode, owner, group }) => line("dir", path, mode, owner, group)),
    ...manifest.files.map((file) =>
      line(
        ...[
          "file",
          file.path,
          file.mode,
          file.owner,
          file.group,
          file.sha256,
          file.source,
          file.adopt ? "adopt" : "own",
        ],
        ...[file.restartUnits, file.reloadUnits],
      ),
    ),
    ...manifest.units.map(({ name, sha256, source, enabled, onChange }) =>
      line("unit", name, sha256, source, enabled ? "enabled" : "disabled", onChange),
    ),
    ...manifest.secrets.map((secret) =>
      line(
        ...["secret", secret.name, secret.path, secret.mode, secret.owner, secret.group, secret.restartUnits],
        ...[secret.reloadUnits, secret.phase, secret.persist],
      ),
    ),
    ...manifest.packages.map(({ name, version, path }) => line("package", name, version, path)),
    ...manifest.healthChecks.map((check) => line("check", check.name, ...asker(check), ...value(check))),
    ...(manifest.tasks ?? []).map(({ name, sudo, timeoutSeconds, run }) =>
      line("task", name, sudo ? "root" : "login", timeoutSeconds, escaped(run)),
    ),
    ...(manifest.hooks ?? []).map(({ timeoutSeconds, run }) =>
      line("hook", createHash("sha256").update(run).digest("hex"), "root", timeoutSeconds, escaped(run)),
    ),
  ];
  return [...lines, line("end", lines.length)];
}

const escaped = (command: string): string =>
  command.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");

const asker = ({ from, kind, timeoutSeconds }: HealthCheck): readonly Field[] =>
  from === "deployer" ? ["deployer", timeoutSeconds, kind] : [kind, timeoutSeconds];

function value(check: HealthCheck): readonly Field[] {
  if (check.kind === "unit") return [check.unit];
  if (check.kind === "command") return [check.command];
  return check.kind === "http" ? [check.url, check.expectStatus] : [check.host, check.port];
}

const line = (...fields: readonly Field[]): string =>
  fields
    .map((field) => (Array.isArray(field) ? field.join(",") : String(field ?? "")))
    .map((field) => (field === "" ? "-" : field))
    .join("\t");
