import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const sheet = {
  source: 'Renesas 9FGV0841 data sheet, "SMBus Table"; Linux drivers/clk/clk-renesas-pcie.c',
  notModelled: ['the clocks themselves', 'the OE pins'],
  node: 'clk',
  bus: { i2c: { form: 'other', address: 0x68 } },
  shows: {
    outputs: { kind: 'integer', range: [0, 255], doc: 'outputs that are enabled, a bit each' },
    amplitude: {
      kind: 'number',
      range: [0.6, 0.9],
      initial: 0.8,
      unit: 'V',
      doc: 'amplitude of the outputs',
    },
    spread: {
      kind: 'number',
      range: [-0.5, 0],
      unit: '%',
      doc: 'how far spread spectrum lowers the frequency',
    },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

const [OE, SPREAD, VENDOR, DEVICE, COUNT] = [0, 1, 5, 6, 7];
const RENESAS = 1;

const modelOf =
  (outputs: number): Model<Sheet> =>
  (_registers, { keep }) => {
    const enabled = outputs === 8 ? 0xff : ((1 << outputs) - 1) << 1;
    const powerOn = () => [enabled, 0x06, enabled, 0xdf, 0x00, RENESAS, outputs, 8];
    const state = keep({ bytes: powerOn(), pointer: 0, left: 0 });
    let received = 0;
    let read = 0;
    const bytes = () => state.bytes as number[];

    /** A register, how many bytes follow, and these: SMBus block write. Ids stay. */
    function put(byte: number): void {
      if (received === 0) state.pointer = byte & 0x1f;
      else if (received === 1) state.left = byte;
      else if (state.left > 0) {
        state.left--;
        if (state.pointer < bytes().length && state.pointer !== VENDOR && state.pointer !== DEVICE)
          bytes()[state.pointer] = byte;
        state.pointer = (state.pointer + 1) & 0x1f;
      }
      received++;
    }
    return {
      reset() {
        Object.assign(state, { bytes: powerOn(), pointer: 0, left: 0 });
        received = 0;
      },
      properties: {
        get outputs() {
          const bits = bytes()[OE] as number;
          return outputs === 8 ? bits : (bits & enabled) >> 1;
        },
        get amplitude() {
          return 0.6 + 0.1 * ((bytes()[SPREAD] as number) & 3);
        },
        get spread() {
          return [0, -0.25, 0, -0.5][((bytes()[SPREAD] as number) >> 3) & 3] as number;
        },
      },
      i2c: {
        start(_address, isRead) {
          if (!isRead) received = 0;
          read = 0;
          return true;
        },
        write(data) {
          for (const byte of data) put(byte);
          return data.length;
        },
        /** SMBus block read: as many bytes as register 7 says, behind their number. */
        read(into) {
          for (let index = 0; index < into.length; index++, read++) {
            into[index] = read === 0 ? (bytes()[COUNT] as number) : (bytes()[state.pointer] ?? 0);
            if (read > 0) state.pointer = (state.pointer + 1) & 0x1f;
          }
        },
      },
    };
  };

export const parts: readonly Part[] = ([2, 4, 8] as const).map((outputs) => ({
  ...sheet,
  compatible: [`renesas,9fgv0${outputs}41`],
  title: `9FGV0${outputs}41 clock generator for PCI Express, ${outputs} outputs`,
  model: modelOf(outputs),
}));
