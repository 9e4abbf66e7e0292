import type { TracedTransfer } from '../../trace/index.ts';
import type { Captured } from '../captured.ts';
import { drawI2c, isDrawnI2c } from './draw-i2c.ts';
import { drawSpi } from './draw-spi.ts';
import { type Lanes, lanesOf, lineKey } from './lanes.ts';
import { Pen, TICK_NS, type WaveEdge } from './pen.ts';

/** All is quiet before the first edge: who looks must see it as one. */
const LEAD_TICKS = 100;

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
  readonly #captured: Captured;
  readonly #pens: readonly Pen[];
  readonly #textOf: DrawingOptions['textOf'];
  readonly #idleTicks: number;
  /** Ticks that were cut so far, and where the last step was. */
  #cut = 0;
  #last = 0;
  /** When the last of the transfers so far has ended. */
  #busyUntil = 0;
  #waiting: Waiting[] = [];
  /** Bytes that are not known, transfers of which nothing is: neither is drawn. */
  leftBytes = 0;
  leftTransfers = 0;

  constructor(captured: Captured, { textOf, idleNs }: DrawingOptions = {}) {
    this.#captured = captured;
    this.#textOf = textOf;
    this.#idleTicks = idleNs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(idleNs / TICK_NS);
    this.lanes = lanesOf(captured);
    const idle = this.lanes.all.map((lane) => lane.idle);
    this.#pens = captured.buses.map(() => new Pen(idle));
  }

  /** How much time was cut out, in ns. */
  get cutNs(): number {
    return this.#cut * TICK_NS;
  }

  /** Everything in the order of its time. Once. */
  *steps(): Generator<WaveStep> {
    for (const { atNs, what } of this.#captured.events) {
      const tick = LEAD_TICKS + Math.round(atNs / TICK_NS);
      yield* this.#before(tick);
      if (what.kind === 'transfer') this.#draw(what, tick);
      else if (what.kind === 'edge') {
        const lane = this.lanes.lines.get(lineKey(what)) as number;
        this.#waiting.push({ tick, lane, high: what.high, quietSince: this.#busyUntil });
      }
    }
    yield* this.#before(Number.POSITIVE_INFINITY);
  }

  #draw(transfer: TracedTransfer, tick: number): void {
    const lanes = this.lanes.buses[transfer.bus];
    const pen = this.#pens[transfer.bus];
    if (lanes === undefined || pen === undefined) return;
    if (lanes.kind === 'i2c' && !isDrawnI2c(transfer)) {
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
