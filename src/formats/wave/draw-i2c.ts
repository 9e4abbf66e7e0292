import type { TracedBytes, TracedSegment, TracedTransfer } from '../../trace/index.ts';
import { nackOf } from '../nack.ts';
import type { I2cLanes } from './lanes.ts';
import { type Pen, TICK_NS } from './pen.ts';

/** A bit takes as long as the transfer says, between 1 MHz and 100 kHz. */
const FASTEST_TICKS = 10;
const SLOWEST_TICKS = 100;

/** Whether anything of a transfer is known to have been on the wires. */
export function isDrawnI2c(transfer: TracedTransfer): boolean {
  return transfer.fault === undefined || nackOf(transfer) !== undefined;
}

/** Draws an I2C transaction at the pen's place, from START to STOP. @returns how many bytes are not known and left out */
export function drawI2c(pen: Pen, lanes: I2cLanes, transfer: TracedTransfer): number {
  return new I2cDrawing(pen, lanes, transfer).draw();
}

class I2cDrawing {
  readonly #pen: Pen;
  readonly #lanes: I2cLanes;
  readonly #transfer: TracedTransfer;
  /** A quarter of a bit. */
  readonly #quarter: number;
  #stretch: number;
  #left = 0;

  constructor(pen: Pen, lanes: I2cLanes, transfer: TracedTransfer) {
    this.#pen = pen;
    this.#lanes = lanes;
    this.#transfer = transfer;
    this.#stretch = transfer.stretchedNs / TICK_NS;
    const bits = transfer.segments.reduce((sum, segment) => sum + 10 + 9 * bytesOf(segment).length, 1);
    const ticks = (transfer.wireMs * 1e6) / TICK_NS - this.#stretch;
    this.#quarter = Math.min(SLOWEST_TICKS, Math.max(FASTEST_TICKS, ticks / bits)) / 4;
  }

  draw(): number {
    const { segments } = this.#transfer;
    const nack = nackOf(this.#transfer);
    for (const [index, segment] of segments.entries()) {
      if (nack !== undefined && index > nack.message) break;
      if (!this.#message(segment, index === 0, nack?.message === index ? nack.byte : undefined)) break;
    }
    this.#stop();
    return this.#left;
  }

  /** @param refused the byte that is not acknowledged; -1: the address @returns false: nothing comes after it */
  #message(segment: TracedSegment, isFirst: boolean, refused: number | undefined): boolean {
    const { target, tenBit } = segment;
    const read = segment.sent === undefined;
    this.#start(isFirst);
    const first = tenBit ? 0xf0 | ((target >> 7) & 6) : target << 1;
    const acknowledged = refused === undefined || refused >= 0;
    if (tenBit) {
      this.#byte(first, acknowledged);
      if (!acknowledged) return false;
      this.#byte(target & 0xff, true);
      if (read) {
        this.#start(false);
        this.#byte(first | 1, true);
      }
    } else {
      this.#byte(first | (read ? 1 : 0), acknowledged);
      if (!acknowledged) return false;
    }
    this.#stretchNow();
    const { bytes, length } = bytesOf(segment);
    const last = refused ?? length - 1;
    for (let at = 0; at < bytes.length && at <= last; at++) {
      // Who reads does not acknowledge the last byte.
      this.#byte(bytes[at] as number, refused === undefined ? !read || at < length - 1 : at < refused);
      if (at === refused) return false;
    }
    if (refused === undefined) this.#left += length - bytes.length;
    return refused === undefined;
  }

  #level(scl: boolean | undefined, sda: boolean | undefined, quarters: number): void {
    this.#pen.move(quarters * this.#quarter);
    if (sda !== undefined) this.#pen.set(this.#lanes.sda, sda);
    if (scl !== undefined) this.#pen.set(this.#lanes.scl, scl);
  }

  #start(isFirst: boolean): void {
    if (!isFirst) {
      this.#level(undefined, true, 1);
      this.#level(true, undefined, 1);
    }
    this.#level(undefined, false, isFirst ? 0 : 1);
    this.#level(false, undefined, 1);
  }

  #byte(byte: number, acknowledged: boolean): void {
    for (let bit = 7; bit >= 0; bit--) this.#bit((byte & (1 << bit)) !== 0);
    this.#bit(!acknowledged);
  }

  #bit(high: boolean): void {
    this.#level(undefined, high, 1);
    this.#level(true, undefined, 1);
    this.#level(false, undefined, 2);
  }

  /** SCL is low already. */
  #stretchNow(): void {
    this.#pen.move(this.#stretch);
    this.#stretch = 0;
  }

  #stop(): void {
    this.#level(undefined, false, 1);
    this.#level(true, undefined, 1);
    this.#level(undefined, true, 1);
    // Bus free time.
    this.#pen.move(4 * this.#quarter);
  }
}

const NONE: TracedBytes = { bytes: new Uint8Array(0), length: 0 };

function bytesOf({ sent, received }: TracedSegment): TracedBytes {
  return sent ?? received ?? NONE;
}
