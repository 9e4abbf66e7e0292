import { expect, type TestAPI, type TestContext, test, vi } from 'vitest';
import { type Errno, type FaultHandle, FaultUnsupportedError } from '../board/index.ts';
import type { FilePath } from '../input/index.ts';
import { keepArtifacts } from './artifacts.ts';
import { type RunnerTest, skipUnsupported, type TestBody } from './board-test.ts';
import { assertScreen, assertShows, type ScreenOptions } from './expect/displays.ts';
import {
  assertFallen,
  assertHappenedBefore,
  assertRecovered,
  assertReplayedAll,
  assertRisen,
  assertToggled,
  assertTouched,
  type Edges,
  type Recovery,
  type Touch,
} from './expect/events.ts';
import { assertRecording } from './expect/recording.ts';
import { askForUpdate } from './expect/update.ts';
import {
  assertAtMost,
  assertCount,
  assertErrno,
  assertFired,
  assertOkOrFails,
  assertQuiet,
  assertSent,
  assertSentExactly,
  assertSentInAnyOrder,
  assertSpacing,
  type Budget,
  type Spacing,
  trafficOf,
} from './expectations.ts';
import { actualLines } from './failure.ts';
import type { TestGuest } from './guest.ts';
import type { Pattern } from './pattern.ts';
import { endSession, explain, refusal } from './session.ts';
import { type FaultPlan, type SweepOptions, sweep as sweepPlaces } from './sweep.ts';
import { openSession, type TestBoard, type TestBoardOptions } from './test-board.ts';

export { FaultUnsupportedError } from '../board/index.ts';
export type { Duration } from './duration.ts';
export { assertErrno, assertFails, assertFired, assertOkOrFails } from './expectations.ts';
export type { TestGuest, TestGuestOptions } from './guest.ts';
export type { BytesPattern, EdgePattern, Pattern, TransferPattern } from './pattern.ts';
export { type FaultPlan, fault, type SweepOptions } from './sweep.ts';
export { openTestBoard, type TestBoard, type TestBoardOptions } from './test-board.ts';
export type { Mark, Seen, SeenEdge, SeenTransfer, Traffic } from './traffic.ts';
export { type World, type Worlds, WorldUnsupportedError } from './worlds.ts';

/** What a test of `boardTest` is given. */
export interface BoardFixtures {
  /** Opened for the test, and closed behind it. */
  readonly board: TestBoard;
  /** A Linux on the board, with one clock; booted for a test that names it. See `TestBoard.bootGuest`. */
  readonly guest: TestGuest;
}

/** vitest's fake timers, for `board.pass`. */
const tick = (ms: number) => vi.isFakeTimers() && vi.advanceTimersByTimeAsync(ms);

/**
 * vitest's `test` with a board of its own for each test: `const test = boardTest('board.dts')`, and then
 * `test('name', async ({ board }) => …)`. What holds of `boardTest` in `dtbus/test` holds here; `vi.useFakeTimers` and the
 * board's stepped clock are one time.
 */
export function boardTest(
  board: FilePath | TestBoardOptions,
  options: TestBoardOptions = {},
): TestAPI<BoardFixtures> {
  return test.extend<BoardFixtures>({
    // vitest takes which fixtures a fixture needs from the names in its first parameter.
    board: async ({ task, skip, annotate }, use) => {
      const given = typeof board === 'object' && !('href' in board) ? { tick, ...board } : board;
      const opened = await openSession(given, { tick, ...options }).catch((error: unknown) => {
        skipUnsupported(error, { skip });
        throw error;
      });
      const { session } = opened;
      skipping(opened.board, { skip });
      await use(opened.board);
      const left = await endSession(session);
      const { errors = [], state } = task.result ?? {};
      // A retry that went well has the errors of the tries before it.
      const isFailed = errors.length > 0 && state !== 'pass';
      if (!isFailed && left.length === 0) return;
      const kept = await keepArtifacts(session, { task, annotate: annotatingEnded(task, annotate) });
      if (!isFailed) throw refusal(session, left, kept, boardTest);
      for (const error of errors) explain(error, session, left, kept);
    },
    guest: async ({ board: opened }, use) => {
      await use(await opened.bootGuest());
    },
  });
}

/** vitest takes annotations only while a test runs, which is over when its fixtures are taken down. */
function annotatingEnded(
  task: { readonly result?: { state?: unknown } | undefined },
  annotate: TestContext['annotate'],
): TestContext['annotate'] {
  const annotating = (...args: Parameters<typeof annotate>) => {
    const result = task.result ?? {};
    const { state } = result;
    result.state = 'run';
    try {
      return annotate(...args);
    } finally {
      result.state = state;
    }
  };
  return annotating as typeof annotate;
}

/** As `sweep` of `dtbus/test`; `vi.useFakeTimers` and the boards' stepped clocks are one time. */
export function sweep<Context = unknown>(
  board: FilePath | TestBoardOptions,
  swept: FaultPlan,
  body: TestBody<Context>,
  options: SweepOptions = {},
): RunnerTest<Context> {
  return sweepPlaces(board, swept, body, { tick, ...options });
}

/** A fault that the board cannot carry, and a guest without a kernel, skip the test at once. */
function skipping(board: TestBoard, context: { readonly skip: unknown }): void {
  const inject = board.inject.bind(board) as (...args: unknown[]) => FaultHandle;
  const value = (...args: unknown[]) => {
    try {
      return inject(...args);
    } catch (error) {
      if (error instanceof FaultUnsupportedError) skipUnsupported(error, context);
      throw error;
    }
  };
  Object.defineProperty(board, 'inject', { value });
  const boot = board.bootGuest;
  const booted = (...args: Parameters<typeof boot>) =>
    boot(...args).catch((error: unknown) => {
      skipUnsupported(error, context);
      throw error;
    });
  Object.defineProperty(board, 'bootGuest', { value: booted });
}

