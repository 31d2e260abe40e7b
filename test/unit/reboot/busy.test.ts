import { describe, expect, test } from "vitest";
import { busyIn, busyWords, whoIsInTheWay } from "../../../src/domain/reboot/busy.ts";
import { recordsOf } from "../../support/host-answer.ts";

const user = { kind: "user", who: "deploy on pts/0" } as const;
const apt = { kind: "packages", who: "process 7 with /var/lib/dpkg/lock" } as const;

describe("who is in the way of a reboot", () => {
  test("is read from the host's words; kinds that nobody knows are left out", () => {
    expect(busyIn(recordsOf({ busy: "user\tdeploy on pts/0" }))).toEqual([user]);
    expect(busyIn(recordsOf({ busy: "moon\tphase" }))).toEqual([]);
  });

  test("are programs, however long it takes, and people only where the policy waits for them", () => {
    expect(whoIsInTheWay([user, apt], {}, 0)).toEqual({ inTheWay: [apt], passedOver: [] });
    expect(whoIsInTheWay([user, apt], { usersMs: 1000 }, 999)).toEqual({ inTheWay: [apt, user], passedOver: [] });
    expect(whoIsInTheWay([user, apt], { usersMs: 1000 }, 1000)).toEqual({ inTheWay: [apt], passedOver: [user] });
    expect(whoIsInTheWay([], { usersMs: 1000 }, 1000)).toEqual({ inTheWay: [], passedOver: [] });
  });

  test("is named in words", () =>
    expect(busyWords([apt, user])).toBe(
      "a package manager (process 7 with /var/lib/dpkg/lock), people who are logged in (deploy on pts/0)",
    ));
});
