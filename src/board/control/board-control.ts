import type { Board } from '../handles/board.ts';
import { pathOf } from '../handles/part-handle.ts';
import type { Controllable } from './controllable.ts';
import { controlSocketOf } from './place.ts';
import { serveControl } from './server.ts';
import { SharedTraces } from './shared-traces.ts';

/** Boards of this process that share a socket, because they were opened from the same file. */
interface Shared {
  readonly boards: Board[];
  readonly traces: SharedTraces;
  readonly end: () => void;
}

const shared = new Map<string, Shared>();

/**
 * Lets `dtbus get`, `set`, `show` and `press` reach a board of this process. The board that was opened last answers;
 * what is set, is set on every board of this process from the same file: a script that opens its own has two.
 * @returns what ends it
 * @throws {BoardError} the folder for the socket is not safe
 */
export function shareBoard(board: Board, file: string): () => void {
  const path = controlSocketOf(file);
  const together = shared.get(path) ?? begin(path, file);
  together.boards.push(board);
  together.traces.add(board);
  return () => {
    together.boards.splice(together.boards.indexOf(board), 1);
    together.traces.remove(board);
    if (together.boards.length > 0) return;
    shared.delete(path);
    together.end();
  };
}

function begin(path: string, file: string): Shared {
  const boards: Board[] = [];
  const traces = new SharedTraces(boards);
  const together = { boards, traces, end: serveControl(controllable(boards, traces, file), path) };
  shared.set(path, together);
  return together;
}

function controllable(boards: readonly Board[], traces: SharedTraces, file: string): Controllable {
  const last = () => boards[boards.length - 1] as Board;
  return {
    name: file,
    parts: () => last().parts(),
    lines: () =>
      last()
        .gpioChips()
        .flatMap(({ lines }) => lines),
    part: (name) => {
      const handle = last().part(name);
      return {
        path: handle.path,
        title: handle.title,
        get: (property) => handle.get(property),
        set: (property, value) => {
          for (const board of boards) board.part(name).set(property, value);
        },
      };
    },
    line: (controller, line) => {
      const handles = boards.map((board) => board.line(controller, line));
      const { path, line: number } = last().line(controller, line);
      return {
        path,
        line: number,
        set: (high) => {
          for (const handle of handles) handle.set(high);
        },
      };
    },
    pathOf: (name) => pathOf(last().tree, name),
    drivePin: (path, pin, high) => {
      for (const board of boards) board.drivePin(path, pin, high);
    },
    trace: (only, begun) => traces.begin(only, begun),
  };
}
