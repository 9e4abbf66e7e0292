import type { MessagePort } from 'node:worker_threads';
import type { PartModel, PropertyValue, RegisterReport } from '../../sim/index.ts';

/** `workerData` of a thread that runs the models of one file. */
export interface ModelThreadStart {
  /** The module, as an absolute path. */
  readonly file: string;
  /** The board's tree. */
  readonly blob: Uint8Array;
  /** Folder that relative file names of the tree start from. */
  readonly directory: string;
  /** `performance.timeOrigin` of the thread whose clock the parts live by; undefined: a clock that stands still. */
  readonly origin: number | undefined;
  readonly port: MessagePort;
  readonly words: SharedArrayBuffer;
}

/** What both threads see; 32-bit words. */
export const WORD = {
  /** Raised by each message of the thread. */
  ANSWERS: 0,
  /** Raised by each message to the thread. */
  REQUESTS: 1,
  /** The beat that the thread has answered last. */
  BEAT: 2,
  /** MiB that its buffers take, as of that beat. */
  BUFFERS_MIB: 3,
  /** 1: the model has ended the thread. */
  EXITED: 4,
} as const;
export const WORDS = 8;

/** A model without its code. */
export type ModelDescription = Omit<PartModel, 'create' | 'isolated' | 'bus'> & Pick<PartModel, 'bus'>;

/** What a wire asks of a part, as of its last call. */
export interface PartView {
  readonly addresses: readonly number[];
  readonly sharedAddresses: readonly number[];
  readonly stretchNs: number | undefined;
  readonly busyReason: string | undefined;
  readonly takesRuns: boolean;
  /** Which of the segments that it made it connects to its own now; undefined where it never does. */
  readonly segments: readonly number[] | undefined;
}

/** A bus segment that a part has made: with the parts below a node, or an empty one; and the chips in its own package there. */
export interface MadeSegment {
  readonly path: string | undefined;
  readonly inside: readonly { readonly path: string; readonly addresses: readonly number[] }[];
}

/** What a part does as the master of a segment behind it. */
export interface SegmentCalls {
  startTo(address: number, read: boolean): boolean;
  write(data: Uint8Array): number;
  read(length: number): Uint8Array;
  stop(): void;
}

export interface SegmentRequest {
  readonly path: string;
  readonly segment: number;
  readonly name: keyof SegmentCalls;
  readonly args: readonly unknown[];
}

/** A part that was made. */
export interface MadePart {
  /** Its output pins, and the levels that they have without anything done to them. */
  readonly lines: readonly { readonly name: string; readonly high: boolean }[];
  /** It has contents, which may lie in a file. */
  readonly contents: boolean;
  readonly segments: readonly MadeSegment[];
  readonly spi: {
    readonly spiModes?: number;
    readonly maxSpeedHz?: number;
    readonly csHigh?: boolean;
    readonly idleClocks?: boolean;
  };
}

/** What can be asked of the thread: name -> arguments and result. `path`: of a part's node. */
export interface ModelCalls {
  create(path: string, model: number, strict: boolean): MadePart;
  start(path: string, address: number, read: boolean): boolean;
  write(path: string, data: Uint8Array): number;
  read(path: string, length: number): Uint8Array;
  stop(path: string): void;
  loseArbitration(path: string): void;
  select(path: string, mode: number): void;
  transfer(
    path: string,
    tx: Uint8Array | undefined,
    length: number,
    lines: number,
    answered: boolean,
  ): Uint8Array | undefined;
  deselect(path: string): void;
  get(path: string, property: string): PropertyValue;
  set(path: string, property: string, value: PropertyValue): void;
  drivePin(path: string, pin: number, high: boolean | undefined): void;
  registers(path: string): readonly RegisterReport[];
  snapshot(path: string): object;
  restore(path: string, snapshot: object): void;
  reset(path: string): void;
  /** Something comes due that the part has asked its clock for. */
  alarm(path: string, alarm: number): void;
  /** Writes unsaved contents. */
  save(path: string): void;
  close(path: string): void;
}

export type ModelCall = keyof ModelCalls;

/** An error that goes from thread to thread. */
export interface ThreadError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a `NodeError`: its property and what it says of it. */
  readonly property?: string | undefined;
  readonly sentence?: string;
}

/** To the thread. `now` and `wall`: of the part's clock. */
export type ToThread =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly name: ModelCall;
      readonly args: readonly unknown[];
      readonly now: number;
      readonly wall: number;
    }
  | { readonly kind: 'beat'; readonly beat: number }
  /** The answer to a `segment` message. */
  | { readonly kind: 'segment'; readonly result: unknown };

/** What happened in the thread besides an answer. */
export type ThreadEvent =
  | { readonly kind: 'warning'; readonly path: string; readonly sentence: string }
  | { readonly kind: 'pin'; readonly path: string; readonly line: number; readonly high: boolean }
  | { readonly kind: 'view'; readonly path: string; readonly view: PartView }
  | { readonly kind: 'after'; readonly path: string; readonly alarm: number; readonly due: number }
  | { readonly kind: 'cancel'; readonly path: string; readonly alarm: number }
  | { readonly kind: 'failed'; readonly error: ThreadError };

/** From the thread. Events come in front of the answer that they belong to. */
export type FromThread =
  | {
      readonly kind: 'loaded';
      readonly models: readonly ModelDescription[];
      readonly faults: readonly string[];
      /** The thread's number in the kernel; undefined where there is none to be found. */
      readonly tid: number | undefined;
    }
  | { readonly kind: 'notLoaded'; readonly sentence: string }
  | { readonly kind: 'events'; readonly events: readonly ThreadEvent[] }
  /** The thread waits until that is done. */
  | { readonly kind: 'segment'; readonly request: SegmentRequest; readonly events: readonly ThreadEvent[] }
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly result?: unknown;
      readonly error?: ThreadError;
      readonly events: readonly ThreadEvent[];
    };
