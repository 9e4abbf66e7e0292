import { BoardError } from '../board-error.ts';
import type { Board } from '../handles/board.ts';
import type { BoardTrace } from '../handles/board-trace.ts';
import type { TraceFilter } from '../handles/traced-paths.ts';

/** One watcher of the boards that share a socket. */
interface Watch {
  readonly only: TraceFilter;
  readonly begun: (trace: BoardTrace) => void;
  readonly traces: Map<Board, BoardTrace>;
}

/** The traces of boards that share a socket: a watcher sees those that come later, too. */
export class SharedTraces {
  readonly #boards: readonly Board[];
  readonly #watches = new Set<Watch>();

  constructor(boards: readonly Board[]) {
    this.#boards = boards;
  }

  /** @returns what ends it @throws {BoardError} the boards do not have what the filter names */
  begin(only: TraceFilter, begun: (trace: BoardTrace) => void): () => void {
    const watch: Watch = { only, begun, traces: new Map() };
    const end = () => {
      this.#watches.delete(watch);
      for (const one of watch.traces.values()) one.end();
    };
    try {
      for (const board of this.#boards) trace(board, watch);
    } catch (thrown) {
      end();
      throw thrown;
    }
    this.#watches.add(watch);
    return end;
  }

  add(board: Board): void {
    for (const watch of this.#watches) {
      try {
        trace(board, watch);
      } catch (thrown) {
        // With other overlays it may not have what is watched: then there is nothing to tell of it.
        if (!(thrown instanceof BoardError)) throw thrown;
      }
    }
  }

  remove(board: Board): void {
    for (const { traces } of this.#watches) {
      traces.get(board)?.end();
      traces.delete(board);
    }
  }
}

function trace(board: Board, { only, begun, traces }: Watch): void {
  const one = board.trace(only);
  traces.set(board, one);
  begun(one);
}
