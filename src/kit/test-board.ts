import {
  type Board,
  BoardError,
  type BoardOptions,
  type FaultArguments,
  type FaultHandle,
  type FaultKind,
  openBoard,
  watchOpened,
} from '../board/index.ts';
import { callback, checkOptions, type FilePath, filePath, flag } from '../input/index.ts';
import { keepArtifacts } from './artifacts.ts';
import { type Duration, msOf } from './duration.ts';
import { bootTestGuest, type TestGuest, type TestGuestOptions, testGuest } from './guest.ts';
import { sayAtExit } from './left-open.ts';
import { endSession, refusal, Session, sessions, Warnings } from './session.ts';
import { areTimersFake, fakeTime, realSleep, turn } from './timers.ts';
import { Recorder, type Traffic } from './traffic.ts';
import { checkHardware, holdHardware, placeIn, slackOf, type Worlds } from './worlds.ts';

const MS = 1e6;

/** How a board for a test is opened: as `openBoard` does, by default with a stepped clock and without a thread of its own. */
export interface TestBoardOptions extends BoardOptions {
  /**
   * Moves fake timers of the runner by ms: `board.pass` calls it, so that they and the board go on together. For node:test
   * `(ms) => mock.timers.tick(ms)`; the fixtures of `dtbus/vitest` know vitest's. One that returns false has moved nothing.
   */
  readonly tick?: ((ms: number) => unknown) | undefined;
  /**
   * In the place of a tree: the trees of the worlds that the suite runs on; `DTBUS_ON` says in which (default `sim`).
   * Emulated and real adapters have a thread of their own and the machine's time, whatever else is said.
   */
  readonly on?: Worlds;
  /**
   * Folder for the `.bus` and `.vcd` of a test that fails; default: that of `DTBUS_ARTIFACTS`. Without one they are left only
   * in the report of a runner that takes attachments, as vitest does.
   */
  readonly artifacts?: FilePath;
  /** Leaves beside them a page of the same (`.html`), as `dtbus report` makes it. Default: where `DTBUS_REPORT` is 1. */
  readonly report?: boolean;
  /** What an upper limit of time (`atMost`) is widened by where time is the machine's. Default: nothing. */
  readonly slack?: Duration;
}

/** Options of a fault in a test. */
export interface InTest {
  /** The test does not fail where the fault never struck. */
  readonly optional?: boolean;
}

type TestFaultArguments<Kind extends FaultKind> =
  FaultArguments<Kind> extends [options?: infer Options]
    ? [options?: Options & InTest]
    : FaultArguments<Kind> extends [options: infer Options]
      ? [options: Options & InTest]
      : never;

/** What the board of a test has beside what every board has. */
export interface TestMembers {
  /** What has happened on its buses and lines. */
  readonly traffic: Traffic;
  /**
   * Lets time pass: a stepped clock goes on, for a real one the machine waits. Fake timers of the runner go on with it
   * where the kit knows them. @throws {TypeError} for what is no time
   */
  pass(duration: Duration): Promise<void>;
  /**
   * As `inject` of every board. A fault that has not struck by the end of the test fails it unless it is `optional`; all
   * are gone then. @throws {FaultUnsupportedError} what carries the bus cannot carry it: the test is skipped
   */
  inject<Kind extends FaultKind>(
    kind: Kind,
    target: string,
    ...options: TestFaultArguments<Kind>
  ): FaultHandle;
  /**
   * Boots a User-Mode Linux on the board, with its drivers on the board's parts. Its clock, the board's and that of
   * `pass` are one: time goes on only while one of its commands runs, or `pass` is waited for. It ends with the test.
   * @throws {WorldUnsupportedError} there is no kernel: the test is skipped
   * @throws {BoardError} the board has a time of its own, has a guest already, or the guest does not boot
   */
  bootGuest(options?: TestGuestOptions): Promise<TestGuest>;
  /**
   * Ends the test: faults are taken away and the board is closed.
   * @throws {Error} naming what was left over: a fault that never struck, a transfer under way, another board that was left
   * open; and models that failed, with their stacks
   */
  finish(): Promise<void>;
}

/** A board that a test has for itself. */
export type TestBoard = Board & TestMembers;

/**
 * Opens a board for one test: with a stepped clock, in this thread, its adapters when they are used first. All of it can
 * be said otherwise. `finish` ends it, and so does `close`; one that is left open is named on standard error when the process ends, and closed. @throws {BoardError} @throws {TypeError} as `openBoard`
 */
export async function openTestBoard(
  board?: FilePath | TestBoardOptions,
  options: TestBoardOptions = {},
): Promise<TestBoard> {
  const { board: opened, session } = await openSession(board, options);
  sayAtExit(session);
  return opened;
}

/** A board with its session, for those who end it by themselves. */
export interface OpenTest {
  readonly board: TestBoard;
  readonly session: Session;
}

