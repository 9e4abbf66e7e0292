import type { I2cPart, I2cWire } from '../../sim/index.ts';
import type { SegmentCalls } from './protocol.ts';

/** A bus segment behind a part, as its model has it: the wire itself is in the thread of the board. */
export class HostedSegment {
  /** Its master's messages take no time, here or there. */
  timed = false;
  /** Chips in the part's own package that are on it. */
  readonly inside: I2cPart[] = [];
  readonly index: number;
  /** The node that has its parts; undefined: none. */
  readonly path: string | undefined;
  readonly #ask: (name: keyof SegmentCalls, ...args: readonly unknown[]) => unknown;

  constructor(
    index: number,
    path: string | undefined,
    ask: (name: keyof SegmentCalls, ...args: readonly unknown[]) => unknown,
  ) {
    this.index = index;
    this.path = path;
    this.#ask = ask;
  }

  /** What models take for a wire. */
  get wire(): I2cWire {
    return this as unknown as I2cWire;
  }

  attach(part: I2cPart): void {
    this.inside.push(part);
  }

  startTo(address: number, read: boolean): boolean {
    return this.#ask('startTo', address, read) === true;
  }

  write(data: Uint8Array): number {
    return Number(this.#ask('write', new Uint8Array(data)));
  }

  read(into: Uint8Array): void {
    into.set(this.#ask('read', into.length) as Uint8Array);
  }

  stop(): void {
    this.#ask('stop');
  }
}
