import type { TraceTime } from '../../backend/index.ts';
import { i2cTarget, wellFormed } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import type { PartRegistry } from '../../sim/index.ts';
import { type EdgeRecord, TraceWriter, type TransferRecord } from '../../trace/index.ts';
import type { TraceStart } from '../thread/protocol.ts';
import type { BusBinding } from './bind-bus.ts';
import type { GpioControllers } from './gpio-controllers.ts';
import { withParents } from './i2c-channels.ts';
import { unitsAt } from './ownership.ts';

/** Whether a transfer on a bus is written down. */
type Wanted = (record: TransferRecord) => boolean;

interface Trace {
  readonly writer: TraceWriter;
  /** By the bus's place among the board's; `undefined`: nothing of it. */
  readonly wanted: readonly (Wanted | undefined)[];
  /** Whether edges of GPIO lines are written down. */
  readonly edges: boolean;
}

const everything: Wanted = () => true;

/** What is traced of a board. */
interface Traceable {
  readonly tree: Tree;
  readonly bindings: readonly BusBinding[];
  readonly gpio: Pick<GpioControllers, 'observer'> | undefined;
  readonly parts: PartRegistry;
  readonly time: TraceTime;
}

/** Writes down what happens on a board for those who watch. While nobody does, a transfer costs no more. */
export class Tracing {
  readonly #board: Traceable;
  readonly #traces = new Map<number, Trace>();
  /** Of the last event. */
  #sequence = 0;

  constructor(board: Traceable) {
    this.#board = board;
  }

  /** @param id a number of the caller's, for `end` @returns the number of the last event before it */
  start(id: number, { memory, only }: TraceStart): number {
    const buses = this.#board.bindings.map(({ node }) => node);
    const wanted = buses.map((bus) =>
      this.#wantedOn(
        withParents(bus, buses).map(({ node }) => node),
        bus.kind,
        only,
      ),
    );
    this.#traces.set(id, { writer: new TraceWriter(memory), wanted, edges: only === undefined });
    this.#observe();
    return this.#sequence;
  }

  end(id: number): void {
    this.#traces.delete(id);
    this.#observe();
  }

  /**
   * Paths of buses are wanted as they are, others by what answers for them.
   * @param buses the bus, and what it hangs on where it is a channel
   */
  #wantedOn(buses: readonly Node[], kind: 'i2c' | 'spi', only: TraceStart['only']): Wanted | undefined {
    if (only === undefined || only.includes((buses[0] as Node).path)) return everything;
    const nodes = only
      .filter((path) => buses.some((bus) => path.startsWith(`${bus.path}/`)))
      .map((path) => this.#board.tree.byPath(path))
      .filter((node) => node !== undefined);
    if (nodes.length === 0) return undefined;
    // Looked up each time: a part may be told another address.
    const isWanted = (unit: number) =>
      nodes.some((node) => wellFormed(() => unitsAt(kind, node, this.#board.parts.list()))?.includes(unit));
    return ({ messages, chipSelect = 0 }) =>
      messages === undefined
        ? isWanted(chipSelect)
        : messages.some((message) => isWanted(i2cTarget(message)));
  }

  #observe(): void {
    const { bindings, gpio, time } = this.#board;
    const all = [...this.#traces.values()];
    bindings.forEach(({ bus }, index) => {
      if (bus === undefined) return;
      const traces = all.flatMap(({ writer, wanted }) => {
        const isWanted = wanted[index];
        return isWanted === undefined ? [] : { writer, isWanted };
      });
      const write = (record: TransferRecord) => {
        const sequence = this.#next();
        for (const { writer, isWanted } of traces)
          if (isWanted(record)) writer.transfer(index, sequence, record);
      };
      bus.observer = traces.length === 0 ? undefined : write;
    });
    if (gpio === undefined) return;
    const writers = all.filter(({ edges }) => edges).map(({ writer }) => writer);
    const write = (edge: Omit<EdgeRecord, 'startedMs'>, atNs: bigint | undefined) => {
      const sequence = this.#next();
      const agoMs = atNs === undefined ? 0 : Number(process.hrtime.bigint() - atNs) / 1e6;
      const startedMs = time.originMs + time.nowMs() - agoMs;
      for (const writer of writers) writer.edge(sequence, { ...edge, startedMs });
    };
    gpio.observer = writers.length === 0 ? undefined : write;
  }

  #next(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }
}
