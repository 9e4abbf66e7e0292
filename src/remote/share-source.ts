import type { I2cMessage, MaybePromise, SpiCapabilities, SpiTransfer } from '../bus/index.ts';

/** A bus that is shared. */
export interface SharedBus {
  /** `i2c-1`, `spi-0` */
  readonly name: string;
  readonly number: number;
  /** Of its node. */
  readonly path: string;
  /** What carries it. */
  readonly host: string;
  /** See `Controller.startupMs`. */
  readonly startupMs: number;
  /** What it can do: one of the two. */
  readonly i2c?: { readonly functionality: number; readonly maxMessageLength?: number | undefined };
  readonly spi?: SpiCapabilities;
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
  /** Cancels what waits and frees what was held. */
  drop(): void;
  /** Brings the buses to a known state, when nothing is under way any more. */
  restore(buses: readonly SharedBus[]): MaybePromise<void>;
}

/** A board that is shared, as the host of a lab sees it. */
export interface ShareSource {
  /** For people: the board, and the machine. */
  readonly name: string;
  readonly buses: readonly SharedBus[];
  /** A user of the buses, one for each lease. @param who for traces */
  open(who: string): LeasedBuses;
}
