import type { Errno, NackPlace } from '../bus/index.ts';

/** Bytes of one direction of a message: what was kept of them, and how many there were. */
export interface TracedBytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** A message of an I2C transaction or a transfer of an SPI message. */
export interface TracedSegment {
  /** I2C address, or chip select. */
  readonly target: number;
  readonly tenBit: boolean;
  readonly sent: TracedBytes | undefined;
  readonly received: TracedBytes | undefined;
}

/** What every event has. */
interface Traced {
  /** Counts the events of a board, on all its buses and lines, from 1, in the order in which they ended; wraps at 2^32. */
  readonly sequence: number;
  /** When it was asked for, or happened: ms since 1970 by the time that the parts see. */
  readonly startedMs: number;
}

/** A transaction or message that was carried out, or failed. */
export interface TracedTransfer extends Traced {
  readonly kind: 'transfer';
  /** The bus's place in `findDevices`. */
  readonly bus: number;
  /** Who asked for it. */
  readonly client: string;
  /** From the request to its turn: while others had the host, or the host was being opened. */
  readonly queuedMs: number;
  /** From its turn to its end, in the host and on the wire; 0 for what was refused before. */
  readonly wireMs: number;
  /** How often it was carried out: 0 for what was refused before, more than 1 after lost arbitration. */
  readonly attempts: number;
  /** How long parts held SCL low in it, in ns, where the host can tell. */
  readonly stretchedNs: number;
  /** Injected faults that struck in it, and how the bus was freed of them, in words. */
  readonly struck: readonly string[];
  readonly fault: Errno | undefined;
  /** Where an I2C transaction ended, when something was not acknowledged and the adapter tells what. */
  readonly nack?: NackPlace;
  readonly segments: readonly TracedSegment[];
}

/** A change of level of a line of a GPIO controller. */
export interface TracedEdge extends Traced {
  readonly kind: 'edge';
  /** Path of the controller's node. */
  readonly controller: string;
  readonly line: number;
  /** By `gpio-line-names`; empty where there is none. */
  readonly name: string;
  readonly high: boolean;
}

/** Something that happened on a board's buses and lines. */
export type TraceEvent = TracedTransfer | TracedEdge;
