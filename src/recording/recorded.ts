import type { Errno, NackPlace } from '../bus/index.ts';
import type { TracedBytes } from '../trace/index.ts';

/** Bytes of one direction of a message, as far as a recording knows them. */
export interface RecordedBytes extends TracedBytes {
  /** A byte each: 0 where the recording says `??`. Missing: all that are kept are known. */
  readonly known?: Uint8Array | undefined;
  /** It ends with `*`: more may follow. */
  readonly isOpen?: boolean;
}

/** A message of an I2C transaction, or a transfer of an SPI message. */
export interface RecordedSegment {
  /** I2C address, or chip select. */
  readonly target: number;
  readonly tenBit: boolean;
  readonly sent: RecordedBytes | undefined;
  readonly received: RecordedBytes | undefined;
}

/** A transaction or message with what came of it. */
export interface RecordedTransfer {
  readonly kind: 'transfer';
  /** `i2c-1`, `spi-0` */
  readonly bus: string;
  readonly segments: readonly RecordedSegment[];
  readonly fault: Errno | undefined;
  readonly nack: NackPlace | undefined;
  /** On the wire, in ns; undefined where the recording does not say. */
  readonly wireNs: number | undefined;
  /** Waited for its turn, in ns. */
  readonly queuedNs: number;
  /** Parts held SCL low, in ns. */
  readonly stretchedNs: number;
  /** How often it was carried out. */
  readonly attempts: number;
  /** Injected faults that struck in it, in words. */
  readonly struck: readonly string[];
  /** Who asked, where that was not the board itself. */
  readonly client: string | undefined;
}

/** A change of level of a line that the recording has declared. */
export interface RecordedEdge {
  readonly kind: 'edge';
  readonly name: string;
  readonly high: boolean;
}

/** So many events were lost here. */
export interface RecordedLoss {
  readonly kind: 'lost';
  readonly count: number;
}

/** What a line of a recording says that something happened. */
export interface RecordedEntry {
  /** Of the file, from 1. */
  readonly line: number;
  /** From the beginning of the entry before it, in ns; undefined where the line does not say. */
  readonly afterNs: number | undefined;
  /** `repeat`: once or more; `optional`: perhaps not at all. */
  readonly how: 'once' | 'repeat' | 'optional';
  /** Entries of one `any { }` have the same number, from 1; 0: it is in none. */
  readonly group: number;
  readonly what: RecordedTransfer | RecordedEdge | RecordedLoss;
}

export interface RecordedBus {
  readonly kind: 'i2c' | 'spi';
  readonly number: number;
  /** Of its node; empty where nobody knows it. */
  readonly path: string;
}

export interface RecordedPart {
  /** `i2c-1`, `spi-0` */
  readonly bus: string;
  /** Address (bit 31: ten-bit) or chip select. */
  readonly unit: number;
  /** `eeprom@50` */
  readonly name: string;
  readonly compatible: readonly string[];
  readonly addressWidth: number | undefined;
  readonly size: number | undefined;
}

export interface RecordedLine {
  readonly name: string;
  /** Path of the controller's node. */
  readonly controller: string;
  readonly line: number;
}

/** The board's tree when the recording was made. */
export interface RecordedTree {
  readonly file: string;
  /** Of the tree as a blob, in hex digits. */
  readonly sha256: string;
}

/** What stands before the entries. */
export interface RecordingHead {
  readonly tree: RecordedTree | undefined;
  readonly clock: 'real' | 'stepped' | undefined;
  /** ms since 1970 of the first entry. */
  readonly beganMs: number | undefined;
  readonly buses: ReadonlyMap<string, RecordedBus & { readonly declaredAt: number }>;
  readonly parts: readonly RecordedPart[];
  readonly lines: ReadonlyMap<string, RecordedLine>;
}

/** `i2c-1`, as recordings name a bus. */
export function recordedBusName({ kind, number }: Pick<RecordedBus, 'kind' | 'number'>): string {
  return `${kind}-${number}`;
}
