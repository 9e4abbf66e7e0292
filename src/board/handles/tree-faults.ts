import type { Node, Tree } from '../../devicetree/index.ts';
import { FAULTS_MAX, optionsText } from '../../faults/index.ts';
import type { BusDescription } from '../../frontend/index.ts';
import { BoardError } from '../board-error.ts';
import { FAULTS, faultsOf, nodesWithFaults } from '../open/fault-texts.ts';
import { placeOf } from '../open/place-of.ts';
import type { Call, DeviceProblem } from '../thread/protocol.ts';
import { type FaultHandle, FaultUnsupportedError, injectFault } from './fault-handle.ts';

/** What became of the faults that a tree names. */
export interface TreeFaults {
  readonly handles: readonly FaultHandle[];
  /** Those that are none, or cannot be where they stand. */
  readonly problems: readonly DeviceProblem[];
}

export const NO_FAULTS: TreeFaults = { handles: [], problems: [] };

interface Placing {
  readonly tree: Tree;
  readonly buses: readonly BusDescription[];
  /** Told of each that is in its place, with the seed of what is random. */
  readonly tell: (sentence: string) => void;
}

/**
 * Puts the faults of a tree in their places. One that is mistyped, or cannot be on any bus where it stands, is left out.
 * @throws {FaultUnsupportedError} what carries a bus cannot carry one: the board is not what its tree says
 */
export function injectTreeFaults({ tree, buses, tell }: Placing, call: Call): TreeFaults {
  const handles: FaultHandle[] = [];
  const problems: DeviceProblem[] = [];
  for (const node of nodesWithFaults(tree.root)) {
    const at = placeOf(tree, node.path, FAULTS);
    const place = at === undefined ? '' : `${at}: `;
    for (const read of faultsOf(node)) {
      const problem = (sentence: string) => problems.push({ path: node.path, property: FAULTS, sentence });
      if (read instanceof TypeError) {
        problem(read.message);
        continue;
      }
      if (handles.length >= FAULTS_MAX) {
        problem(`too many faults: expected at most ${FAULTS_MAX} in a tree`);
        return { handles, problems };
      }
      const { kind, options } = read;
      try {
        const handle = injectFault(tree, buses, call, kind, targetOf(node), options);
        handles.push(handle);
        tell(
          `${place}injected by the tree: ${[handle.text, optionsText(options)].filter((text) => text !== '').join('  ')}`,
        );
      } catch (thrown) {
        if (thrown instanceof FaultUnsupportedError)
          throw new FaultUnsupportedError(`${place}${thrown.message}`);
        if (!(thrown instanceof BoardError)) throw thrown;
        problem(thrown.message);
      }
    }
  }
  return { handles, problems };
}

function targetOf({ path, labels }: Node): string {
  return labels[0] === undefined ? path : `&${labels[0]}`;
}
