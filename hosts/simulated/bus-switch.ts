import type { I2cPart, I2cWire } from '../../src/sim/index.ts';

/** How a switch stands while nobody uses it. */
export interface SwitchRest {
  /** Number of the channel that is connected before the first transfer; none of that number: none. */
  readonly first: number | undefined;
  /** The same after each transfer; undefined: what was used last stays connected. */
  readonly idle: number | undefined;
}

/**
 * A multiplexer that is no part of the bus that it switches (i2c-mux-gpio, i2c-mux-pinctrl): whoever uses a channel connects it
 * for the transfer (Linux i2c-mux.c, `select` and `deselect`). On its bus it has no address; what is behind the
 * channel that it connects answers there.
 */
export class BusSwitch implements I2cPart {
  readonly addresses = [];
  readonly state: { connected: number | undefined };
  /** An injected fault keeps it on its channel. */
  isStuck: (() => boolean) | undefined;
  readonly #rest: SwitchRest;
  readonly #channels = new Map<number, I2cWire>();

  constructor(rest: SwitchRest) {
    this.#rest = rest;
    this.state = { connected: rest.first };
  }

  get segments(): readonly I2cWire[] {
    const wire = this.#channels.get(this.state.connected ?? Number.NaN);
    return wire === undefined ? [] : [wire];
  }

  add(channel: number, wire: I2cWire): void {
    this.#channels.set(channel, wire);
  }

  connect(channel: number): void {
    if (channel !== this.state.connected && this.isStuck?.() !== true) this.state.connected = channel;
  }

  disconnect(): void {
    if (this.#rest.idle !== undefined && this.isStuck?.() !== true) this.state.connected = this.#rest.idle;
  }

  reset(): void {
    this.state.connected = this.#rest.first;
  }

  start(): boolean {
    return false;
  }

  write(): number {
    return 0;
  }

  read(): void {}

  stop(): void {}
}

/** The way from a bus to one of its channels: the switches in between, and which channel of each. */
export class ChannelRoute {
  readonly #steps: readonly { readonly mux: BusSwitch; readonly channel: number }[];

  constructor(steps: ChannelRoute['steps'] = []) {
    this.#steps = steps;
  }

  get steps(): readonly { readonly mux: BusSwitch; readonly channel: number }[] {
    return this.#steps;
  }

  connect(): void {
    for (const { mux, channel } of this.#steps) mux.connect(channel);
  }

  /** The transfer is over. */
  disconnect(): void {
    for (let at = this.#steps.length - 1; at >= 0; at--) this.#steps[at]?.mux.disconnect();
  }
}
