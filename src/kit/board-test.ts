import { FaultUnsupportedError } from '../board/index.ts';
import { type FilePath, invalid } from '../input/index.ts';
import { keepArtifacts } from './artifacts.ts';
import { plain } from './failure.ts';
import { endWhenGivenUp } from './given-up.ts';
import { endSession, explain, refusal } from './session.ts';
import { type OpenTest, openSession, type TestBoard, type TestBoardOptions } from './test-board.ts';
import { WorldUnsupportedError } from './worlds.ts';

/** What a runner gives a test; `Context` is its own type. */
export type TestBody<Context = unknown> = (board: TestBoard, context: Context) => unknown;

/** What a runner calls. */
export type RunnerTest<Context = unknown> = (this: unknown, context?: Context) => Promise<void>;

/**
 * A test with a board of its own, for any runner: `test('name', boardTest('board.dts', async (board) => …))`. The board is
 * closed behind it, also after a throw; what the test has left over fails it; an error says what had happened on the board.
 * A fault that the board cannot carry, and a world (`on`) that is not there, skip the test (with `DTBUS_UNSUPPORTED=fail` it fails).
 */
export function boardTest<Context = unknown>(
  board: FilePath | TestBoardOptions,
  body: TestBody<Context>,
): RunnerTest<Context>;
export function boardTest<Context = unknown>(
  board: FilePath,
  options: TestBoardOptions,
  body: TestBody<Context>,
): RunnerTest<Context>;
export function boardTest<Context>(
  board: FilePath | TestBoardOptions,
  ...rest: readonly [TestBody<Context>] | readonly [TestBoardOptions, TestBody<Context>]
): RunnerTest<Context> {
  const body = rest.at(-1) as TestBody<Context>;
  const options = rest.length === 2 ? (rest[0] as TestBoardOptions) : {};
  if (typeof body !== 'function') throw invalid('test', 'a function that is given the board', body);
  return runnerTest((context) =>
    runOnBoard(
      () => openSession(board, options),
      (test) => body(test.board, context as Context),
      context,
    ),
  );
}

/** Runs `body` on a board that `open` opens, and ends the board. @param context the runner's @throws what the test fails of */
export async function runOnBoard(
  open: () => Promise<OpenTest>,
  body: (test: OpenTest) => unknown,
  context: unknown,
): Promise<void> {
  const test = await open();
  const { session } = test;
  endWhenGivenUp(session, context);
  try {
    await body(test);
  } catch (error) {
    const left = await endSession(session);
    if (isSkip(error)) throw error;
    throw explain(error, session, left, await keepArtifacts(session, context));
  }
  const left = await endSession(session);
  if (left.length > 0) throw refusal(session, left, await keepArtifacts(session, context), runOnBoard);
}

/** Whether an error is how a test is skipped: by what its board or world lacks, or by vitest's `skip`. */
function isSkip(error: unknown): boolean {
  return isUnsupported(error) || (error as { code?: unknown } | undefined)?.code === 'VITEST_PENDING';
}

function isUnsupported(error: unknown): error is FaultUnsupportedError | WorldUnsupportedError {
  return error instanceof FaultUnsupportedError || error instanceof WorldUnsupportedError;
}

/**
 * A function as runners want it: it declares no parameter, by which some take a callback for one and others look for
 * fixtures. It skips the test where `run` cannot be carried out.
 */
export function runnerTest<Context>(
  run: (context: Context | undefined) => Promise<void>,
): RunnerTest<Context> {
  return async function test(this: unknown) {
    // biome-ignore lint/complexity/noArguments: runners take a declared parameter for a callback or a fixture
    const context = arguments[0] as Context | undefined;
    try {
      await run(context);
    } catch (error) {
      skipUnsupported(error, context, this);
    }
  };
}

/** Skips a test whose fault the board cannot carry, or whose world is not there. @throws `error` where it is anything else, or may not be skipped */
export function skipUnsupported(error: unknown, ...contexts: readonly unknown[]): void {
  if (!isUnsupported(error)) throw error;
  if (process.env['DTBUS_UNSUPPORTED'] === 'fail') {
    const message = `${error.message}; DTBUS_UNSUPPORTED=fail makes this a failure`;
    throw plain({ message, expected: 'no skip', actual: error.message }, skipUnsupported);
  }
  const skip = contexts.find((context) => typeof (context as Skipping | undefined)?.skip === 'function');
  if (skip === undefined) throw error;
  (skip as Skipping).skip(error.message);
}

/** node:test's context, vitest's, and mocha's `this`. */
interface Skipping {
  skip(reason: string): unknown;
}
