import type { KeptFacts } from '../../board/index.ts';
import { isBoardFile } from '../board/board-choice.ts';
import { plainBoard } from '../board/plain-board.ts';
import type { MemoryTasks } from '../memory/memory-tasks.ts';
import { reportFailure } from '../terminal/failure.ts';

/** A command: how it is called, how many words it has, and the options that are known here. */
interface Verb {
  readonly usage: string;
  readonly words: readonly [least: number, most: number];
  readonly values: readonly string[];
  readonly switches: readonly string[];
}

const RANGE = ['offset', 'length'];

const VERBS: Readonly<Record<keyof MemoryTasks, Verb>> = {
  info: { usage: '<device>', words: [1, 1], values: [], switches: ['json', 'live'] },
  read: { usage: '<device> [file]', words: [1, 2], values: RANGE, switches: [] },
  write: { usage: '<device> <file>', words: [2, 2], values: RANGE, switches: ['force'] },
  erase: { usage: '<device>', words: [1, 1], values: RANGE, switches: ['force'] },
  verify: { usage: '<device> <file>', words: [2, 2], values: RANGE, switches: [] },
};

/** What a call says, where nothing of it needs the command line's parser. */
interface PlainCall {
  readonly words: readonly string[];
  readonly board: string | undefined;
  readonly options: Readonly<Record<string, string | boolean>>;
}

/**
 * Runs `dtbus flash read flash copy.bin -b board.dts`, or the like: what reads all options of the command line takes as long to
 * load as a small flash to be read.
 * @param facts where something is known of boards
 * @returns its exit code; undefined when `name` is not `flash`, or something is not known here
 */
export async function runPlainFlash(
  name: string | undefined,
  [verb, ...argv]: readonly string[],
  facts?: KeptFacts,
): Promise<number | undefined> {
  if (name !== 'flash' || verb === undefined || !Object.hasOwn(VERBS, verb)) return undefined;
  const task = verb as keyof MemoryTasks;
  const call = readCall(argv, VERBS[task]);
  if (call === undefined) return undefined;
  const { words, board, options } = call;
  const args = { force: false, json: false, live: false, ...options, ...plainBoard(board), facts };
  const [device = '', file = ''] = words;
  try {
    const { tasks } = await import('../flash/tasks.ts');
    if (task === 'read') return await tasks.read(args, device, words[1]);
    return await tasks[task](args, device, file);
  } catch (thrown) {
    return reportFailure(thrown, `dtbus flash ${verb} [options] ${VERBS[task].usage}`);
  }
}

function readCall(argv: readonly string[], { words: count, values, switches }: Verb): PlainCall | undefined {
  const words: string[] = [];
  const options: Record<string, string | boolean> = {};
  const left = [...argv];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const option = word === '-b' ? 'board' : word.startsWith('--') ? word.slice(2) : undefined;
    if (option === undefined) {
      if (word.startsWith('-') && word !== '-') return undefined;
      words.push(word);
      continue;
    }
    if (Object.hasOwn(options, option)) return undefined;
    const takesValue = option === 'board' || values.includes(option);
    const value = takesValue ? left.shift() : switches.includes(option) || undefined;
    if (value === undefined || (typeof value === 'string' && value.startsWith('-'))) return undefined;
    options[option] = value;
  }
  const { board, ...others } = options;
  if (words.length < count[0] || words.length > count[1]) return undefined;
  if (board !== undefined && (typeof board !== 'string' || !isBoardFile(board))) return undefined;
  return { words, board, options: others };
}
