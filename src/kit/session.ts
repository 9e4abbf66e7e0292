import { type Board, type FaultHandle, PART_DISABLED } from '../board/index.ts';
import type { GuestSession } from '../guest/index.ts';
import { durationText } from './duration.ts';
import { actualLines, plain } from './failure.ts';
import { areTimersFake, realNow, turn } from './timers.ts';
import { type Recorder, Traffic } from './traffic.ts';

/** The beginning of each call of a stack in a sentence. */
const CALL = /, at (?=[^,]+:\d+:\d+\)?(?:, at |$))/g;

/** What a test's board has told. */
export class Warnings {
  /** Of parts whose models failed, with the stacks of their errors. */
  readonly failures: string[] = [];
  readonly others: string[] = [];

  /** @param heard the test hears of them itself: then nothing of it is a fault of the test */
  listener(heard?: (sentence: string) => void): (sentence: string) => void {
    if (heard !== undefined) return heard;
    return (sentence) => {
      const failed = sentence.includes(PART_DISABLED);
      // The board tells it in one line; here each call of the stack has its own.
      if (failed) this.failures.push(sentence.replace(CALL, '\n    at '));
      else {
        this.others.push(sentence);
        process.emitWarning(sentence);
      }
    };
  }
}

/** Where the files of a test that fails go. */
export interface TestArtifacts {
  /** Undefined: where the environment says. */
  readonly folder: string | undefined;
  /** Whether a page is among them; undefined: as the environment says. */
  readonly report: boolean | undefined;
  /** What their names have behind that of the test; undefined: there are none. */
  label: string | undefined;
}

/** A test that is under way, and what is to be cleaned up behind it. */
export class Session {
  readonly board: Board;
  readonly recorder: Recorder;
  readonly traffic: Traffic;
  readonly faults: { readonly handle: FaultHandle; optional: boolean }[] = [];
  /** Boards that were opened meanwhile, with their names. */
  readonly others = new Map<Board, string>();
  /** Ends the board itself. */
  readonly close: () => Promise<void>;
  readonly warnings: Warnings;
  /** The Linux on the board, where the test has booted one. */
  guest: GuestSession | undefined;
  readonly artifacts: TestArtifacts;
  /** Lets others use the hardware. */
  readonly release: () => void;
  /** The board's clock goes on only where it is moved. */
  readonly isStepped: boolean;
  readonly beganMs = realNow();
  /** Whoever opened it ends it, and no test does. */
  isOwn = false;
  ended: Promise<readonly string[]> | undefined;

  constructor(
    recorder: Recorder,
    {
      warnings,
      release,
      folder,
      report,
    }: Pick<Session, 'warnings' | 'release'> & Pick<TestArtifacts, 'folder' | 'report'>,
  ) {
    const { board } = recorder;
    this.board = board;
    this.isStepped = recorder.clock === 'stepped';
    this.artifacts = { folder, report, label: '' };
    this.release = release;
    this.warnings = warnings;
    this.recorder = recorder;
    this.traffic = new Traffic(recorder);
    this.close = board.close.bind(board);
    sessions.add(this);
  }

  /** A fault may be there that never strikes. */
  allow(fault: FaultHandle): void {
    for (const each of this.faults) if (each.handle === fault) each.optional = true;
  }
}

/** Those that have not ended. */
export const sessions = new Set<Session>();

/** Ends a test's board and all that the test has left. @returns what it should not have left, a sentence each */
export function endSession(session: Session): Promise<readonly string[]> {
  session.ended ??= end(session);
  return session.ended;
}

async function end(session: Session): Promise<readonly string[]> {
  const { board, recorder, faults, others } = session;
  // What was asked for and only needs a turn of the event loop is not under way.
  await turn();
  sessions.delete(session);
  await session.guest?.close();
  session.guest = undefined;
  const left = [
    ...session.warnings.failures,
    ...board.virtio
      .listing()
      .filter(({ pending }) => pending > 0)
      .map(({ path, pending }) => `${transfers(pending)} of ${path} still under way: await each of them`),
    ...faults
      .filter(({ handle, optional }) => !optional && handle.fired === 0)
      .map(
        ({ handle }) =>
          `${handle.text} never struck (${handle.chances} chances): the test proves nothing of it; optional: true allows it`,
      ),
  ];
  left.push(...notReplayed(board.isClosed ? undefined : board.replayed()));
  for (const { handle } of faults) handle.remove();
  for (const [other, name] of others) {
    if (other.isClosed) continue;
    left.push(`${name} was left open: close each board that a test opens`);
    await other.close();
  }
  recorder.end();
  try {
    await session.close();
  } finally {
    session.release();
  }
  return left;
}

