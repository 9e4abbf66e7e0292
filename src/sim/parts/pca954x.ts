import { type DeviceNode, NodeError } from '../../bus/index.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { I2cPart } from '../wire/part.ts';

/** How a control register names channels. */
interface Variant {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly channels: number;
  /** Bits of the control register that can be written. */
  readonly writable: number;
  /** Control register after power-on. */
  readonly reset: number;
  /** A bit a channel, or a number with an enable bit. */
  readonly enable?: number;
}

/** NXP data sheets PCA9540B to PCA9548A, "Control register definition". */
const VARIANTS: readonly Variant[] = [
  {
    compatible: ['nxp,pca9548', 'nxp,pca9848', 'ti,tca9548', 'maxim,max7367'],
    title: 'PCA9548 I2C switch, 8 channels',
    channels: 8,
    writable: 0xff,
    reset: 0,
  },
  {
    compatible: ['nxp,pca9546', 'nxp,pca9846', 'nxp,pca9545', 'nxp,pca9845'],
    title: 'PCA9546 I2C switch, 4 channels',
    channels: 4,
    writable: 0x0f,
    reset: 0,
  },
  {
    compatible: ['nxp,pca9543', 'nxp,pca9843'],
    title: 'PCA9543 I2C switch, 2 channels',
    channels: 2,
    writable: 0x03,
    reset: 0,
  },
  {
    compatible: ['nxp,pca9547', 'nxp,pca9847'],
    title: 'PCA9547 I2C multiplexer, 8 channels',
    channels: 8,
    writable: 0x0f,
    reset: 0x08,
    enable: 0x08,
  },
  {
    compatible: ['nxp,pca9544', 'nxp,pca9844'],
    title: 'PCA9544 I2C multiplexer, 4 channels',
    channels: 4,
    writable: 0x07,
    reset: 0,
    enable: 0x04,
  },
  {
    compatible: ['nxp,pca9540', 'nxp,pca9542'],
    title: 'PCA9540 I2C multiplexer, 2 channels',
    channels: 2,
    writable: 0x07,
    reset: 0,
    enable: 0x04,
  },
];

class Pca954x implements I2cPart {
  readonly addresses: readonly number[];
  readonly state = { control: 0, next: 0 };
  readonly #variant: Variant;
  readonly #channels: readonly I2cWire[];
  #segments: readonly I2cWire[] = [];

  constructor(variant: Variant, address: number, channels: readonly I2cWire[]) {
    this.addresses = [address];
    this.#variant = variant;
    this.#channels = channels;
    this.reset();
  }

  get segments(): readonly I2cWire[] {
    return this.#segments;
  }

  /** The control register: which channels are connected. */
  get control(): number {
    return this.state.control;
  }

  reset(): void {
    this.state.next = this.#variant.reset;
    this.#connect();
  }

  restored(): void {
    this.#connect();
  }

  start(): boolean {
    return true;
  }

  write(data: Uint8Array): number {
    if (data.length > 0) this.state.next = (data[data.length - 1] as number) & this.#variant.writable;
    return data.length;
  }

  read(into: Uint8Array): void {
    into.fill(this.state.control);
  }

  /** "The channel becomes active after a STOP condition has been placed on the bus." */
  stop(): void {
    this.#connect();
  }

  #connect(): void {
    const { enable } = this.#variant;
    const control = this.state.next;
    this.state.control = control;
    this.#segments = this.#channels.filter((_, channel) =>
      enable === undefined
        ? ((control >> channel) & 1) !== 0
        : (control & enable) !== 0 && (control & (enable - 1)) === channel,
    );
  }
}

/** `i2c@N` children become the channels that they name. */
function channelsOf(node: DeviceNode, count: number, context: PartContext): I2cWire[] {
  const channels = Array.from({ length: count }, () => context.emptySegment());
  for (const child of node.children) {
    const [channel] = child.u32s('reg') ?? [];
    if (channel === undefined) continue;
    if (channel >= count)
      throw new NodeError(child, 'reg', `this mux has the channels 0 to ${count - 1}, not ${channel}`);
    channels[channel] = context.segment(child);
  }
  return channels;
}

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: variant.title,
  properties: [
    { name: 'control', kind: 'number', readOnly: true, doc: 'control register: what is connected' },
  ],
  create: (node: DeviceNode, context) =>
    new Pca954x(variant, i2cAddress(node), channelsOf(node, variant.channels, context)),
}));
