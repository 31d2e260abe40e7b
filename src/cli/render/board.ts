/** The board: a few lines at the foot of the terminal, however many hosts there are. */
import { phases } from "../../domain/outcome/events.ts";
import { type Activity, type BoardState, phaseCounts } from "./board-state.ts";
import { type Cell, stopwatch, table, truncate } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { byteWords, statusWord } from "./words.ts";

/** Hosts named on the board: those that take longest. */
const SLOWEST = 3;

/** At most ten lines, none wider than the terminal. Empty when nothing is going on. */
export function renderBoard(
  state: BoardState,
  view: { readonly nowMs: number; readonly width: number; readonly style: Style },
): string[] {
  if (state.active.size === 0 && state.fleet.size === 0 && state.planned === undefined) return [];
  const lines = [
    headline(state, view.nowMs),
    ...table(
      [...state.fleet.values()].slice(0, SLOWEST).map((activity) => cells(activity, view.nowMs)),
      "  ",
    ),
    ...slowest(state, view.nowMs),
  ];
  const room = view.width - 1;
  return lines.map((line, index) => {
    const cut = truncate(line, room, view.style.unicode);
    return index === 0 ? view.style.strong(cut) : view.style.dim(cut);
  });
}

/**
 * "[00:45] apply: 18 changed, 1 failed, 6 running (copy 4, activate 2), 20 waiting", and while nobody runs what is being waited for:
 * "[12:30] apply: 1 changed, 3 waiting, stage 1 of 2 (canary) is through and soaks for 10m".
 */
export function headline(state: BoardState, nowMs: number): string {
  const finished = [...state.finished].map(([status, number]) => `${number} ${statusWord(status, state.verb)}`);
  const counts = phaseCounts(state, phases).map(([phase, number]) => `${phase} ${number}`);
  const running = counts.length === 0 ? [] : [`${state.active.size} running (${counts.join(", ")})`];
  const waiting = waitingHosts(state);
  const parts = [...finished, ...running, ...(waiting > 0 ? [`${waiting} waiting`] : [])];
  const fleet = [...state.fleet.values()].map(amount);
  const atRest = state.active.size === 0 && waiting > 0 && state.rollout !== "" ? [printable(state.rollout)] : [];
  const words = [...parts, ...fleet, ...atRest].join(", ") || "working";
  return `[${stopwatch(nowMs - state.startedMs)}] ${printable(state.verb)}: ${words}`;
}

const waitingHosts = ({ planned, begun }: BoardState): number => Math.max(0, (planned ?? 0) - begun.size);

function slowest(state: BoardState, nowMs: number): string[] {
  const oldest = [...state.active].sort(([, a], [, b]) => a.sinceMs - b.sinceMs).slice(0, SLOWEST);
  return table(
    oldest.map(([host, activity]) => [{ text: printable(host) }, ...cells(activity, nowMs)]),
    "  ",
  );
}

const cells = (activity: Activity, nowMs: number): Cell[] => [
  { text: amount(activity) },
  { text: stopwatch(nowMs - activity.sinceMs) },
  { text: printable(withoutHash(activity.text)) },
];

/** Of a store path its name: the hash tells nobody anything, and takes half of the line. */
const withoutHash = (text: string): string => text.replace(/\/nix\/store\/[0-9a-z]{32}-/g, "").replace(/\.drv$/, "");

/** "copy 3/10, 12 MiB of 40 MiB". */
function amount({ phase, done, expected, bytes, expectedBytes = 0 }: Activity): string {
  const counted = done === undefined || expected === undefined ? phase : `${phase} ${done}/${expected}`;
  if (bytes === undefined || expectedBytes === 0) return counted;
  return `${counted}, ${byteWords(bytes)} of ${byteWords(expectedBytes)}`;
}