/** What a recording that is the parts has and the test did not ask for, and the other way round. */
export function notReplayed(report: ReturnType<Board['replayed']>): string[] {
  if (report === undefined) return [];
  const { file, mismatches, mismatchCount, left, leftCount } = report;
  const more = mismatchCount - mismatches.length;
  return [
    ...mismatches,
    ...(more > 0 ? [`${more} more requests are not as in ${file}`] : []),
    ...(leftCount > 0
      ? [
          `${file}:${left[0]}: ${transfers(leftCount)} recorded from this line on ${leftCount === 1 ? 'was' : 'were'} not asked for`,
        ]
      : []),
  ];
}

function transfers(count: number): string {
  return count === 1 ? '1 transfer' : `${count} transfers`;
}

/** The error of a test that has left something. */
export function refusal(
  session: Session,
  left: readonly string[],
  kept: readonly string[],
  caller: (...args: never[]) => unknown,
): Error {
  const { traffic, recorder } = session;
  const message = [`${recorder.name}: ${left.join('\n')}`, ...actualLines(traffic), ...kept].join('\n');
  return plain({ message, expected: 'nothing left', actual: left }, caller);
}

/** Says in an error of a test, or in a runner's report of one, what had happened on the board, where it does not yet. */
export function explain(
  error: unknown,
  session: Session,
  left: readonly string[],
  kept: readonly string[],
): unknown {
  if (!hasMessage(error) || explained.has(error)) return error;
  explained.add(error);
  const { message, stack } = error;
  const { warnings } = session;
  const isOurs = message.includes('\nactual');
  const more = [
    ...(isOurs ? [] : actualLines(session.traffic)),
    ...inPlace(session),
    ...timeNotes(session),
    ...warnings.others.map((sentence) => `warned: ${sentence}`),
    ...left.map((sentence) => (warnings.failures.includes(sentence) ? sentence : `left over: ${sentence}`)),
    ...kept,
  ];
  if (more.length === 0) return error;
  try {
    error.message = [message, '', ...more].join('\n');
    // Some runners show the one, some the other.
    if (stack !== undefined && message !== '') error.stack = stack.replace(message, () => error.message);
  } catch {
    // A frozen error stays as it is.
  }
  return error;
}

const explained = new WeakSet<object>();

function hasMessage(error: unknown): error is { message: string; stack?: string } {
  return typeof (error as { readonly message?: unknown } | undefined)?.message === 'string';
}

function inPlace({ faults }: Session): string[] {
  return faults.map(({ handle }) => `injected: ${handle.text}, struck ${handle.fired} times`);
}

/** So often the same in a row is polling. */
const POLLS = 3;

/** Who polls a part for what only time brings, and whose time it is not, waits for ever: that is said. */
function timeNotes({ isStepped, beganMs, traffic }: Session): string[] {
  const { transfers } = traffic;
  const last = transfers.slice(-POLLS);
  const lines = new Set(last.map(({ path, target, text, errno }) => `${path} ${target} ${text} ${errno}`));
  const isPolling = last.length === POLLS && lines.size === 1;
  const [first] = transfers;
  if (isStepped && isPolling && !areTimersFake()) {
    const passed = durationText(
      Math.round(((last.at(-1)?.endedMs ?? 0) - (first?.startedMs ?? 0)) * 100) / 100,
    );
    const took = durationText(Math.round(realNow() - beganMs));
    return [
      `the board's clock is stepped: ${passed} passed on it while the test took ${took}; let time pass by board.pass or fake timers, or open the board with clock: 'real'`,
    ];
  }
  if (!isStepped && areTimersFake())
    return [
      `the timers of the test are fake and the board has the machine's time: use real timers in this world`,
    ];
  return [];
}
