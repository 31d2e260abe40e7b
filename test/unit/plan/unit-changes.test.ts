import { describe, expect, test } from "vitest";
import type { ManagedFile, ManagedUnit } from "../../../src/domain/manifest/manifest.ts";
import type { OwnedUnit } from "../../../src/domain/observation/facts.ts";
import { unitActions } from "../../../src/domain/plan/unit-changes.ts";
import {
  facts,
  managedFile,
  managedSecret,
  managedUnit,
  manifest,
  ownedUnit,
  sha,
} from "../../support/plan-builders.ts";

interface Case {
  readonly owned?: readonly OwnedUnit[];
  readonly wanted?: readonly ManagedUnit[];
  /** Unit files and other files that change. */
  readonly changed?: readonly string[];
  readonly files?: readonly ManagedFile[];
  readonly oldFiles?: readonly ManagedFile[];
}

/** As "action name", with the drift in front where there is one. */
function actions({ owned = [], wanted = [], changed = [], files = [], oldFiles = [] }: Case): string[] {
  const result = unitActions({
    facts: facts({ units: owned }),
    desired: manifest({ units: wanted, files }),
    current: manifest({ files: oldFiles }),
    files: changed.map((path) => ({ path, change: "modify" as const })),
    secrets: [],
  });
  return result.map((unit) => `${unit.drift === undefined ? "" : `${unit.drift}: `}${unit.action} ${unit.name}`);
}

const app = "app.service";
const appFile = "/etc/systemd/system/app.service";

describe("a unit", () => {
  test.each<[string, Case, string[]]>([
    ["that is new is enabled and started", { wanted: [managedUnit(app)] }, [`enable ${app}`, `start ${app}`]],
    ["that is new and not enabled stays quiet", { wanted: [managedUnit(app, { enabled: false })] }, []],
    ["that is a template stays quiet", { wanted: [managedUnit("app@.service")] }, []],
    [
      "that is a template restarts its instances when its file changes",
      {
        owned: [ownedUnit("app@.service", { active: "inactive", enabled: "static" })],
        wanted: [managedUnit("app@.service")],
        changed: ["/etc/systemd/system/app@.service"],
      },
      ["restart app@.service"],
    ],
    [
      "that ran to its end stays quiet",
      { owned: [ownedUnit(app, { active: "exited" })], wanted: [managedUnit(app)] },
      [],
    ],
    ["that is untouched stays quiet", { owned: [ownedUnit(app)], wanted: [managedUnit(app)] }, []],
    [
      "that is no longer wanted is stopped and disabled",
      { owned: [ownedUnit(app)] },
      [`stop ${app}`, `disable ${app}`],
    ],
    [
      "that is no longer wanted and does not run is disabled",
      { owned: [ownedUnit(app, { active: "inactive" })] },
      [`disable ${app}`],
    ],
    [
      "whose file changes is restarted",
      { owned: [ownedUnit(app)], wanted: [managedUnit(app, { sha256: sha("b") })], changed: [appFile] },
      [`restart ${app}`],
    ],
    [
      "whose file changes is reloaded where it wants that",
      { owned: [ownedUnit(app)], wanted: [managedUnit(app, { onChange: "reload" })], changed: [appFile] },
      [`reload ${app}`],
    ],
    [
      "whose file changes is left alone where it wants that",
      { owned: [ownedUnit(app)], wanted: [managedUnit(app, { onChange: "none" })], changed: [appFile] },
      [],
    ],
    [
      "that does not run and is not enabled is not restarted",
      {
        owned: [ownedUnit(app, { active: "inactive", recordedEnabled: false, enabled: "disabled" })],
        wanted: [managedUnit(app, { enabled: false })],
        changed: [appFile],
      },
      [],
    ],
    [
      "that becomes enabled is enabled and started",
      { owned: [ownedUnit(app, { recordedEnabled: false, active: "inactive" })], wanted: [managedUnit(app)] },
      [`enable ${app}`, `start ${app}`],
    ],
    [
      "that is no longer enabled is stopped and disabled",
      { owned: [ownedUnit(app)], wanted: [managedUnit(app, { enabled: false })] },
      [`stop ${app}`, `disable ${app}`],
    ],
    [
      "stopped behind our back is started",
      { owned: [ownedUnit(app, { active: "inactive" })], wanted: [managedUnit(app)] },
      [`stopped: start ${app}`],
    ],
    [
      "that failed is started",
      { owned: [ownedUnit(app, { active: "failed" })], wanted: [managedUnit(app)] },
      [`stopped: start ${app}`],
    ],
    [
      "disabled behind our back is enabled",
      { owned: [ownedUnit(app, { enabled: "disabled" })], wanted: [managedUnit(app)] },
      [`disabled: enable ${app}`],
    ],
    [
      "that cannot be enabled is not taken for disabled",
      { owned: [ownedUnit(app, { enabled: "static" })], wanted: [managedUnit(app)] },
      [],
    ],
    [
      "disabled behind our back and changed is enabled and restarted",
      { owned: [ownedUnit(app, { enabled: "disabled" })], wanted: [managedUnit(app)], changed: [appFile] },
      [`disabled: enable ${app}`, `restart ${app}`],
    ],
  ])("%s", (_title, input, expected) => {
    expect(actions(input)).toEqual(expected);
  });
});

