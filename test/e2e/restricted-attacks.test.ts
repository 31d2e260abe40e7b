/** What somebody with the deploy account tries against the gate itself: its limits, its timing, its files. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ENTRY, type RestrictedFleet, restrictedFleet } from "../support/restricted-fleet.ts";
import { activation, orderFor, RESTRICTED, signedRecord, thief } from "../support/thief.ts";

const STATE = "/var/lib/nixfleet";
const TOKEN = "0123456789abcdef0123456789abcdef";
const NO_ROOM = 73;
const LOCKED = 75;

let restricted: RestrictedFleet;
let steal: ReturnType<typeof thief>;
/** Of lab-1: what runs, and what ran before. */
let live: string;
let before: string;

beforeAll(async () => {
  restricted = await restrictedFleet({ inventory: { tasks: { touch: { run: "touch /touched", sudo: true } } } });
  steal = thief(restricted);
  for (const text of ["one", "two"]) {
    restricted.fleet.write("hosts/lab-1.nix", `{ nixfleet.files."/etc/nf-marker".text = "${text}"; }`);
    restricted.fleet.commit();
    const applied = await restricted.fleet.nixfleet("apply", "--host", "lab-1", "--yes");
    if (applied.code !== 0) throw new Error(`${applied.stdout}\n${applied.stderr}`);
    before = live;
    live = await asRoot("readlink /run/nixfleet/current");
  }
});
afterAll(() => restricted?.fleet.remove());

const asRoot = (command: string): Promise<string> => restricted.asRoot("lab-1", command);
const asDeploy = (command: string, input = "") => restricted.asDeploy("lab-1", command, input);
const lab1 = (words: readonly string[], payload: Uint8Array | string = "") => ({ host: "lab-1", words, payload });
const record = (system: string) => signedRecord(restricted.lab.signingKey, orderFor(system));
const lastAudit = async () => (await restricted.audit("lab-1")).at(-1);
/** A call of the gate with something around it. */
const gate = (around: string, words: string, bytes = 0, input = "") =>
  asDeploy(`${around} sudo -n ${ENTRY} ${bytes} ${TOKEN} ${words}`, input);

test("a run that has begun cannot be asked for with another closure: it is shown as it was", async () => {
  const run = (await asRoot(`cut -f 1 ${STATE}/last-run`)).trim();
  const words = ["activate", run, before, live, "2", "me@here", "-"];
  expect(await steal.attempt(lab1(words))).toMatchObject({ code: 0, text: expect.stringContaining("NF1 result") });
  expect(await asRoot("readlink /run/nixfleet/current")).toBe(live);
});

test("of two uses of one record at the same moment one counts", async () => {
  const wanted = lab1(activation(before), await record(before));
  const codes = (await Promise.all([steal.attempt(wanted), steal.attempt(wanted)])).map(({ code }) => code);
  expect(codes.toSorted()).toEqual([LOCKED, RESTRICTED]);
});

test("an activation that was held up begins only while its record is the last one", async () => {
  const program = "/usr/local/lib/nixfleet/nixfleet-host";
  const answer = await asRoot(
    `sh ${program} lock acquire HELD1 me@here 60 test - >/dev/null && mkdir -p ${STATE}/runs/HELD1 && cd ${STATE}/runs/HELD1 &&
     printf 'system\\t${before}\\nowner\\tme\\nrevision\\t-\\nmanifest\\t-\\nmode\\tlive\\nserial\\t5\\n' >request && : >started
     sh ${program} supervise HELD1; sh ${program} lock release HELD1 >/dev/null; cat result problems`,
  );
  expect(answer).toMatch(/^code\t77\n.*another deploy record was taken before the activation began/s);
  expect(await asRoot("readlink /run/nixfleet/current")).toBe(live);
});

test("serials that cannot be read are not taken for none", async () => {
  const serial = await asRoot(`cat ${STATE}/serial; echo >${STATE}/serial`);
  try {
    await steal.isRefused(lab1(activation(before), await record(before)), /serial is damaged/);
  } finally {
    await asRoot(`echo ${serial} >${STATE}/serial`);
  }
});

