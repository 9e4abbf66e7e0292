import type { FaultArguments, FaultKind } from '../board/index.ts';
import { messageOf } from '../bus/index.ts';
import { checkOptions, type FilePath, integer, invalid } from '../input/index.ts';
import { type RunnerTest, runnerTest, runOnBoard, type TestBody } from './board-test.ts';
import { plain } from './failure.ts';
import { signalOf } from './given-up.ts';
import { type OpenTest, openSession, type TestBoardOptions } from './test-board.ts';
import { areTimersFake } from './timers.ts';

/** A fault that is not injected yet. */
export interface FaultPlan {
  readonly kind: FaultKind;
  readonly target: string;
  readonly options: object;
}

/** A fault, told as `board.inject` is. `skip` is the sweep's own. */
export function fault<Kind extends FaultKind>(
  kind: Kind,
  target: string,
  ...[options]: FaultArguments<Kind>
): FaultPlan {
  return { kind, target, options: options ?? {} };
}

/** Options of a sweep beside those of its boards. */
export interface SweepOptions extends TestBoardOptions {
  /** So many places are tried at the same time; default 4, and 1 where timers are fake or on hardware. */
  readonly parallel?: number;
}

/** No test has so many chances. */
const NEVER = 2 ** 31 - 1;
/** Places at which a fault is tried; a test that has more is told to say which. */
const MOST_PLACES = 2000;
/** Places that are tried at the same time. */
const TOGETHER = 4;
/** Places that a report names. */
const NAMED = 20;

/**
 * A test that is run once without a fault, which counts the places where the fault can strike, and then once for each
 * place, several at once, each on a board of its own: `test('survives a NACK anywhere', sweep('board.dts', fault('nack', '&temp', { at: 'any' }),
 * async (board) => …))`. An error names the places at which the test failed. @throws {TypeError} for what is no fault or test
 */
export function sweep<Context = unknown>(
  board: FilePath | TestBoardOptions,
  swept: FaultPlan,
  body: TestBody<Context>,
  options: SweepOptions = {},
): RunnerTest<Context> {
  if (typeof swept?.kind !== 'string')
    throw invalid('fault of a sweep', "fault(kind, target, options), as fault('nack', '&temp')", swept);
  if (typeof body !== 'function') throw invalid('test', 'a function that is given the board', body);
  const { parallel = TOGETHER, ...settings } = options;
  checkOptions<Pick<SweepOptions, 'parallel'>>('sweep', { parallel }, { parallel: integer(1, MOST_PLACES) });
  const open = () => openSession(board, settings);
  return runnerTest<Context>((context) =>
    runSweep({ open, swept, context, body: ({ board: own }) => body(own, context as Context) }, parallel),
  );
}

interface Sweep {
  readonly open: () => Promise<OpenTest>;
  readonly swept: FaultPlan;
  readonly body: (test: OpenTest) => unknown;
  /** The runner's. */
  readonly context: unknown;
}

async function runSweep(sweep: Sweep, parallel: number): Promise<void> {
  const { swept } = sweep;
  const name = `${swept.kind} on ${swept.target}`;
  const places = await countPlaces(sweep);
  if (places === 0) throw sweepError(`${name}: the test has no place where it can strike`, 0);
  if (places > MOST_PLACES)
    throw sweepError(
      `${name}: ${places} places are too many; say which by register or direction, or shorten the test (at most ${MOST_PLACES})`,
      places,
    );
  const failures: Failed[] = [];
  const signal = signalOf(sweep.context);
  let next = 0;
  const work = async () => {
    for (let place = next++; place < places && !signal?.aborted; place = next++) {
      const failed = await failureAt(sweep, place, failures.length < NAMED);
      if (failed !== undefined) failures.push(failed);
    }
  };
  // Fake timers are one for all boards, and hardware is there once.
  const isAlone = areTimersFake() || process.env['DTBUS_ON'] === 'hardware';
  await Promise.all(Array.from({ length: isAlone ? 1 : Math.min(parallel, places) }, work));
  failures.sort((a, b) => a.place - b.place);
  if (failures.length > 0)
    throw sweepError(report(name, places, failures), failures.length, failures[0]?.error);
}

/** The test with a fault at one place. @param isKept its traffic is kept where it fails @returns how it failed */
async function failureAt(
  { open, swept, body, context }: Sweep,
  place: number,
  isKept: boolean,
): Promise<Failed | undefined> {
  let where = 'never struck';
  try {
    const run = async (test: OpenTest) => {
      test.session.artifacts.label = isKept ? `, place ${place + 1}` : undefined;
      const handle = inject(test, swept, { skip: place });
      try {
        await body(test);
      } finally {
        where = handle.strikes[0]?.where ?? where;
      }
      // In the machine's time a driver polls once more or less: this run had no such place, and went well.
      if (!test.session.isStepped && handle.chances <= place) test.session.allow(handle);
    };
    await runOnBoard(open, run, context);
    return undefined;
  } catch (error) {
    return { place, where, error };
  }
}

/** The clean run. @throws what it fails of */
async function countPlaces({ open, swept, body, context }: Sweep): Promise<number> {
  let places = 0;
  const run = async (test: OpenTest) => {
    const counter = inject(test, swept, { skip: NEVER, optional: true });
    await body(test);
    places = counter.chances;
  };
  await runOnBoard(open, run, context);
  return places;
}

function inject({ board }: OpenTest, { kind, target, options }: FaultPlan, more: object) {
  return board.inject(kind, target, { ...options, ...more } as never);
}

interface Failed {
  readonly place: number;
  readonly where: string;
  readonly error: unknown;
}

function report(name: string, places: number, failures: readonly Failed[]): string {
  const [first] = failures as [Failed];
  const lines = failures
    .slice(0, NAMED)
    .map(({ place, where, error }) => `  place ${place + 1}, ${where}: ${firstLine(error)}`);
  const more = failures.length > NAMED ? [`  and ${failures.length - NAMED} more`] : [];
  return [
    `${name}: the test failed at ${failures.length} of ${places} places`,
    ...lines,
    ...more,
    '',
    `place ${first.place + 1}: ${messageOf(first.error)}`,
  ].join('\n');
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] as string;
}

function sweepError(message: string, failed: number, cause?: unknown): Error {
  return Object.assign(plain({ message, expected: 'no failure', actual: failed }, sweepError), { cause });
}
