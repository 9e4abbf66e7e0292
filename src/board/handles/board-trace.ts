import type { Tree } from '../../devicetree/index.ts';
import { isBus, type VirtioNode } from '../../frontend/index.ts';
import { checkOptions, listOf, type OptionChecks, text } from '../../input/index.ts';
import { type TracedBus, TraceReader, traceMemory } from '../../trace/index.ts';
import { tracedBuses } from '../open/trace.ts';
import { treeSha256 } from '../open/tree-hash.ts';
import type { Call } from '../thread/protocol.ts';
import { knownPaths, type TraceFilter } from './traced-paths.ts';

/** What happens on a board from some moment on. */
export interface BoardTrace {
  /** `TracedTransfer.bus` counts them. */
  readonly buses: readonly TracedBus[];
  /** Of the board's tree. */
  readonly sha256: string;
  /** Paths of the parts and buses that the filter names; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly reader: TraceReader;
  /** Number of the last event before it. */
  readonly sequence: number;
  /** Nothing more will be written down. */
  readonly isOver: boolean;
  /** The board writes nothing more down; what it has written can still be read. */
  end(): void;
}

const checks: OptionChecks<TraceFilter> = { parts: listOf('names', text), buses: listOf('names', text) };

let lastId = 0;

/**
 * Begins to trace a board.
 * @throws {BoardError} it does not have what the filter names
 * @throws {TypeError} an option that is not known, or of the wrong type
 */
export function traceBoard(
  tree: Tree,
  devices: readonly VirtioNode[],
  filter: TraceFilter,
  call: Call,
): BoardTrace {
  checkOptions('trace', filter, checks);
  const buses = devices.filter(isBus);
  const only = knownPaths(tree, buses, filter);
  const memory = traceMemory();
  const id = ++lastId;
  let isOver = false;
  const sequence = call('startTrace', id, { memory, only });
  return {
    buses: tracedBuses(buses, call('ownSheets')),
    get sha256() {
      return treeSha256(tree);
    },
    only,
    reader: new TraceReader(memory),
    sequence,
    get isOver() {
      return isOver;
    },
    end: () => {
      isOver = true;
      try {
        call('endTrace', id);
      } catch {
        // The board is closed, or its thread has ended: it writes nothing more.
      }
    },
  };
}