describe("a changed file", () => {
  const conf = "/etc/app.conf";
  const naming = (over: Partial<ManagedFile>) => [managedFile(conf, over)];
  const running: Case = { owned: [ownedUnit(app)], wanted: [managedUnit(app)], changed: [conf] };

  test.each<[string, Case, string[]]>([
    ["restarts the units that it names", { ...running, files: naming({ restartUnits: [app] }) }, [`restart ${app}`]],
    ["reloads the units that it names", { ...running, files: naming({ reloadUnits: [app] }) }, [`reload ${app}`]],
    [
      "restarts a unit that is named for both",
      { ...running, files: naming({ reloadUnits: [app], restartUnits: [app] }) },
      [`restart ${app}`],
    ],
    [
      "restarts a unit that its own file only reloads",
      {
        owned: [ownedUnit(app)],
        wanted: [managedUnit(app, { onChange: "reload" })],
        changed: [conf, appFile],
        files: naming({ restartUnits: [app] }),
      },
      [`restart ${app}`],
    ],
    [
      "does not restart what starts anyway",
      { wanted: [managedUnit(app)], changed: [conf], files: naming({ restartUnits: [app] }) },
      [`enable ${app}`, `start ${app}`],
    ],
    [
      "restarts units that are not ours",
      { changed: [conf], files: naming({ restartUnits: ["ssh.service"] }) },
      ["restart ssh.service"],
    ],
    [
      "that goes away restarts the units that it named before",
      { ...running, oldFiles: naming({ restartUnits: [app] }) },
      [`restart ${app}`],
    ],
    [
      "leaves a unit alone that does not run",
      {
        owned: [ownedUnit(app, { active: "inactive", recordedEnabled: false, enabled: "disabled" })],
        wanted: [managedUnit(app, { enabled: false })],
        changed: [conf],
        files: naming({ restartUnits: [app] }),
      },
      [],
    ],
  ])("%s", (_title, input, expected) => {
    expect(actions(input)).toEqual(expected);
  });

  test("is named as the reason, with all others", () => {
    const files = [managedFile("/etc/a", { restartUnits: [app] }), managedFile("/etc/b", { restartUnits: [app] })];
    const [restart] = unitActions({
      facts: facts({ units: [ownedUnit(app)] }),
      desired: manifest({
        units: [managedUnit(app)],
        files,
        secrets: [managedSecret("token", { restartUnits: [app] })],
      }),
      current: null,
      files: files.map(({ path }) => ({ path, change: "modify" as const })),
      secrets: [{ name: "token", change: "modify" }],
    });
    expect(restart?.because).toBe("uses /etc/a, /etc/b, secret token");
  });
});