test("what cannot be written into the audit is not done", async () => {
  await asRoot(`mv ${STATE}/audit.ndjson /root/ && mkdir ${STATE}/audit.ndjson`);
  try {
    const activate = await steal.attempt(lab1(activation(before), await record(before)));
    expect(activate).toMatchObject({ code: NO_ROOM, problem: expect.stringContaining("cannot write the audit") });
    expect((await steal.attempt(lab1(["task", "touch"]))).code).toBe(NO_ROOM);
  } finally {
    await asRoot(`rmdir ${STATE}/audit.ndjson && mv /root/audit.ndjson ${STATE}/`);
  }
  expect(await asRoot("ls /touched 2>/dev/null || echo none")).toBe("none");
  expect(await asRoot("readlink /run/nixfleet/current")).toBe(live);
});

test.each([
  ["of the size of files", "ulimit -f 1;"],
  ["of open files", "ulimit -n 12;"],
  ["of the stack", "ulimit -s 256;"],
  ["of processor time", "ulimit -t 1;"],
  ["of memory", "ulimit -v 60000;"],
])("under a limit of the caller's %s a task is run whole and written down, or not at all", async (_what, around) => {
  const accepted = async () => (await restricted.audit("lab-1")).filter(({ event }) => event === "accepted").length;
  const began = await accepted();
  const { code } = await gate(around, "task touch");
  const touched = (await asRoot("rm /touched 2>/dev/null && echo yes || echo no")) === "yes";
  expect({ touched, written: (await accepted()) - began }).toEqual({
    touched: code === 0,
    written: code === 0 ? 1 : 0,
  });
  expect((await gate("", "facts")).code).toBe(0);
});

test.each([
  ["whose children nobody waits for", `perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV'`],
  ["without an answer to write to", `perl -e 'close STDERR; exec @ARGV'`],
  ["in a folder that is gone", 'd=$(mktemp -d) && cd "$d" && rmdir "$d" &&'],
  ["with another locale and umask", "umask 000; LC_ALL=tr_TR.UTF-8 LANG=C.UTF-8"],
])("a caller %s gets no more than others", async (_what, around) => {
  const other = `${restricted.fleet.folder}/../other-gate`;
  await restricted.fleet.nixfleet("keys", "generate", "--name", "gate-1", "--out", other);
  const forged = Buffer.from(await signedRecord(other, orderFor(before))).toString();
  const words = activation(before).join(" ");
  const refused = await gate(around, words, forged.length, forged);
  expect(refused.code).toBe(RESTRICTED);
  expect(await lastAudit()).toMatchObject({ event: "refused", detail: expect.stringContaining("none of the fleet's") });
});

test("files are read with the rights of the account, whatever they are called and wherever links lead", async () => {
  await asRoot(
    "mkdir -m 700 -p /root/private && echo s3cret >/root/private/open && chmod 644 /root/private/open && chmod 711 /root",
  );
  await asDeploy("ln -sfn /root/private ~/folder; ln -sfn /etc/shadow ~/shadow; mkfifo ~/pipe; echo mine >~/mine");
  const paths = ["/root/private/open", "/home/deploy/folder/open", "/home/deploy/shadow", "/home/deploy/pipe"];
  const asked = paths.map((path) => `read 99999 ${path}\n`).join("");
  const { text } = await steal.attempt(lab1(["inspect"], `${asked}read 99 /home/deploy/mine\n`));
  expect(text).toContain("mine");
  expect(text).not.toContain("s3cret");
  expect(text).toMatch(/\/root\/private\/open\tfile\t0644\troot\troot\t-\n/);
  expect(text).toMatch(/\/home\/deploy\/folder\/open\tfile\t0644\troot\troot\t-\n/);
  await asRoot("chmod 700 /root");
});

