import type { Tree } from '../../devicetree/index.ts';
import {
  type AnyFaultOptions,
  checkFault,
  type FaultKind,
  type FaultOptions,
  faultText,
  isRandom,
} from '../../faults/index.ts';
import { type BusDescription, clientsOf } from '../../frontend/index.ts';
import { oneLine } from '../../input/index.ts';
import { BoardError } from '../board-error.ts';
import type { Call, FaultReport } from '../thread/protocol.ts';
import { meant, pathOf } from './part-handle.ts';
import { busNamed } from './traced-paths.ts';

/** What carries the bus cannot carry this fault; a test of it is skipped there. */
export class FaultUnsupportedError extends BoardError {
  override readonly name = 'FaultUnsupportedError';
}

/** A fault that was injected. */
export interface FaultHandle {
  /** `nack on &temp` */
  readonly text: string;
  /** The bus, part or GPIO controller, as it was given: `&temp`. */
  readonly target: string;
  /** As they were given; what is random has the seed in the text. */
  readonly options: AnyFaultOptions;
  /** How often it has struck. */
  readonly fired: number;
  /** How often it could have struck: chances that it let pass (`skip`, `every`) and those at which it struck. */
  readonly chances: number;
  /** When and where, of the first 256 times. */
  readonly strikes: FaultReport['strikes'];
  /** Takes the fault away; what it has done stays known. */
  remove(): void;
}

/** Options may be left out where none is required. */
export type FaultArguments<Kind extends FaultKind> =
  Partial<FaultOptions[Kind]> extends FaultOptions[Kind]
    ? [options?: FaultOptions[Kind]]
    : [options: FaultOptions[Kind]];

/** Seeds that somebody can type. */
const SEEDS = 1e6;

let lastId = 0;

/**
 * Puts a fault on a bus (`i2c-1`, label, path, alias) or a part on it.
 * @throws {TypeError} no such fault or option @throws {BoardError} it cannot be there
 * @throws {FaultUnsupportedError} what carries the bus cannot carry it
 */
export function injectFault(
  tree: Tree,
  buses: readonly BusDescription[],
  call: Call,
  kind: FaultKind,
  target: string,
  given: object = {},
): FaultHandle {
  checkFault(kind, given);
  const options = seeded(kind, target, given);
  const path = busNamed(buses, target)?.node.path ?? pathOf(tree, target);
  if (path === undefined) throw new BoardError(oneLine(notFound(tree, buses, target)));
  const id = ++lastId;
  let unsupported: string | undefined;
  try {
    unsupported = call('inject', id, { path, kind, target, options });
  } catch (thrown) {
    if ((thrown as Error).name === 'DataCloneError')
      throw new FaultUnsupportedError(
        `unsupported fault ${kind} on ${target}: option while is a function: open the board with backEnd: 'inline'`,
      );
    throw new BoardError((thrown as Error).message);
  }
  if (unsupported !== undefined) throw new FaultUnsupportedError(unsupported);
  let removed: FaultReport | undefined;
  const report = () => removed ?? call('faultReport', id);
  return {
    text: faultText({ kind, target, options }),
    target,
    options: given,
    get fired() {
      return report().fired;
    },
    get chances() {
      return report().chances;
    },
    get strikes() {
      return report().strikes;
    },
    remove: () => {
      removed ??= call('removeFault', id);
    },
  };
}

/** What is random gets a seed, which is told. */
function seeded(kind: FaultKind, target: string, options: AnyFaultOptions): AnyFaultOptions {
  if (options.seed !== undefined || !isRandom({ kind, target, options })) return options;
  return { ...options, seed: Math.floor(Math.random() * SEEDS) };
}

function notFound(tree: Tree, buses: readonly BusDescription[], target: string): string {
  const parts = buses.flatMap(({ node }) => [node, ...clientsOf(node)]).map(({ path }) => path);
  return `not found: bus or part ${target}; the board has: ${parts.join(', ') || 'none'}${meant(tree, target, parts)}`;
}
