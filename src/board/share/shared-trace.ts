import { BusFault, messageOf } from '../../bus/index.ts';
import { BUS_KINDS, type FramedBoard, type SharedTrace } from '../../remote/index.ts';
import type { TracedBoard, TracedBus } from '../../trace/index.ts';
import { BoardError } from '../board-error.ts';
import type { Board } from '../handles/board.ts';
import type { TraceFilter } from '../handles/traced-paths.ts';

/** Begins to trace a board that is shared. @throws {BusFault} `ENOENT` it does not have what the filter names */
export function sharedTrace(board: Board, file: string, filter: TraceFilter): SharedTrace {
  const trace = traced(board, filter);
  return {
    board: framedBoard(trace.buses, { file, sha256: trace.sha256 }),
    sequence: trace.sequence,
    only: trace.only,
    take: () => trace.reader.take(),
    get dropped() {
      return trace.reader.dropped;
    },
    end: () => trace.end(),
  };
}

function traced(board: Board, filter: TraceFilter) {
  try {
    return board.trace(filter);
  } catch (thrown) {
    if (!(thrown instanceof BoardError)) throw thrown;
    throw new BusFault('ENOENT', messageOf(thrown));
  }
}

/** As it travels: the sheets of a user's own models stay here. */
export function framedBoard(buses: readonly TracedBus[], { file, sha256 }: TracedBoard): FramedBoard {
  return {
    file,
    sha256,
    buses: buses.map(({ kind, number, path, parts }) => ({
      kind: BUS_KINDS.indexOf(kind),
      number,
      path,
      parts: parts.map(({ reg, name, path: node = '', compatible, addressWidth, size }) => ({
        reg,
        name,
        path: node,
        compatible,
        addressWidth,
        size,
      })),
    })),
  };
}

/** The same, back. @throws {BusFault} `EPROTO` */
export function tracedBusesOf({ buses }: FramedBoard): TracedBus[] {
  return buses.map(({ kind, number, path, parts }) => {
    const known = BUS_KINDS[kind];
    if (known === undefined) throw new BusFault('EPROTO', `invalid kind of bus ${kind}`);
    return {
      kind: known,
      number,
      path,
      parts: parts.map(({ path: node, ...part }) => ({ ...part, ...(node !== '' && { path: node }) })),
    };
  });
}