test("less or more than was announced is not taken, and that is written down", async () => {
  for (const [bytes, input] of [
    [10, "abc"],
    [2, "abc"],
  ] as const) {
    expect((await gate("", "facts", bytes, input)).code).toBe(97);
    expect(await lastAudit()).toMatchObject({
      event: "refused",
      detail: expect.stringContaining(`the ${bytes} bytes`),
    });
  }
  expect((await gate("", "facts", 99_999_999)).code).toBe(64);
  expect(await lastAudit()).toMatchObject({ event: "refused" });
});

test("payloads of many megabytes come one at a time, and small ones beside them", async () => {
  const large = 20_000_000;
  const slow = restricted.asDeploy(
    "lab-1",
    `{ echo; sleep 300; } | sudo -n ${ENTRY} ${large} ${TOKEN} secret stage RUN1`,
  );
  try {
    await asRoot(
      "until [ -e /run/nixfleet-large.lock ] && ! flock -n /run/nixfleet-large.lock true; do sleep 0.1; done",
    );
    expect((await gate("", "facts")).code).toBe(0);
    await steal.isRefused(lab1(["secret", "stage", "RUN2"], "x".repeat(2_000_000)), /many megabytes/);
  } finally {
    await asRoot("pkill -u deploy sleep");
  }
  expect((await slow).code).toBe(97);
});

test("words that are too long, too many, or empty are refused", async () => {
  await steal.isRefused(lab1(["reject", "RUN1", TOKEN, "x".repeat(9000)]), /too long/);
  await steal.isRefused(lab1(["lock", ...Array.from({ length: 17 }, () => "a")]), /too many arguments/);
  await steal.isRefused(lab1(["task", ""]), /empty/);
  await steal.isRefused(lab1(["reject", "RUN1", TOKEN, "two\nlines"]), /control characters/);
  await steal.isRefused(lab1(["-c", "id"]), /no such verb/);
});

test("what a killed call left in memory goes with the next one", async () => {
  await asRoot("mkdir /run/nixfleet-gate.99999999.abc && echo secret >/run/nixfleet-gate.99999999.abc/payload");
  expect((await gate("", "facts")).code).toBe(0);
  expect(await asRoot("ls -d /run/nixfleet-gate.* 2>/dev/null || echo none")).toBe("none");
});

test("garbage collection leaves alone what a process of root has open, as the gate has what it verified", async () => {
  const path = (await asDeploy("mkdir -p ~/held && date >~/held/now && nix-store --add ~/held")).stdout.trim();
  await asRoot(`systemd-run --quiet --unit=nf-hold sh -c 'exec 6<${path}; touch /run/nf-holds; sleep 600'`);
  await asRoot("until [ -e /run/nf-holds ]; do sleep 0.1; done");
  expect((await asDeploy(`nix-store --delete ${path}`)).code).not.toBe(0);
  await asRoot(`ls ${path} && systemctl stop nf-hold && rm /run/nf-holds`);
  expect((await asDeploy(`nix-store --delete ${path}`)).code).toBe(0);
});

test("a closure that is being activated stays in the store, whoever gives the lock away", async () => {
  const roots = "/nix/var/nix/gcroots/nixfleet";
  await asRoot(`sh /usr/local/lib/nixfleet/nixfleet-host lock acquire BUSY1 me@here 600 test ${before} >/dev/null`);
  await asRoot(
    "systemd-run --quiet --unit=nf-busy flock /run/nixfleet/activation.flock sh -c 'echo BUSY1 >/run/nixfleet/activation.flock; sleep 600'",
  );
  await asRoot("until ! flock -n /run/nixfleet/activation.flock true; do sleep 0.1; done");
  expect((await steal.attempt(lab1(["lock", "release", "BUSY1"]))).code).toBe(0);
  expect(await asRoot(`readlink ${roots}/BUSY1`)).toBe(before);
  expect((await steal.attempt(lab1(["lock", "acquire", "OTHER1", "me", "60", "why", "-"]))).code).toBe(LOCKED);
  expect(await asRoot(`readlink ${roots}/BUSY1; systemctl stop nf-busy; : >/run/nixfleet/activation.flock`)).toBe(
    before,
  );
});
