import type { Board } from '../handles/board.ts';
import type { FaultHandle } from '../handles/fault-handle.ts';
import { pathOf } from '../handles/part-handle.ts';
import type { Controllable } from './controllable.ts';
import { together } from './injected.ts';
import { controlSocketOf } from './place.ts';
import { controlBus } from './protocol.ts';
import { realHostOf, realPaths } from './real-hosts.ts';
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
 * Lets `dtbus get`, `set`, `show`, `press` and `inject` reach a board of this process. The board that was opened last answers;
 * what is set, is set on every board of this process from the same file: a script that opens its own has two.
 * @returns what ends it
 * @throws {BoardError} the folder for the socket is not safe
 */
export function shareBoard(board: Board, file: string): () => void {
  const path = controlSocketOf(file);
  const group = shared.get(path) ?? begin(path, file);
  group.boards.push(board);
  group.traces.add(board);
  return () => {
    group.boards.splice(group.boards.indexOf(board), 1);
    group.traces.remove(board);
    if (group.boards.length > 0) return;
    shared.delete(path);
    group.end();
  };
}

function begin(path: string, file: string): Shared {
  const boards: Board[] = [];
  const traces = new SharedTraces(boards);
  const group = { boards, traces, end: serveControl(controllable(boards, traces, file), path) };
  shared.set(path, group);
  return group;
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
    buses: () =>
      last()
        .buses()
        .map(({ nodes: _, device: __, number, ...report }) => controlBus(report, number)),
    part: (name) => {
      const handle = last().part(name);
      return {
        path: handle.path,
        title: handle.title,
        get: (property) => handle.get(property),
        set: (property, value) => {
          for (const board of boards) board.part(name).set(property, value);
        },
        registers: () => handle.registers(),
        follow: (property, curve, options) => {
          const curves = boards.map((board) => board.part(name).follow(property, curve, options));
          return {
            stop: () => {
              for (const each of curves) each.stop();
            },
          };
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
    real: () => [...new Set(boards.flatMap(({ tree }) => realPaths(tree)))],
    realHostOf: (name) => {
      for (const board of boards) {
        const known = { tree: board.tree, buses: board.buses(), parts: board.parts() };
        const host = realHostOf(known, name);
        if (host !== undefined) return host;
      }
      return undefined;
    },
    drivePin: (path, pin, high) => {
      for (const board of boards) board.drivePin(path, pin, high);
    },
    faults: () =>
      last().faults.map((fault, index) =>
        together(fault, () => boards.flatMap(({ faults }) => faults[index] ?? [])),
      ),
    inject: (kind, target, options) => {
      const injected: FaultHandle[] = [];
      try {
        for (const board of boards) injected.push(board.inject(kind, target, options as never));
      } catch (error) {
        for (const handle of injected) handle.remove();
        throw error;
      }
      return together(injected[0] as FaultHandle, () => injected);
    },
    trace: (only, begun) => traces.begin(only, begun),
  };
}
