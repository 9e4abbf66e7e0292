import type { TracedTransfer } from '../../trace/index.ts';
import type { Captured, CapturedEvent } from '../captured.ts';
import { drawI2c, isDrawnI2c } from './draw-i2c.ts';
import { drawSpi } from './draw-spi.ts';
import { type I2cLanes, type Lanes, lanesOf, lineKey, type SpiLanes } from './lanes.ts';
import { Pen, TICK_NS, type WaveEdge } from './pen.ts';
import { Queue } from './queue.ts';
import { WaitingSteps } from './waiting-steps.ts';

/** All is quiet before the first edge, and behind the last: who looks must see them as edges. */
export const LEAD_TICKS = 100;

/** What a bus says from here on, in words; empty: it is quiet again. */
export interface WaveText {
  readonly tick: number;
  /** The bus's place. */
  readonly bus: number;
  readonly text: string;
}

export type WaveStep = WaveEdge | WaveText;

/** Orders of an event: its words, its edges, the end of its words. */
const ORDERS = 3;

/** A transfer that is not yet drawn: a bus that is drawn slower than it was used is behind. */
interface Undrawn {
  readonly transfer: TracedTransfer;
  /** When it began; it is drawn when the bus is free. */
  readonly tick: number;
  readonly order: number;
}

/** What a drawing is of. */
export interface DrawingOptions {
  /** What a transfer says, where that is wanted. */
  readonly textOf?: ((transfer: TracedTransfer) => string) | undefined;
  /** Nothing happens for no longer than this, in ns: what is longer is cut. */
  readonly idleNs?: number | undefined;
}

/**
 * The wires of what happened, drawn as they would have been: ideal edges that nobody has measured. Where the time of a
 * transfer is not known, or is that of a computer, an I2C bit takes 10 µs and an SPI bit 1 µs; what would overlap comes later.
 */
export class Drawing {
  readonly lanes: Lanes;
  readonly #pens: readonly Pen[];
  readonly #textOf: DrawingOptions['textOf'];
  readonly #idleTicks: number;
  /** Ticks that were cut so far, and where the last step was. */
  #cut = 0;
  #last = 0;
  /** When the last of the transfers so far has ended. */
  #busyUntil = 0;
  /** What comes later than it is drawn at the earliest. */
  #floor = 0;
  /** Of each bus its edges, and its words; then those of the lines. */
  readonly #waiting: WaitingSteps<WaveStep>;
  readonly #undrawn: readonly Queue<Undrawn>[];
  /** Counts what was added. */
  #count = 0;
  /** Bytes that are not known, transfers of which nothing is: neither is drawn. */
  leftBytes = 0;
  leftTransfers = 0;

  constructor(lanes: Lanes, { textOf, idleNs }: DrawingOptions = {}) {
    this.#textOf = textOf;
    this.#idleTicks = idleNs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(idleNs / TICK_NS);
    this.lanes = lanes;
    const idle = lanes.all.map((lane) => lane.idle);
    this.#pens = lanes.buses.map(() => new Pen(idle));
    this.#undrawn = lanes.buses.map(() => new Queue());
    this.#waiting = new WaitingSteps(2 * lanes.buses.length + 1);
  }

  /** A drawing of what has happened, as large as that needs. */
  static of(captured: Captured, options?: DrawingOptions): Drawing {
    return new Drawing(lanesOf(captured), options);
  }

  /** How much time was cut out, in ns. */
  get cutNs(): number {
    return this.#cut * TICK_NS;
  }

  /** All of what has happened, in the order of its time. */
  *steps({ events }: Pick<Captured, 'events'>): Generator<WaveStep> {
    for (const event of events) yield* this.add(event);
    yield* this.rest();
  }

  /** Draws what began after all that was drawn so far. @returns the steps before it */
  *add({ atNs, what }: CapturedEvent): Generator<WaveStep> {
    const tick = Math.max(this.#floor, LEAD_TICKS + Math.round(atNs / TICK_NS));
    yield* this.#before(tick);
    const order = ORDERS * this.#count++;
    if (what.kind === 'transfer') {
      if (this.#isDrawn(what)) this.#undrawn[what.bus]?.push({ transfer: what, tick, order });
      else this.leftTransfers++;
    } else if (what.kind === 'edge') {
      const lane = this.lanes.lines.get(lineKey(what));
      const step = { tick, lane: lane as number, high: what.high };
      if (lane !== undefined)
        this.#waiting.put(2 * this.#pens.length, { step, order, quietSince: this.#busyUntil });
    }
  }

  /** The steps that are left. What is drawn later comes behind them. */
  *rest(): Generator<WaveStep> {
    yield* this.#before(Number.POSITIVE_INFINITY);
    this.#floor = this.#last + LEAD_TICKS;
  }

  #isDrawn(transfer: TracedTransfer): boolean {
    const lanes = this.lanes.buses[transfer.bus];
    return lanes?.kind === 'i2c'
      ? isDrawnI2c(transfer)
      : lanes?.selects.has(transfer.segments[0]?.target ?? 0) === true;
  }

  #draw(bus: number, { transfer, tick, order }: Undrawn): void {
    const lanes = this.lanes.buses[bus] as I2cLanes | SpiLanes;
    const pen = this.#pens[bus] as Pen;
    pen.at = Math.max(tick, Math.ceil(pen.at));
    const from = pen.at;
    this.leftBytes += lanes.kind === 'i2c' ? drawI2c(pen, lanes, transfer) : drawSpi(pen, lanes, transfer);
    const [edges, words] = [2 * bus, 2 * bus + 1];
    const text = this.#textOf?.(transfer);
    if (text !== undefined) this.#waiting.put(words, { step: { tick: from, bus, text }, order });
    let quietSince: number | undefined = this.#busyUntil;
    for (const step of pen.take()) {
      this.#waiting.put(edges, { step, order: order + 1, quietSince });
      quietSince = undefined;
    }
    const end = Math.ceil(pen.at);
    this.#busyUntil = Math.max(this.#busyUntil, end);
    if (text !== undefined)
      this.#waiting.put(words, { step: { tick: end - 1, bus, text: '' }, order: order + 2 });
  }

  /** What comes before a tick, in order, what is idle for too long cut. */
  *#before(tick: number): Generator<WaveStep> {
    for (;;) {
      this.#drawNext(tick);
      const next = this.#waiting.take(tick);
      if (next === undefined) return;
      const { step, quietSince } = next;
      const idle = quietSince === undefined ? 0 : step.tick - Math.max(quietSince, this.#last);
      if (idle > this.#idleTicks) this.#cut += idle - this.#idleTicks;
      this.#last = step.tick;
      yield this.#cut === 0 ? step : { ...step, tick: step.tick - this.#cut };
    }
  }

  /** Draws what begins before this tick, and not behind the first step that waits, in the order of its beginning. */
  #drawNext(before: number): void {
    for (;;) {
      let [bus, start] = [-1, Math.min(before, this.#waiting.tick + 1)];
      for (const [place, { first }] of this.#undrawn.entries()) {
        if (first === undefined) continue;
        const own = Math.max(first.tick, Math.ceil((this.#pens[place] as Pen).at));
        if (own < start || (own === start && bus >= 0 && first.order < this.#orderAt(bus)))
          [bus, start] = [place, own];
      }
      if (bus < 0) return;
      const undrawn = this.#undrawn[bus] as Queue<Undrawn>;
      const next = undrawn.first as Undrawn;
      undrawn.shift();
      this.#draw(bus, next);
    }
  }

  #orderAt(bus: number): number {
    return this.#undrawn[bus]?.first?.order ?? 0;
  }
}
