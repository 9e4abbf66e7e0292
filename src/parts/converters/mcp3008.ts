import type { DataSheet, Property } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

/** What stands behind the start bit. */
interface Request {
  readonly bits: number;
  /** Clocks behind it until the null bit, which is the last of them. */
  readonly lead: number;
  channel(config: number): number;
  single(config: number): boolean;
  /** Whether the result comes once more, the least significant bit first. */
  repeats(config: number): boolean;
}
/** SGL/DIFF, D2, D1, D0; then one clock to sample, and a null bit (section 5 and figure 5-1). */
const FOUR_OR_EIGHT: Request = {
  bits: 4,
  lead: 2,
  channel: (config) => config & 7,
  single: (config) => (config & 8) !== 0,
  repeats: () => true,
};
/** SGL/DIFF, ODD/SIGN, MSBF; then a null bit (DS21294 and DS21034, section 5). */
const TWO: Request = {
  bits: 3,
  lead: 1,
  channel: (config) => (config >> 1) & 1,
  single: (config) => (config & 4) !== 0,
  repeats: (config) => (config & 1) === 0,
};

const ROWS = [
  { name: 'mcp3002', bits: 10, channels: 2, source: 'Microchip DS21294' },
  { name: 'mcp3202', bits: 12, channels: 2, source: 'Microchip DS21034' },
  { name: 'mcp3004', bits: 10, channels: 4, source: 'Microchip DS21295' },
  { name: 'mcp3008', bits: 10, channels: 8, source: 'Microchip DS21295' },
  { name: 'mcp3204', bits: 12, channels: 4, source: 'Microchip DS21298' },
  { name: 'mcp3208', bits: 12, channels: 8, source: 'Microchip DS21298' },
] as const;

type Row = (typeof ROWS)[number];

function inputs(channels: number): Readonly<Record<string, Property>> {
  return Object.fromEntries(
    Array.from({ length: channels }, (_, channel) => [
      `ch${channel}`,
      { unit: 'V', range: [-0.6, 6], initial: 0, doc: `voltage at CH${channel}` },
    ]),
  );
}

const sheetOf = ({ name, bits, channels, source }: Row) =>
  ({
    compatible: [`microchip,${name}`],
    title: `${name.toUpperCase()} converter, ${bits} bits, ${channels} inputs`,
    source,
    notModelled: ['noise', 'the least clock rate, below which the sampled voltage drifts'],
    node: 'adc',
    bus: { spi: { form: 'other', modes: 0b1001 } },
    senses: {
      ...inputs(channels),
      vref: { unit: 'V', range: [0.25, 6], initial: 3.3, doc: 'reference voltage' },
    },
  }) as const satisfies DataSheet;

const modelOf =
  ({ bits, channels }: Row): Model<ReturnType<typeof sheetOf>> =>
  (_registers, { sense, clamp }) => {
    const request = channels === 2 ? TWO : FOUR_OR_EIGHT;
    /** Clocks since the start bit; -1 before it. */
    let clocks = -1;
    let config = 0;
    let code = 0;

    const volts = (channel: number) =>
      ((sense as Readonly<Record<string, number>>)[`ch${channel % channels}`] ?? 0) as number;

    /** Single-ended, or the difference of a pair: the lowest bit of the channel says which of the two is positive. */
    function convert(): number {
      const channel = request.channel(config);
      const difference = volts(channel) - (request.single(config) ? 0 : volts(channel ^ 1));
      const steps = 2 ** bits;
      return clamp(Math.floor((difference * steps) / sense.vref), 0, steps - 1);
    }

    /** One clock: what DIN is, and what DOUT gives. DOUT floats, pulled up, until the null bit. */
    function clock(din: number): number {
      if (clocks < 0) {
        if (din === 1) clocks = 0;
        return 1;
      }
      clocks++;
      if (clocks <= request.bits) {
        config = (config << 1) | din;
        if (clocks === request.bits) code = convert();
        return 1;
      }
      return output(clocks - request.bits - request.lead);
    }

    function output(index: number): number {
      if (index < 0) return 1;
      // At 0 it is the null bit.
      if (index <= bits) return (code >> (bits - index)) & 1;
      // Clocked on, it repeats the result from bit 1 upwards, then gives zeros.
      const repeat = index - bits;
      return repeat < bits && request.repeats(config) ? (code >> repeat) & 1 : 0;
    }

    return {
      spi: {
        select() {
          clocks = -1;
          config = 0;
        },
        transfer(tx, rx, length) {
          for (let at = 0; at < length; at++) {
            let answer = 0;
            for (let bit = 7; bit >= 0; bit--) answer = (answer << 1) | clock(((tx?.[at] ?? 0) >> bit) & 1);
            if (rx !== undefined) rx[at] = answer;
          }
        },
      },
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
