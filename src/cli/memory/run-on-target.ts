import { type Board, BusFault } from '../../board/index.ts';
import { LinedError, oneLine, printable } from '../../input/index.ts';
import { type BoardArguments, openNamedBoard, printProblems } from '../board/named-board.ts';
import { warnOfRunning } from '../board/running-board.ts';
import { saveFailure } from '../board/save-failure.ts';
import { errorText } from '../terminal/error-text.ts';
import { standardError } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';
import type { ChangeLog } from './change-log.ts';
import { Interrupted, Interruption } from './interruption.ts';
import type { Work } from './memory.ts';
import { Progress } from './progress.ts';
import { findTarget, nodeOf, type Target } from './target.ts';

const FAILED = 1;
/** Faults of an adapter that cannot be opened. */
const NOT_OPENED: readonly string[] = ['ENODEV', 'EACCES', 'EBUSY', 'EPROTO'];

/** What a command does with a part; the sentence that it gives is its last line. */
export type Task = (board: Board, target: Target, work: Work) => Promise<string | undefined>;

/**
 * Opens the board, finds the part, does the work; shows its progress and heeds Ctrl-C.
 * @param look nothing that the tree names is run or opened: for what stands in it
 * @returns the exit code
 * @throws {UsageError}, {BoardError}
 */
export async function runOnTarget(
  args: BoardArguments,
  device: string,
  step: string,
  task: Task,
  look = false,
): Promise<number> {
  const progress = new Progress(standardError);
  const say = (sentence: string) => {
    progress.clear();
    standardError.write(`${printable(sentence)}\n`);
  };
  const interruption = new Interruption(() =>
    say(`stopping after this ${step}; press Ctrl-C again to abort`),
  );
  // A part whose file cannot be written says so once more when the board ends.
  let told = false;
  const onWarning = (sentence: string) => {
    if (!told) warn(sentence);
  };
  if (!look) await warnOfRunning(args, 'this command');
  const board = await openNamedBoard(
    args,
    { backEnd: 'inline', isolateModels: true, openHosts: 'first-use', onWarning, look },
    args.facts && { facts: args.facts, node: nodeOf(device) },
  );
  interruption.listen();
  try {
    const last = await task(board, findTarget(board, device), { progress, interruption });
    progress.clear();
    // A simulated part may live in a file: only what is in it was written.
    const failure = look ? undefined : saveFailure(board);
    if (failure !== undefined) {
      told = true;
      warn(failure);
      warn(`not saved: ${device} was changed, but its file was not; the file still has the old contents`);
      return FAILED;
    }
    if (last !== undefined) say(oneLine(last));
    return 0;
  } catch (thrown) {
    progress.clear();
    if (thrown instanceof UsageError) throw thrown;
    // What an adapter says of itself tells more than the transfer that did not reach it.
    const notOpened = thrown instanceof BusFault && NOT_OPENED.includes(thrown.code);
    if (notOpened && printProblems(board)) return FAILED;
    say(`dtbus: ${sentenceOf(thrown)}`);
    return FAILED;
  } finally {
    interruption.release();
    await board.close().catch((error: unknown) => onWarning(errorText(error)));
  }
}

/** Carries out a change. One that fails says what it leaves behind, and what to do. @throws {Error} */
export async function changing<Result>(
  what: string,
  log: ChangeLog,
  change: () => Promise<Result>,
  remedy: () => readonly string[] = () => [],
): Promise<Result> {
  try {
    return await change();
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    const lines = log.report(`${what} and verified`);
    if (log.changed) lines.push(...remedy(), thrown instanceof Interrupted ? AGAIN : GO_ON);
    const more = lines.map((line) => `  ${oneLine(line)}`).join('\n');
    throw new LinedError(sentenceOf(thrown), { cause: thrown, more });
  }
}

const AGAIN = 'Run the command again; it resumes where it stopped.';
const GO_ON = 'Fix the cause and run the command again; it resumes where it stopped.';

function sentenceOf(thrown: unknown): string {
  if (thrown instanceof Interrupted) return 'interrupted';
  return errorText(thrown);
}
