import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { pinProperties } from './expander.ts';

/** What the expanders with 24 and 40 pins differ in. */
interface Row {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly source: string;
  readonly ports: 3 | 5;
  /** What OUTPUT holds after power-on. */
  readonly output: number;
}

const ROWS: readonly Row[] = [
  {
    compatible: ['ti,tca6424', 'nxp,pcal6524', 'nxp,pcal6534'],
    title: 'TCA6424 GPIO expander, 24 pins',
    source: 'TI SCPS175',
    ports: 3,
    output: 0xff,
  },
  {
    compatible: ['nxp,pca9505', 'nxp,pca9506', 'nxp,pca9698'],
    title: 'PCA9506 GPIO expander, 40 pins',
    source: 'NXP PCA9505, PCA9506',
    ports: 5,
    output: 0,
  },
];

/** The most registers of a kind: those of ports that are not there are reserved. */
const strideOf = (ports: number) => (ports === 3 ? 4 : 8);
/** Bit of a register number: it goes on after each byte. */
const GO_ON = 0x80;

/** TCA6424A, table 4; PCA9506, table 5. */
const sheetOf = ({ compatible, title, source, ports, output }: Row) => {
  const stride = strideOf(ports);
  return {
    compatible,
    title,
    source,
    notModelled: [
      'the RESET and OE pins',
      'pulls, latches and masks of PCAL6524 and PCAL6534',
      'PCA9698: its modes',
    ],
    node: 'gpio',
    bus: { i2c: { form: 'byte registers', address: 0x20 } },
    registers: {
      INPUT: { at: 0, count: ports, access: 'ro' },
      OUTPUT: { at: stride, count: ports, reset: output },
      POLARITY: { at: 2 * stride, count: ports },
      CONFIGURATION: { at: 3 * stride, count: ports, reset: 0xff },
      ...(ports === 5
        ? { INTERRUPT_MASK: { at: 4 * stride, count: ports, reset: 0xff } }
        : { AGILE: { at: 0x40, count: 0x40 } }),
    },
    ...pinProperties(8 * ports),
    pins: ['INT'],
  } as const satisfies DataSheet;
};

/** The byte of a port, of a number that may have more than 32 bits. */
const portOf = (pins: number, port: number) => Math.floor(pins / 256 ** port) % 256;

const modelOf = ({ ports }: Row): Model<DataSheet> => {
  const stride = strideOf(ports);
  const all = Array.from({ length: ports }, (_, port) => port);

  return (_registers, { sense, pin, keep, peek }) => {
    const outside = sense as unknown as { inputs: number };
    const { INT } = pin as unknown as { INT: { set(high: boolean): void } };
    /** What a reader of the input ports saw last, and whether the number goes on. */
    const state = keep({ seen: all.map(() => 0xff), goesOn: false });

    const isInput = (port: number) => peek(3 * stride + port);
    const level = (port: number) =>
      (portOf(outside.inputs, port) & isInput(port)) | (peek(stride + port) & ~isInput(port) & 0xff);
    /** On PCA9506 a 1 masks; the others have no mask here. */
    const listens = (port: number) => isInput(port) & (ports === 5 ? ~peek(4 * stride + port) : 0xff);
    const drive = () =>
      INT.set(all.every((port) => ((level(port) ^ (state.seen[port] as number)) & listens(port)) === 0));
    const together = (byte: (port: number) => number) =>
      all.reduce((sum, port) => sum + byte(port) * 256 ** port, 0);

    return {
      onRead: {
        INPUT(port: number) {
          const now = level(port);
          state.seen[port] = now;
          drive();
          return now ^ peek(2 * stride + port);
        },
      },
      afterWrite: drive,
      sensed: drive,
      restored: drive,
      reset() {
        state.goesOn = false;
        for (const port of all) state.seen[port] = level(port);
        drive();
      },
      pointer(number) {
        state.goesOn = (number & GO_ON) !== 0;
        return number & ~GO_ON;
      },
      /** A burst goes round the ports of one kind of register. */
      next(address) {
        if (!state.goesOn) return address;
        const first = address - (address % stride);
        return address - first >= ports - 1 ? first : address + 1;
      },
      properties: {
        get pins() {
          return together(level);
        },
        get outputs() {
          return together((port) => ~isInput(port) & 0xff);
        },
      },
    };
  };
};

export const parts: readonly Part[] = ROWS.map(
  (row) => ({ ...sheetOf(row), model: modelOf(row) as Part['model'] }) as Part,
);
