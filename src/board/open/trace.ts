import { type DeviceNode, wellFormed } from '../../bus/index.ts';
import type { Tree } from '../../devicetree/index.ts';
import { type BusDescription, clientsOf } from '../../frontend/index.ts';
import { type TracedBoard, type TracedBus, type TracedPart, traceMemory } from '../../trace/index.ts';
import { withParents } from '../assemble/i2c-channels.ts';
import { type TraceFilter, tracedPaths } from '../handles/traced-paths.ts';
import type { OwnSheet, TraceStart } from '../thread/protocol.ts';

/** Told of a board that has come up, and where its trace is written. What it gives back is called when the board is closed. */
export type BeginTrace = (
  memory: SharedArrayBuffer,
  buses: readonly TracedBus[],
  board: TracedBoard,
) => (() => void) | undefined;

/** What a trace needs beside what it is told. */
interface TraceNeeds {
  /** Bytes of its ring: for those who are to lose nothing. A power of two. */
  readonly ringBytes?: number | undefined;
}

let begin: BeginTrace | undefined;
let only: (TraceFilter & TraceNeeds) | undefined;

/**
 * From now on every board that this process opens is traced; `undefined`: none any more.
 * @param filter what is traced of them: names that a board does not have match nothing there
 */
export function traceBoards(beginTrace: BeginTrace | undefined, filter?: TraceFilter & TraceNeeds): void {
  begin = beginTrace;
  only = filter;
}

/** Where the back-end of a board with these buses is to write its trace. */
export function traceFor(tree: Tree, buses: readonly BusDescription[]): TraceStart | undefined {
  if (begin === undefined) return undefined;
  return { memory: traceMemory(only?.ringBytes), only: tracedPaths(tree, buses, only ?? {}).paths };
}

/** Tells who traces boards of one that has come up. @returns what tells of its end */
export function tellTrace(
  trace: TraceStart | undefined,
  buses: readonly BusDescription[],
  ownSheets: () => readonly OwnSheet[],
  board: () => TracedBoard,
): (() => void) | undefined {
  return trace && begin?.(trace.memory, tracedBuses(buses, ownSheets()), board());
}

/** What one must know of buses to read their transfers. */
export function tracedBuses(
  buses: readonly BusDescription[],
  ownSheets: readonly OwnSheet[],
): readonly TracedBus[] {
  const sheets = new Map(ownSheets.map(({ path, sheet }) => [path, sheet]));
  return buses.map((bus) => ({
    kind: bus.kind,
    number: bus.number,
    path: bus.node.path,
    parts: withParents(bus, buses)
      .flatMap(({ node }) => clientsOf<DeviceNode>(node))
      .map((part) => tracedPart(part, sheets.get(part.path))),
  }));
}

function tracedPart(node: DeviceNode, sheet: OwnSheet['sheet'] | undefined): TracedPart {
  return {
    reg: wellFormed(() => node.u32s('reg')) ?? [],
    name: node.name,
    path: node.path,
    compatible: node.compatible,
    addressWidth: wellFormed(() => node.u32('address-width')),
    size: wellFormed(() => node.u32('size')),
    ...(sheet !== undefined && { sheet }),
  };
}
