/** Progress on stderr: lasting lines for what matters, and a board (terminal) or heartbeats (everything else) below. */
import type { createLogUpdate } from "log-update";
import type { OutputOptions } from "../output-options.ts";
import { headline, renderBoard } from "./board.ts";
import { type BoardState, emptyBoard, foldBoard } from "./board-state.ts";
import { lastingLines } from "./lasting-lines.ts";
import type { Output } from "./output.ts";
import type { ReporterContext } from "./reporter.ts";
import type { Style } from "./style.ts";

export interface Progress {
  event(event: Parameters<typeof foldBoard>[1]): void;
  /** Takes the board away until the next event: something else is printed, or a question asked. */
  pause(): void;
  /** Takes it away until `goOn`, and keeps lasting lines until then. */
  hold(): void;
  goOn(): void;
  end(): void;
  verb(): string;
}

/** Ten times a second is all that an eye follows; more would cost the run its time. */
const BOARD_INTERVAL_MS = 100;
/** CI services end jobs that stay silent, the strictest after about a minute. */
const HEARTBEAT_INTERVAL_MS = 15_000;

export function progressFor(
  options: OutputOptions,
  context: ReporterContext,
  sink: { readonly output: Output; readonly style: Style },
): Progress {
  const board = options.format === "human" && context.stderr.isTTY === true && options.verbosity >= 0;
  const display = board ? terminalBoard(context, sink) : heartbeat(context, sink, options.verbosity >= 0);
  let state = emptyBoard();
  let held: string[] | undefined;
  return {
    event(event) {
      state = foldBoard(state, event);
      const lines = lastingLines(event, { ...options, verb: state.verb, style: sink.style, hosts: state.planned });
      if (held === undefined) display.update(state, lines);
      else held.push(...lines);
    },
    pause: () => display.pause(),
    hold() {
      held ??= [];
      display.pause();
    },
    goOn() {
      const lines = held ?? [];
      held = undefined;
      display.update(state, lines);
    },
    end: () => display.end(),
    verb: () => state.verb,
  };
}

interface Display {
  update(state: BoardState, lasting: readonly string[]): void;
  pause(): void;
  end(): void;
}

function terminalBoard(context: ReporterContext, { output, style }: { output: Output; style: Style }): Display {
  const drawing = lazyDrawing(context.stderr);
  let latest: BoardState | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    if (latest === undefined) return;
    const lines = renderBoard(latest, { nowMs: context.now(), width: output.width(), style });
    if (lines.length === 0) drawing.clear();
    else drawing.show(lines.slice(0, Math.max(1, Math.floor((context.stderr.rows ?? 24) / 2))).join("\n"));
  };
  const pause = (): void => {
    clearInterval(timer);
    timer = undefined;
    latest = undefined;
    drawing.clear();
  };
  return {
    update(state, lasting) {
      latest = state;
      if (lasting.length > 0) {
        drawing.clear();
        output.write(`${lasting.join("\n")}\n`);
        draw();
      }
      timer ??= setInterval(draw, BOARD_INTERVAL_MS).unref();
    },
    pause,
    end() {
      pause();
      drawing.done();
    },
  };
}

/** What draws takes time to load: it comes along while the first hosts are dialled. Until then nothing is shown. */
function lazyDrawing(stream: ReporterContext["stderr"]) {
  let log: ReturnType<typeof createLogUpdate> | undefined;
  let over = false;
  void import("log-update").then((library) => {
    if (!over) log = library.createLogUpdate(stream);
  });
  return {
    show: (text: string): void => log?.(text),
    clear: (): void => log?.clear(),
    done(): void {
      over = true;
      log?.done();
    },
  };
}

function heartbeat(context: ReporterContext, { output }: { output: Output }, beating: boolean): Display {
  let timer: NodeJS.Timeout | undefined;
  let latest: BoardState | undefined;
  const beat = (): void => {
    if (latest !== undefined) output.write(`${headline(latest, context.now())}\n`);
  };
  const pause = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    update(state, lasting) {
      latest = state;
      if (lasting.length > 0) output.write(`${lasting.join("\n")}\n`);
      if (beating) timer ??= setInterval(beat, HEARTBEAT_INTERVAL_MS).unref();
    },
    pause,
    end: pause,
  };
}
