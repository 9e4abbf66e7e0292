import type { Tree } from '../../devicetree/index.ts';
import { checkFault, type FaultKind, type FaultOptions } from '../../faults/index.ts';
import type { BusDescription } from '../../frontend/index.ts';
import { BoardError } from '../board-error.ts';
import type { Call, FaultReport } from '../thread/protocol.ts';
import { pathOf } from './part-handle.ts';
import { busNamed } from './traced-paths.ts';

/** A fault that was injected. */
export interface FaultHandle {
  /** `nack on &temp` */
  readonly text: string;
  /** How often it has struck. */
  readonly fired: number;
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

let lastId = 0;

/**
 * Puts a fault on a bus (`i2c-1`, label, path, alias) or a part on it.
 * @throws {TypeError} no such fault or option @throws {BoardError} it cannot be there
 */
export function injectFault(
  tree: Tree,
  buses: readonly BusDescription[],
  call: Call,
  kind: FaultKind,
  target: string,
  options: object = {},
): FaultHandle {
  checkFault(kind, options);
  const path = busNamed(buses, target)?.node.path ?? pathOf(tree, target);
  if (path === undefined) throw new BoardError(`not found: bus or part ${target}`);
  const id = ++lastId;
  try {
    call('inject', id, { path, kind, target, options });
  } catch (thrown) {
    throw new BoardError((thrown as Error).message);
  }
  let removed: FaultReport | undefined;
  const report = () => removed ?? call('faultReport', id);
  return {
    text: `${kind} on ${target}`,
    get fired() {
      return report().fired;
    },
    get strikes() {
      return report().strikes;
    },
    remove: () => {
      removed ??= call('removeFault', id);
    },
  };
}
