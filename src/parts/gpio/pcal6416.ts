import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { pinProperties } from './expander.ts';

/** What the two expanders differ in. */
interface Row {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly source: string;
  readonly ports: 1 | 2;
}

const ROWS: readonly Row[] = [
  {
    compatible: ['nxp,pcal6408', 'nxp,pcal6408a', 'nxp,pcal9554b'],
    title: 'PCAL6408A GPIO expander, 8 pins with pulls, latches and interrupt masks',
    source: 'NXP PCAL6408A',
    ports: 1,
  },
  {
    compatible: ['nxp,pcal6416', 'nxp,pcal6416a', 'nxp,pcal9535', 'nxp,pcal9555a'],
    title: 'PCAL6416A GPIO expander, 16 pins with pulls, latches and interrupt masks',
    source: 'NXP PCAL6416A',
    ports: 2,
  },
];

/** PCAL6416A, table 5 and 7.4: the registers of a PCA9555, and from 40h on those of the "Agile I/O". */
const sheetOf = ({ compatible, title, source, ports }: Row) => {
  const agile = (place: number) => 0x40 + place * ports;
  const pins = pinProperties(8 * ports);
  return {
    compatible,
    title,
    source,
    notModelled: ['drive strength and open-drain outputs have no effect on a level'],
    node: 'gpio',
    bus: { i2c: { form: 'byte registers', address: 0x20, last: 0x4f } },
    registers: {
      INPUT: { at: 0, count: ports, access: 'ro' },
      OUTPUT: { at: ports, count: ports, reset: 0xff },
      POLARITY: { at: 2 * ports, count: ports },
      CONFIGURATION: { at: 3 * ports, count: ports, reset: 0xff },
      DRIVE_STRENGTH: { at: agile(0), count: 2 * ports, reset: 0xff },
      INPUT_LATCH: { at: agile(2), count: ports },
      PULL_ENABLE: { at: agile(3), count: ports },
      PULL_SELECTION: { at: agile(4), count: ports, reset: 0xff },
      INTERRUPT_MASK: { at: agile(5), count: ports, reset: 0xff },
      INTERRUPT_STATUS: { at: agile(6), count: ports, access: 'ro' },
      OUTPUT_PORT_CONFIGURATION: { at: 0x4f, fields: { ODEN: [ports - 1, 0] } },
    },
    senses: {
      ...pins.senses,
      driven: {
        kind: 'integer',
        range: [0, 2 ** (8 * ports) - 1],
        initial: 2 ** (8 * ports) - 1,
        doc: 'pins that the outside drives, pin 0 in bit 0; the others have the level of their pull resistor',
      },
    },
    shows: pins.shows,
    pins: ['INT'],
  } as const satisfies DataSheet;
};

const modelOf =
  (ports: 1 | 2): Model<ReturnType<typeof sheetOf>> =>
  (registers, { sense, pin: { INT }, keep }) => {
    const { OUTPUT, POLARITY, CONFIGURATION, INPUT_LATCH } = registers;
    const { PULL_ENABLE, PULL_SELECTION, INTERRUPT_MASK } = registers;
    const all = 2 ** (8 * ports) - 1;
    const outside = sense as { inputs: number; driven: number };
    /**
     * What a reader of the input ports saw last, and which of them hold a change
     * (7.4.4 "Input latch registers").
     */
    const input = keep({ seen: all, held: 0 });

    const word = (register: typeof OUTPUT) =>
      ports === 1 ? register.value : register.value | (register.get(1) << 8);

    /** Levels on the pins. One that nothing drives has its pull resistor's; without one it floats, and reads 0 here. */
    function levels(): number {
      const { inputs, driven } = outside;
      const pulled = word(PULL_ENABLE) & word(PULL_SELECTION);
      const given = (inputs & driven) | (pulled & ~driven);
      const isInput = word(CONFIGURATION);
      return ((given & isInput) | (word(OUTPUT) & ~isInput)) & all;
    }

    /** What the input ports hold: a latched change stays until it is read. */
    const held = () => (levels() & ~input.held) | (~input.seen & input.held & all);

    /** 7.4.8: an input that differs from what was read last, or holds a change, unless it is masked. */
    const status = () => (held() ^ input.seen) & word(CONFIGURATION) & ~word(INTERRUPT_MASK) & all;

    function look(): void {
      const now = levels();
      input.held |= (now ^ input.seen) & word(INPUT_LATCH) & word(CONFIGURATION);
      input.held &= word(INPUT_LATCH) & word(CONFIGURATION);
      INT.set(status() === 0);
    }

    return {
      onRead: {
        INPUT(index) {
          const [shift, mask] = [8 * index, 0xff << (8 * index)];
          const now = (held() & mask) >> shift;
          input.held &= ~mask;
          input.seen = (input.seen & ~mask) | (now << shift);
          look();
          return now ^ POLARITY.get(index);
        },
        INTERRUPT_STATUS: (index) => (status() >> (8 * index)) & 0xff,
      },
      afterWrite: look,
      sensed(name) {
        if (name === 'inputs') outside.driven = all;
        look();
      },
      drivePin(pin, high) {
        const bit = 1 << pin;
        outside.driven = high === undefined ? outside.driven & ~bit : outside.driven | bit;
        outside.inputs = high === true ? outside.inputs | bit : outside.inputs & ~bit;
        look();
      },
      restored: look,
      reset() {
        Object.assign(input, { seen: levels(), held: 0 });
        look();
      },
      /** A burst goes round the ports of one register. */
      next: (address) => (address === 0x4f ? address : address - (address % ports) + ((address + 1) % ports)),
      properties: {
        get pins() {
          return levels();
        },
        get outputs() {
          return ~word(CONFIGURATION) & all;
        },
      },
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row.ports) }));
