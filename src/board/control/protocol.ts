/**
 * How another process looks at a running board and touches it: one request a line, one answer a line, as JSON, over a
 * Unix socket that only the board's user may open.
 */

import type { PropertyValue } from '../../sim/index.ts';
import type { ToldEvent, TracedBoard, TracedBus } from '../../trace/index.ts';
import type { TraceFilter } from '../handles/traced-paths.ts';
import type { BusReport, LineReport, PartReport } from '../thread/protocol.ts';

/** Longest line: the contents of the largest memory, in base64. */
export const LINE_MAX = 128 << 20;

/** What is asked. `part`, `controller`: path, alias or `&label`. */
export type ControlRequest = {
  /** Nothing that is on real hardware may be touched: that is refused with `isReal`. Of requests that only look nothing is refused. */
  readonly simulatedOnly?: boolean;
} & (
  | { readonly call: 'describe' }
  /** A part, or a GPIO controller. `bytes: false`: without properties that are bytes, as a memory may be long. */
  | { readonly call: 'get'; readonly part: string; readonly bytes?: boolean }
  /** Some of a property that is bytes; answers `ControlBytes`. */
  | {
      readonly call: 'bytes';
      readonly part: string;
      readonly property: string;
      readonly from: number;
      readonly length: number;
    }
  | {
      readonly call: 'set';
      readonly part: string;
      readonly values: Readonly<Record<string, WireValue>>;
      /** As for `get`. */
      readonly bytes?: boolean;
    }
  /** Pulls a line low, or clears a bit of a part's `inputs`, for `ms`; the answer comes when it is over. */
  | { readonly call: 'press'; readonly target: string; readonly line: string; readonly ms: number }
  /** The registers of a part by its data sheet; answers an array of `RegisterReport`. */
  | { readonly call: 'registers'; readonly part: string }
  /** A property follows points of `[seconds, value]`, on the board's clock; none: it no longer does. Answers as `get`. */
  | {
      readonly call: 'follow';
      readonly part: string;
      readonly property: string;
      readonly points: readonly (readonly [seconds: number, value: number])[];
      readonly repeat?: boolean;
    }
  /** Puts a fault in; answers a `ControlFault`. */
  | { readonly call: 'inject'; readonly kind: string; readonly target: string; readonly options: object }
  /** The faults that were put in so, an array of `ControlFault`. */
  | { readonly call: 'faults' }
  /** Takes one out, or all; answers as `faults` what became of them. */
  | { readonly call: 'removeFaults'; readonly number?: number | undefined }
  /** From now on a `WireEvent` a line comes as well. */
  | WatchRequest
);

export type WatchRequest = { readonly call: 'watch' } & TraceFilter;

/** What a watcher is told, as a line has it. */
export type WireEvent =
  | BoardEvent
  /** Records of a trace, whole ones: see `RecordReader`. Many at once: the board's own work is to go on. */
  | { readonly event: 'happened'; readonly board: number; readonly records: string }
  | LostEvent;

/** What a watcher is told. */
export type ControlEvent =
  | BoardEvent
  | (ToldEvent & {
      readonly event: 'happened';
      readonly board: number;
      /** What it is made of, for `RecordReader`: whoever keeps many of them keeps this, which is smaller. */
      readonly record: () => Uint8Array<ArrayBuffer>;
    })
  | LostEvent;

/** A running board in another process. */
export interface BoardControl {
  /** @throws {Error} with the sentence of the other process, or that it does not answer */
  ask<Result>(request: ControlRequest, ms?: number): Promise<Result>;
  /**
   * Is told of every transfer from now on.
   * @throws {Error} as `ask`
   */
  watch(only: TraceFilter, told: (event: ControlEvent) => void): Promise<ControlWatch>;
  close(): void;
}

export interface ControlWatch {
  /** Resolves when the board has ended, or the connection was closed. */
  readonly over: Promise<void>;
  /** Lets events wait: the board's process keeps few of them, and counts what is lost. */
  pause(): void;
  resume(): void;
}

/** A board, before its first transfer: the process may open the same file again. */
interface BoardEvent {
  readonly event: 'board';
  readonly board: number;
  readonly buses: readonly TracedBus[];
  readonly of?: TracedBoard;
}

/** So many events of it were not told since the last such event: the watcher was too slow. */
interface LostEvent {
  readonly event: 'lost';
  readonly board: number;
  readonly count: number;
}

/** A property's value in JSON: bytes are base64. */
export type WireValue = number | boolean | string | { readonly base64: string };

/** Who answers, and what there is. */
export interface ControlDescription {
  readonly pid: number;
  readonly board: string;
  readonly parts: readonly PartReport[];
  readonly lines: readonly LineReport[];
  readonly buses: readonly ControlBus[];
  /** Paths of real adapters, and of the buses and GPIO controllers on them. */
  readonly real: readonly string[];
}

/** A bus with what is on it, and how they are; what it counts changes all the time, and is left out. */
export interface ControlBus extends Omit<BusReport, 'counters'> {
  /** `i2c-1` */
  readonly name: string;
}

/** Some bytes of a property, and how many it has. */
export interface ControlBytes {
  readonly size: number;
  readonly base64: string;
}

/** A part with all that it has. */
export interface ControlPart {
  readonly path: string;
  readonly title: string;
  readonly properties: PartReport['properties'];
  readonly values: Readonly<Record<string, WireValue>>;
  /** Names of the properties that follow a curve of `follow`. */
  readonly follows: readonly string[];
}

/** A GPIO controller with its lines. */
export interface ControlChip {
  readonly path: string;
  readonly title: string;
  readonly lines: readonly LineReport[];
}

export type ControlAnswer =
  | { readonly result: unknown }
  /** What is wrong, as a sentence. `isReal`: it would touch real hardware (`simulatedOnly`). */
  | { readonly error: string; readonly isReal?: boolean };

export function controlBus({ counters: _, ...report }: BusReport, number: number): ControlBus {
  return { ...report, name: `${report.kind}-${number}` };
}

export function toWire(value: PropertyValue): WireValue {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;
}

export function fromWire(value: WireValue): PropertyValue {
  return typeof value === 'object' ? Uint8Array.from(Buffer.from(value.base64, 'base64')) : value;
}
