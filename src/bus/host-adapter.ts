import type { AdapterSheet } from './capabilities.ts';
import type { MaybePromise } from './controller.ts';
import type { BusFault } from './errno.ts';
import type { I2cController } from './i2c.ts';
import type { LineController } from './lines.ts';
import type { DeviceNode } from './node.ts';
import type { SpiController } from './spi.ts';

/** How long an adapter may take to open, in ms. One that takes longer is lost. */
export const OPEN_LIMIT_MS = 15_000;
/** The longest that parts may take to wake up when an adapter has switched their supply on, in ms. */
export const STARTUP_LIMIT_MS = 10_000;

/**
 * A physical adapter, or what stands in for one. It carries one or more buses; a bus that it cannot carry is
 * missing. All its buses may share one wire to the adapter: the resource manager runs one transfer of a host
 * at a time.
 */
export interface HostAdapter {
  /** One phrase for a person: `Bus Pirate v3.5 on /dev/ttyUSB0`. */
  readonly description: string;
  /** True when no transfer of this host ever returns a promise. */
  readonly synchronous: boolean;
  readonly i2c?: I2cController;
  readonly spi?: SpiController;
  /** Its GPIO lines. */
  readonly lines?: LineController;
  /**
   * Finds the adapter and brings it to a known state. Called again after the adapter was lost.
   * @throws {BusFault} `ENODEV` not there, `EACCES` no permission, `EBUSY` taken, `EPROTO` not the adapter.
   */
  open(): MaybePromise<void>;
  /**
   * Why `open` would fail now, as far as a look at the port tells at once: nothing is opened. Undefined where nothing speaks
   * against it.
   */
  unavailable?(): BusFault | undefined;
  /**
   * Emulated adapters with a `port` of their own: waits there for other programs, also where no bus of the board is on
   * it. `open` does it too. @throws {BusFault}
   */
  wait?(): MaybePromise<void>;
  /** Frees the adapter; afterwards every transfer fails with `ENODEV`. */
  close(): MaybePromise<void>;
}

/**
 * What the door of a folder under `hosts/` exports. `Simulation` is what simulated parts need to live, for adapters
 * that are emulated.
 */
export interface HostAdapterModule<Simulation> {
  /** What its adapters can do: the rows of the table of adapters. */
  readonly sheets: readonly AdapterSheet[];
  /** Reads and checks the node's properties; opens nothing. @throws {NodeError} */
  createAdapter(node: DeviceNode, simulation?: Simulation): HostAdapter;
}
