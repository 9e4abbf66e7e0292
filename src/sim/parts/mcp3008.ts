import { defineNumbered, exposeProperties } from '../chip/part-properties.ts';
import { clamp } from '../kit/numbers.ts';
import type { SpiPartModel } from '../populate/catalogue.ts';
import type { PropertyDeclaration, SpiPart } from '../wire/part.ts';

/** Microchip MCP3004/3008 (DS21295) and MCP3204/3208 (DS21298), section 5 and figure 5-1. */
const CHANNELS = 8;
/** After the start bit: SGL/DIFF, D2, D1, D0. */
const CONFIG_BITS = 4;
/** Then one clock to sample, and a null bit, before the most significant bit. */
const LEAD_BITS = 2;

class Mcp3008 implements SpiPart {
  readonly spiModes = 0b1001;
  readonly state;
  readonly #bits: number;
  readonly #channels: number;
  readonly #sense = { inputs: new Float64Array(CHANNELS), vref: 3.3 };
  /** Clocks since the start bit; -1 before it. */
  #clocks = -1;
  #config = 0;
  #code = 0;

  constructor(bits: number, channels: number) {
    this.#bits = bits;
    this.#channels = channels;
    this.state = this.#sense;
    const { inputs } = this.#sense;
    const set = (channel: number, volts: number) => inputs.fill(volts, channel, channel + 1);
    defineNumbered(this, 'ch', channels, (channel) => inputs[channel] as number, set);
    exposeProperties(this, this.#sense, ['vref']);
  }

  reset(): void {}
  deselect(): void {}

  select(): void {
    this.#clocks = -1;
    this.#config = 0;
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number): void {
    for (let at = 0; at < length; at++) {
      let answer = 0;
      for (let bit = 7; bit >= 0; bit--) answer = (answer << 1) | this.#clock(((tx?.[at] ?? 0) >> bit) & 1);
      if (rx !== undefined) rx[at] = answer;
    }
  }

  /** One clock: what DIN is, and what DOUT gives. DOUT floats, pulled up, until the null bit. */
  #clock(din: number): number {
    if (this.#clocks < 0) {
      if (din === 1) this.#clocks = 0;
      return 1;
    }
    const clock = ++this.#clocks;
    if (clock <= CONFIG_BITS) {
      this.#config = (this.#config << 1) | din;
      if (clock === CONFIG_BITS) this.#code = this.#convert();
      return 1;
    }
    const index = clock - CONFIG_BITS - LEAD_BITS;
    if (index < 0) return 1;
    if (index === 0) return 0;
    if (index <= this.#bits) return (this.#code >> (this.#bits - index)) & 1;
    // Clocked on, it repeats the result from bit 1 upwards, then gives zeros.
    const repeat = index - this.#bits;
    return repeat < this.#bits ? (this.#code >> repeat) & 1 : 0;
  }

  /** Single-ended, or the difference of a pair: D0 says which of the two is positive. */
  #convert(): number {
    const channel = (this.#config & 7) % this.#channels;
    const single = (this.#config & 8) !== 0;
    const { inputs, vref } = this.#sense;
    const volts = (inputs[channel] as number) - (single ? 0 : (inputs[channel ^ 1] as number));
    const steps = 2 ** this.#bits;
    return clamp(Math.floor((volts * steps) / vref), 0, steps - 1);
  }
}

function properties(channels: number): readonly PropertyDeclaration[] {
  const inputs = Array.from({ length: channels }, (_, channel): PropertyDeclaration => {
    return {
      name: `ch${channel}`,
      kind: 'number',
      unit: 'V',
      range: [-0.6, 6],
      doc: `voltage at CH${channel}`,
    };
  });
  return [...inputs, { name: 'vref', kind: 'number', unit: 'V', range: [0.25, 6], doc: 'reference voltage' }];
}

export const models: readonly SpiPartModel[] = [
  { name: 'mcp3004', bits: 10, channels: 4 },
  { name: 'mcp3008', bits: 10, channels: 8 },
  { name: 'mcp3204', bits: 12, channels: 4 },
  { name: 'mcp3208', bits: 12, channels: 8 },
].map(({ name, bits, channels }) => ({
  compatible: [`microchip,${name}`],
  bus: 'spi',
  title: `${name.toUpperCase()} converter, ${bits} bits, ${channels} inputs`,
  properties: properties(channels),
  create: () => new Mcp3008(bits, channels),
}));