/** As `openTestBoard`. */
export async function openSession(
  board: FilePath | TestBoardOptions | undefined,
  options: TestBoardOptions = {},
): Promise<OpenTest> {
  watchOpened(noteOpened);
  const isOptions = typeof board === 'object' && !('href' in board);
  const { tick, on, slack, artifacts, report, ...plain } = isOptions ? { ...options, ...board } : options;
  checkOptions<Pick<TestBoardOptions, 'tick' | 'report'>>(
    'openTestBoard',
    { tick, report },
    { tick: callback, report: flag },
  );
  const folder = artifacts === undefined ? undefined : filePath('artifacts', artifacts);
  const place = on === undefined ? undefined : placeIn(on);
  const given = { ...plain, ...place?.settings };
  const { backEnd = 'inline', clock = 'stepped', openHosts = 'first-use' } = given;
  const isFollowing = clock === 'stepped' && backEnd === 'inline';
  const warnings = new Warnings();
  const settings: BoardOptions = {
    ...given,
    backEnd,
    openHosts,
    clock: isFollowing ? fakeTime() : clock,
    onWarning: warnings.listener(given.onWarning),
  };
  const release = place?.world === 'hardware' ? await holdHardware(place.tree) : () => {};
  const tree = place?.tree ?? (isOptions ? undefined : board);
  let opened: Board | undefined;
  try {
    opened = await (tree === undefined && isOptions ? openBoard(settings) : openBoard(tree, settings));
    // It is the kit's, and no board that another test has left open.
    for (const { others } of sessions) others.delete(opened);
    // A fault that lasts so many ms begins when it is injected, and an adapter takes its time to open.
    if (place !== undefined && place.world !== 'sim' && !areTimersFake()) await opened.settled();
    if (place?.world === 'hardware') checkHardware(place, warnings.others);
    const recorder = await Recorder.start({
      ...{ board: opened, name: nameOf(tree), slack: slackOf(slack, place) },
      clock: clock === 'real' ? clock : 'stepped',
    });
    const session = new Session(recorder, { warnings, release, folder, report });
    return { board: equip(opened, session, { isFollowing, tick }), session };
  } catch (error) {
    await opened?.close();
    release();
    throw error;
  }
}

/** Which test has opened a board can be told while there is one. */
function noteOpened(board: Board, name: string): void {
  const [session] = sessions;
  if (session !== undefined && sessions.size === 1) session.others.set(board, name);
}

function nameOf(board: FilePath | TestBoardOptions | undefined): string {
  if (typeof board === 'string') return board;
  return board !== undefined && 'href' in board ? board.pathname : 'the board';
}

interface Equipment extends Pick<TestBoardOptions, 'tick'> {
  /** The board's clock follows fake timers. */
  readonly isFollowing: boolean;
}

/** Gives a board what the board of a test has. */
function equip(board: Board, session: Session, equipment: Equipment): TestBoard {
  const injectPlain = board.inject.bind(board) as (...args: unknown[]) => FaultHandle;
  const advance = async (ms: number) => {
    if (session.guest === undefined) board.advance(ms * MS);
    else await session.guest.pass(ms);
  };
  const step = stepper(advance, equipment);
  const pass = async (duration: Duration) => {
    const ms = msOf(duration);
    // What was begun gets to where it waits.
    await turn();
    if (session.isStepped) await step(ms);
    else await realSleep(ms);
    await turn();
    session.recorder.drain();
  };
  const inject = (kind: FaultKind, target: string, options: InTest = {}) => {
    const { optional = false, ...rest } = options;
    const handle = injectPlain(kind, target, rest);
    session.faults.push({ handle, optional });
    return handle;
  };
  const finish = async () => {
    const left = await endSession(session);
    if (left.length > 0) throw refusal(session, left, await keepArtifacts(session, undefined), finish);
  };
  const bootGuest = async (options: TestGuestOptions = {}) => {
    if (session.guest !== undefined) throw new BoardError('the board has a guest already: use that one');
    session.guest = await bootTestGuest(board, options, session.warnings.listener());
    return testGuest(session.guest);
  };
  const members = { traffic: session.traffic, pass, inject, bootGuest, finish, close: finish };
  for (const [name, value] of Object.entries(members))
    Object.defineProperty(board, name, { value, configurable: true });
  return board as TestBoard;
}

/** Pieces that a long time is cut into, so that timers and parts come in turn. */
const PIECES = 50;

/** Moves a stepped clock, and fake timers with it. */
function stepper(
  advance: (ms: number) => Promise<void>,
  { isFollowing, tick }: Equipment,
): (ms: number) => Promise<void> {
  const fake = fakeTime();
  return async (ms) => {
    const piece = Math.max(1, Math.ceil(ms / PIECES));
    for (let left = ms; left > 0; left -= piece) {
      const whole = Math.min(left, piece);
      const before = fake();
      if (tick === undefined || (await tick(whole)) === false) {
        await advance(left);
        return;
      }
      const followed = isFollowing ? fake() - before : 0;
      await advance(Math.max(0, whole - followed));
    }
  };
}
