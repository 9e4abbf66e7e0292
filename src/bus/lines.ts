import type { Controller, MaybePromise } from './controller.ts';

/** A change of level at a line. */
export interface LineEdge {
  readonly line: number;
  readonly high: boolean;
  /** When the adapter saw it: ns of CLOCK_MONOTONIC, as `process.hrtime.bigint()`; undefined where it cannot tell. */
  readonly atNs: bigint | undefined;
}

/** What the GPIO lines of an adapter can do. */
export interface LineCapabilities {
  readonly bias: readonly ('pull-up' | 'pull-down' | 'disabled')[];
  readonly drives: readonly ('push-pull' | 'open-drain' | 'open-source')[];
  /** Whether it tells of edges: by itself, by being asked again and again, or not at all. */
  readonly edges: 'interrupts' | 'polled' | 'none';
  readonly debounce: boolean;
}

/**
 * The GPIO lines of an adapter, counted from 0. A line that nobody has asked for is left as it is. Levels are logical: of
 * a line that is active low they are the pin's inverse. All throw, or reject with, a `BusFault`: `EINVAL` no such line,
 * `EBUSY` another has it, `EOPNOTSUPP` it cannot do that, `ENODEV`.
 */
export interface LineController extends Controller {
  readonly capabilities: LineCapabilities;
  /** Its level now, whatever it is. */
  get(line: number): MaybePromise<boolean>;
  /** Makes it an input. */
  input(line: number): MaybePromise<void>;
  /** Makes it an output, or changes what it drives. */
  drive(line: number, high: boolean): MaybePromise<void>;
  /** Lets it go: it drives nothing any more. */
  release(line: number): MaybePromise<void>;
  /** From now on `onEdge` is told of its edges, which makes it an input; or not any more. */
  watch(line: number, wanted: boolean): MaybePromise<void>;
  /** Told of edges, in their order. */
  onEdge: ((edge: LineEdge) => void) | undefined;
}
