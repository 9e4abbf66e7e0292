import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { pinProperties } from './expander.ts';

const ROWS = [
  {
    compatible: ['nxp,pcf8574', 'nxp,pcf8574a', 'nxp,pca8574', 'nxp,pca9670', 'nxp,pca9672', 'nxp,pca9674'],
    title: 'PCF8574 GPIO expander, 8 pins',
    source: 'NXP PCF8574',
    ports: 1,
  },
  {
    compatible: ['nxp,pcf8575', 'nxp,pca8575', 'nxp,pca9671', 'nxp,pca9673', 'nxp,pca9675'],
    title: 'PCF8575 GPIO expander, 16 pins',
    source: 'NXP PCF8575',
    ports: 2,
  },
] as const;

const sheetOf = ({ compatible, title, source, ports }: (typeof ROWS)[number]) =>
  ({
    compatible,
    title,
    source,
    notModelled: ['the reset and identification of PCA9670 and its relatives', 'strength of the pull-ups'],
    node: 'gpio',
    bus: { i2c: { form: 'other', address: 0x20 } },
    ...pinProperties(8 * ports),
    pins: ['INT'],
  }) as const satisfies DataSheet;

/**
 * No registers. What is written goes to the quasi-bidirectional pins: a 0 pulls a pin down, a 1 lets it go, so that the
 * outside may pull it down. Bytes are the ports in turn.
 */
const modelOf =
  (ports: number): Model<ReturnType<typeof sheetOf>> =>
  (_registers, { sense, keep, pin: { INT } }) => {
    const all = 2 ** (8 * ports) - 1;
    const state = keep({ latch: all, seen: all, port: 0 });
    const levels = () => state.latch & (sense['inputs'] as number);
    const drive = () => INT.set(levels() === state.seen);

    /** A read or a write resets the interrupt. */
    function settle(): void {
      state.seen = levels();
      drive();
    }

    function nextShift(): number {
      const { port } = state;
      state.port = (port + 1) % ports;
      return 8 * port;
    }

    return {
      sensed: drive,
      restored: drive,
      reset() {
        state.latch = all;
        settle();
      },
      properties: {
        get pins() {
          return levels();
        },
        get outputs() {
          return ~state.latch & all;
        },
      },
      i2c: {
        start() {
          state.port = 0;
          return true;
        },
        write(data) {
          for (const byte of data) {
            const shift = nextShift();
            state.latch = (state.latch & ~(0xff << shift)) | (byte << shift);
          }
          settle();
          return data.length;
        },
        read(into) {
          for (let i = 0; i < into.length; i++) into[i] = levels() >> nextShift();
          settle();
        },
      },
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row.ports) }));
