import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { pinProperties } from './expander.ts';

/** What the expanders of this family differ in. */
interface Row {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly source: string;
  readonly ports: 1 | 2;
  /** Polarity inversion after power-on. */
  readonly polarity?: number;
}

const ROWS: readonly Row[] = [
  {
    compatible: [
      'nxp,pca9554',
      'nxp,pca9534',
      'nxp,pca9538',
      'onnn,pca9654',
      'nxp,pca6408',
      'ti,tca6408',
      'ti,tca9534',
      'ti,tca9538',
      'ti,tca9554',
    ],
    title: 'PCA9554 GPIO expander, 8 pins',
    source: 'NXP PCA9554',
    ports: 1,
  },
  {
    compatible: ['nxp,pca9557'],
    title: 'PCA9557 GPIO expander, 8 pins',
    source: 'NXP PCA9557',
    ports: 1,
    polarity: 0xf0,
  },
  {
    compatible: [
      'nxp,pca9555',
      'nxp,pca9535',
      'nxp,pca9539',
      'nxp,pca6416',
      'ti,tca6416',
      'ti,tca9535',
      'ti,tca9539',
      'ti,tca9555',
    ],
    title: 'PCA9555 GPIO expander, 16 pins',
    source: 'NXP PCA9555',
    ports: 2,
  },
];

/** PCA9555 6.2: four registers for each port of 8 pins. */
const sheetOf = ({ compatible, title, source, ports, polarity = 0 }: Row) =>
  ({
    compatible,
    title,
    source,
    notModelled: ['pull-up resistors: the outside drives every input'],
    node: 'gpio',
    bus: { i2c: { form: 'byte registers', address: 0x20, last: 4 * ports - 1 } },
    registers: {
      INPUT: { at: 0, count: ports, access: 'ro' },
      OUTPUT: { at: ports, count: ports, reset: 0xff },
      POLARITY: { at: 2 * ports, count: ports, reset: polarity },
      CONFIGURATION: { at: 3 * ports, count: ports, reset: 0xff },
    },
    ...pinProperties(8 * ports),
    pins: ['INT'],
  }) as const satisfies DataSheet;

const modelOf =
  (ports: number): Model<ReturnType<typeof sheetOf>> =>
  ({ OUTPUT, POLARITY, CONFIGURATION }, { sense, pin: { INT }, keep }) => {
    /** What a reader of the input port last saw. */
    const read = keep({ seen: 2 ** (8 * ports) - 1 });

    const port = (register: typeof OUTPUT) =>
      ports === 1 ? register.value : register.value | (register.get(1) << 8);

    function levels(): number {
      const inputs = port(CONFIGURATION);
      return ((sense['inputs'] as number) & inputs) | (port(OUTPUT) & ~inputs);
    }

    /** INT is low while an input differs from what was read last. */
    const drive = () => INT.set(((levels() ^ read.seen) & port(CONFIGURATION)) === 0);

    return {
      onRead: {
        INPUT(index) {
          const shift = 8 * index;
          const now = (levels() >> shift) & 0xff;
          read.seen = (read.seen & ~(0xff << shift)) | (now << shift);
          drive();
          return now ^ POLARITY.get(index);
        },
      },
      afterWrite: drive,
      sensed: drive,
      restored: drive,
      reset() {
        read.seen = levels();
        drive();
      },
      /** A burst goes round the ports of one register. */
      next: (address) => address - (address % ports) + ((address + 1) % ports),
      properties: {
        get pins() {
          return levels();
        },
        get outputs() {
          return ~port(CONFIGURATION) & (2 ** (8 * ports) - 1);
        },
      },
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row.ports) }));
