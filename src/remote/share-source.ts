import type { I2cMessage, MaybePromise, SpiCapabilities, SpiTransfer } from '../bus/index.ts';
import type { FramedBoard } from './traces/traced-board.ts';

/** A bus that is shared, or a controller of GPIO lines. */
export interface SharedBus {
  /** `i2c-1`, `spi-0`, `gpio-0` */
  readonly name: string;
  readonly number: number;
  /** Of its node. */
  readonly path: string;
  /** What carries it. */
  readonly host: string;
  /** See `Controller.startupMs`. */
  readonly startupMs: number;
  /** What it can do: one of the three. */
  readonly i2c?: { readonly functionality: number; readonly maxMessageLength?: number | undefined };
  readonly spi?: SpiCapabilities;
  /** A name a line, empty for one without. */
  readonly lines?: readonly string[];
}

/** Told of edges of the lines that it watches. */
export interface EdgeWatcher {
  /** @param atNs when, by the host's monotonic clock */
  edge(bus: SharedBus, line: number, high: boolean, atNs: number): void;
}

/**
 * What a lease may do on its buses. `admit` is called when it is a request's turn, before the wire is touched: what it
 * throws is the request's end.
 */
export interface LeasedBuses {
  i2c(bus: SharedBus, messages: readonly I2cMessage[], admit: () => void): MaybePromise<void>;
  spi(
    bus: SharedBus,
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    continues: boolean,
    admit: () => void,
  ): MaybePromise<void>;
  deselect(bus: SharedBus, admit: () => void): MaybePromise<void>;
  /** @param action one of `LINE_ACTION` @returns the level, of actions that tell it */
  line(
    bus: SharedBus,
    line: number,
    action: number,
    watcher: EdgeWatcher,
    admit: () => void,
  ): MaybePromise<boolean | undefined>;
  /** Cancels what waits and frees what was held: of lines, all that were driven or watched. */
  drop(): void;
  /** Brings the buses to a known state, when nothing is under way any more. */
  restore(buses: readonly SharedBus[]): MaybePromise<void>;
}

/** What happens on a board from some moment on. */
export interface SharedTrace {
  readonly board: FramedBoard;
  /** Number of the last event before it. */
  readonly sequence: number;
  /** Paths of what it has; undefined: everything. */
  readonly only: readonly string[] | undefined;
  /** Whole records that nobody has taken yet; undefined: there are none. */
  take(): Uint8Array | undefined;
  /** How many events found no room, so far. */
  readonly dropped: number;
  end(): void;
}

/** A board that is shared, as the host of a lab sees it. */
export interface ShareSource {
  /** For people: the board, and the machine. */
  readonly name: string;
  readonly buses: readonly SharedBus[];
  /** Of this run of the host, unlike any other: see `runName`. */
  readonly run: string;
  /** A user of the buses, one for each lease. @param who for traces */
  open(who: string): LeasedBuses;
  /** Begins to trace transfers to these parts, and all of these buses; neither: everything. @throws {BusFault} `ENOENT` */
  trace(parts: readonly string[], buses: readonly string[]): SharedTrace;
}
