/** How a board is, as the page shows it: plain data. */

/** A property of a part, as its data sheet has it. */
export interface Property {
  readonly name: string;
  readonly kind: 'number' | 'integer' | 'flag' | 'text' | 'bytes';
  readonly unit?: string | undefined;
  readonly range?: readonly [number, number] | undefined;
  readonly readOnly?: boolean | undefined;
  readonly doc: string;
}

/** A simulated part. */
export interface Part {
  readonly path: string;
  readonly title: string;
  readonly properties: readonly Property[];
}

/** A line of a GPIO controller. */
export interface LineOf {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly direction: string;
  readonly high: boolean;
  readonly drivers: readonly string[];
}

/** A bus, and what carries it. */
export interface Bus {
  readonly name: string;
  readonly kind: 'i2c' | 'spi';
  readonly path: string;
  readonly host?: string | undefined;
  readonly state: 'closed' | 'opening' | 'open' | 'lost';
  /** Why it is lost, or why there is no bus at all. */
  readonly fault?: string | undefined;
  /** Of a channel of a multiplexer beside its bus. */
  readonly isConnected?: boolean | undefined;
  readonly peripherals: readonly Peripheral[];
}

/** What the tree has on a bus. */
export interface Peripheral {
  readonly path: string;
  readonly compatible: readonly string[];
  /** Addresses or chip selects. */
  readonly reg: readonly number[];
  readonly answeredBy: 'model' | 'wire' | 'nothing' | 'refused';
  readonly model?: string | undefined;
  readonly owner?: string | undefined;
  readonly channels: readonly Channel[];
}

/** A bus behind a multiplexer. */
export interface Channel {
  readonly path: string;
  readonly number?: number | undefined;
  /** Whether it is reached now; absent: nobody knows. */
  readonly isConnected?: boolean | undefined;
  readonly peripherals: readonly Peripheral[];
}

/** What is known of a board beside what happens on it. */
export interface BoardState {
  readonly parts: readonly Part[];
  readonly lines: readonly LineOf[];
  readonly buses: readonly Bus[];
  /** Paths of what is on real hardware. */
  readonly real: readonly string[];
  /** Paths of parts that did not acknowledge their address when they were asked last. */
  readonly silent: readonly string[];
}
