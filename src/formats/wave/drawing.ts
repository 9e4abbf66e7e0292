import type { TracedTransfer } from '../../trace/index.ts';
import type { Captured, CapturedEvent } from '../captured.ts';
import { drawI2c, isDrawnI2c } from './draw-i2c.ts';
import { drawSpi } from './draw-spi.ts';
import { type Lanes, lanesOf, lineKey } from './lanes.ts';
import { Pen, TICK_NS, type WaveEdge } from './pen.ts';

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

/** A step; the first of an event says since when nothing else has happened. */
type Waiting = WaveStep & { readonly quietSince?: number };

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
  #waiting: Waiting[] = [];
  /** Bytes that are not known, transfers of which nothing is: neither is drawn. */
  leftBytes = 0;
  leftTransfers = 0;

  constructor(lanes: Lanes, { textOf, idleNs }: DrawingOptions = {}) {
    this.#textOf = textOf;
    this.#idleTicks = idleNs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(idleNs / TICK_NS);
    this.lanes = lanes;
    const idle = lanes.all.map((lane) => lane.idle);
    this.#pens = lanes.buses.map(() => new Pen(idle));
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
    if (what.kind === 'transfer') this.#draw(what, tick);
    else if (what.kind === 'edge') {
      const lane = this.lanes.lines.get(lineKey(what));
      if (lane !== undefined)
        this.#waiting.push({ tick, lane, high: what.high, quietSince: this.#busyUntil });
    }
  }

  /** The steps that are left. What is drawn later comes behind them. */
  *rest(): Generator<WaveStep> {
    yield* this.#before(Number.POSITIVE_INFINITY);
    this.#floor = this.#last + LEAD_TICKS;
  }

  #draw(transfer: TracedTransfer, tick: number): void {
    const lanes = this.lanes.buses[transfer.bus];
    const pen = this.#pens[transfer.bus];
    const isDrawn =
      lanes?.kind === 'i2c'
        ? isDrawnI2c(transfer)
        : lanes?.selects.has(transfer.segments[0]?.target ?? 0) === true;
    if (lanes === undefined || pen === undefined || !isDrawn) {
      this.leftTransfers++;
      return;
    }
    pen.at = Math.max(tick, Math.ceil(pen.at));
    const from = pen.at;
    this.leftBytes += lanes.kind === 'i2c' ? drawI2c(pen, lanes, transfer) : drawSpi(pen, lanes, transfer);
    const text = this.#textOf?.(transfer);
    if (text !== undefined) this.#waiting.push({ tick: from, bus: transfer.bus, text });
    const [first, ...rest] = pen.take();
    if (first !== undefined) this.#waiting.push({ ...first, quietSince: this.#busyUntil });
    for (const edge of rest) this.#waiting.push(edge);
    this.#busyUntil = Math.max(this.#busyUntil, Math.ceil(pen.at));
    if (text !== undefined) this.#waiting.push({ tick: Math.ceil(pen.at) - 1, bus: transfer.bus, text: '' });
  }

  /** What comes before a tick, in order, what is idle for too long cut. */
  *#before(tick: number): Generator<WaveStep> {
    if (this.#waiting.length === 0) return;
    const sorted = this.#waiting.sort((a, b) => a.tick - b.tick);
    const end = sorted.findIndex((step) => step.tick >= tick);
    const due = end < 0 ? sorted : sorted.slice(0, end);
    this.#waiting = end < 0 ? [] : sorted.slice(end);
    for (const step of due) {
      const { quietSince, ...plain } = step;
      const idle = quietSince === undefined ? 0 : step.tick - Math.max(quietSince, this.#last);
      if (idle > this.#idleTicks) this.#cut += idle - this.#idleTicks;
      this.#last = step.tick;
      yield { ...plain, tick: step.tick - this.#cut };
    }
  }
}