/** Runs a function that throws where its expectation does not hold, as vitest wants a matcher. */
function matcher<Arguments extends readonly unknown[]>(
  name: string,
  holds: (received: never, ...args: Arguments) => void,
) {
  return (received: unknown, ...args: Arguments) => {
    try {
      holds(received as never, ...args);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AssertionError') throw error;
      return { pass: false, message: () => error.message };
    }
    return {
      pass: true,
      message: () => [`expected that ${name} does not hold, but it does`, ...linesOf(received)].join('\n'),
    };
  };
}

/** As `matcher`, of what takes its time. */
async function resolveOrReject(received: Promise<unknown> | (() => unknown), ...errnos: readonly Errno[]) {
  const outcome = await assertOkOrFails(received, ...errnos).catch((error: unknown) => error);
  return matcher('toResolveOrReject', () => {
    if (outcome !== undefined) throw outcome;
  })(received);
}

/** What had happened, where the subject is traffic. */
function linesOf(received: unknown): string[] {
  try {
    return actualLines(trafficOf(received as never));
  } catch {
    return [];
  }
}

// `vitest run -u`: what its snapshots go by.
askForUpdate(() => {
  const { snapshotState } = expect.getState();
  return (snapshotState as unknown as { _updateSnapshot?: unknown } | undefined)?._updateSnapshot === 'all';
});

expect.extend({
  toHaveSent: matcher('toHaveSent', assertSent),
  toHaveSentExactly: matcher('toHaveSentExactly', assertSentExactly),
  toHaveSentInAnyOrder: matcher('toHaveSentInAnyOrder', assertSentInAnyOrder),
  toHaveSentTimes: matcher('toHaveSentTimes', assertCount),
  toHaveBeenQuiet: matcher('toHaveBeenQuiet', assertQuiet),
  toHaveKept: matcher('toHaveKept', assertSpacing),
  toHaveUsedAtMost: matcher('toHaveUsedAtMost', assertAtMost),
  toBeErrno: matcher('toBeErrno', assertErrno),
  toHaveFired: matcher('toHaveFired', assertFired),
  toHaveTouched: matcher('toHaveTouched', assertTouched),
  toHaveHappenedBefore: matcher('toHaveHappenedBefore', assertHappenedBefore),
  toHaveRisen: matcher('toHaveRisen', assertRisen),
  toHaveFallen: matcher('toHaveFallen', assertFallen),
  toHaveToggled: matcher('toHaveToggled', assertToggled),
  toHaveRecovered: matcher('toHaveRecovered', assertRecovered),
  toHaveReplayedAll: matcher('toHaveReplayedAll', assertReplayedAll),
  toMatchRecording: matcher('toMatchRecording', assertRecording),
  toShow: matcher('toShow', assertShows),
  toMatchScreen: matcher('toMatchScreen', assertScreen),
  toResolveOrReject: resolveOrReject,
});

declare global {
  // vitest's own `Matchers` has other type parameters in 5 than in 3 and 4; what chai's assertions have, all of them take over.
  namespace Chai {
    interface Assertion {
      /** Of a board or its traffic: these happened in this order, others between them. */
      toHaveSent(...transfers: readonly Pattern[]): void;
      /** These in this order, and nothing else. */
      toHaveSentExactly(...transfers: readonly Pattern[]): void;
      /** Each of these, by a transfer of its own. */
      toHaveSentInAnyOrder(...transfers: readonly Pattern[]): void;
      /** Such a transfer or edge happened so often. */
      toHaveSentTimes(transfer: Pattern, times: number): void;
      /** There was no transfer. */
      toHaveBeenQuiet(): void;
      /** So much time is between the end of each `from` and the next `to`. */
      toHaveKept(spacing: Spacing): void;
      /** The bus was used no more than that. */
      toHaveUsedAtMost(budget: Budget): void;
      /** Of an error: it has this errno. */
      toBeErrno(errno: Errno): void;
      /** Of an injected fault: it struck, at least once or so often. */
      toHaveFired(times?: number): void;
      /** Of a board or its traffic: a part was reached, at that register or by that command. */
      toHaveTouched(part: string, touch?: Touch): void;
      /** Of `earlier`, `later`: both happened, on whatever bus or line, in this order. */
      toHaveHappenedBefore(earlier: Pattern, later: Pattern): void;
      /** A GPIO line went high, at least once or so often, and for so long. */
      toHaveRisen(line: string | number, edges?: Edges): void;
      /** It went low. */
      toHaveFallen(line: string | number, edges?: Edges): void;
      /** It changed. */
      toHaveToggled(line: string | number, edges?: Edges): void;
      /** A bus whose SDA a part held was freed by clock pulses. */
      toHaveRecovered(recovery?: Recovery): void;
      /** Of a board whose parts are a recording: nothing of it is left. */
      toHaveReplayedAll(): void;
      /** Of a board or its traffic: it did what a recording has; `-u` writes it. */
      toMatchRecording(file: FilePath): void;
      /** Of a display (`board.part('&lcd')`): it shows this text. */
      toShow(text: string | RegExp): void;
      /** Of a display: it shows the picture of a PNG file; `-u` writes it. */
      toMatchScreen(file: FilePath, options?: ScreenOptions): void;
      /** Of a promise or a function, to be awaited: it goes well, or fails with one of these errnos. */
      toResolveOrReject(...errnos: readonly Errno[]): Promise<void>;
    }
  }
}
