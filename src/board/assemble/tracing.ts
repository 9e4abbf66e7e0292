import { TraceWriter, type TransferRecord } from '../../backend/index.ts';
import { i2cTarget, wellFormed } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import type { PartRegistry } from '../../sim/index.ts';
import type { TraceStart } from '../thread/protocol.ts';
import type { BusBinding } from './bind-bus.ts';
import { unitsAt } from './ownership.ts';

/** Whether a transfer on a bus is written down. */
type Wanted = (record: TransferRecord) => boolean;

interface Trace {
  readonly writer: TraceWriter;
  /** By the bus's place among the board's; `undefined`: nothing of it. */
  readonly wanted: readonly (Wanted | undefined)[];
}

const everything: Wanted = () => true;

/** Writes the transfers of a board's buses down for those who watch. While nobody does, a transfer costs no more. */
export class Tracing {
  readonly #tree: Tree;
  readonly #bindings: readonly BusBinding[];
  readonly #parts: PartRegistry;
  readonly #traces = new Map<number, Trace>();

  constructor(tree: Tree, bindings: readonly BusBinding[], parts: PartRegistry) {
    this.#tree = tree;
    this.#bindings = bindings;
    this.#parts = parts;
  }

  /** @param id a number of the caller's, for `end` */
  start(id: number, { memory, only }: TraceStart): void {
    const wanted = this.#bindings.map(({ node }) => this.#wantedOn(node.node, node.kind, only));
    this.#traces.set(id, { writer: new TraceWriter(memory), wanted });
    this.#observe();
  }

  end(id: number): void {
    this.#traces.delete(id);
    this.#observe();
  }

  /** Paths of buses are wanted as they are, others by what answers for them. */
  #wantedOn(bus: Node, kind: 'i2c' | 'spi', only: TraceStart['only']): Wanted | undefined {
    if (only === undefined || only.includes(bus.path)) return everything;
    const nodes = only
      .filter((path) => path.startsWith(`${bus.path}/`))
      .map((path) => this.#tree.byPath(path))
      .filter((node) => node !== undefined);
    if (nodes.length === 0) return undefined;
    // Looked up each time: a part may be told another address.
    const isWanted = (unit: number) =>
      nodes.some((node) => wellFormed(() => unitsAt(kind, node, this.#parts.list()))?.includes(unit));
    return ({ messages, chipSelect = 0 }) =>
      messages === undefined
        ? isWanted(chipSelect)
        : messages.some((message) => isWanted(i2cTarget(message)));
  }

  #observe(): void {
    this.#bindings.forEach(({ bus }, index) => {
      if (bus === undefined) return;
      const traces = [...this.#traces.values()].flatMap(({ writer, wanted }) => {
        const isWanted = wanted[index];
        return isWanted === undefined ? [] : { writer, isWanted };
      });
      const write = (record: TransferRecord) => {
        for (const { writer, isWanted } of traces) if (isWanted(record)) writer.write(index, record);
      };
      bus.observer = traces.length === 0 ? undefined : write;
    });
  }
}
