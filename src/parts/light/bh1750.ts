import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

const sheet = {
  compatible: ['rohm,bh1750'],
  title: 'BH1750 ambient light sensor',
  source: 'ROHM BH1750FVI',
  notModelled: ['the DVI pin', 'the sensitivity to colours'],
  node: 'light-sensor',
  bus: { i2c: { form: 'commands', address: 0x23 } },
  // "Instruction Set Architecture".
  instructions: [
    { opcode: 0x00, name: 'power down' },
    { opcode: 0x01, name: 'power on' },
    { opcode: 0x07, name: 'reset' },
    { opcode: 0x10, name: 'continuous, 1 lx', data: 'in' },
    { opcode: 0x11, name: 'continuous, 0.5 lx', data: 'in' },
    { opcode: 0x13, name: 'continuous, 4 lx', data: 'in' },
    { opcode: 0x20, name: 'one time, 1 lx', data: 'in' },
    { opcode: 0x21, name: 'one time, 0.5 lx', data: 'in' },
    { opcode: 0x23, name: 'one time, 4 lx', data: 'in' },
  ],
  senses: {
    illuminance: { unit: 'lx', range: [0, 100_000], initial: 100, doc: 'light on the sensor' },
  },
} as const satisfies DataSheet;

const POWER_DOWN = 0x00;
const POWER_ON = 0x01;
const RESET = 0x07;
/** Upper nibble of a measuring opcode; the lower two bits are the resolution mode. */
const CONTINUOUS = 0x10;
const ONE_TIME = 0x20;
const L_RESOLUTION = 3;
const H_RESOLUTION_2 = 1;
/** Measurement time register: 69 is 120 ms in the H modes; results grow in proportion. */
const MT_RESET = 69;

const model: Model<typeof sheet> = (_registers, { sense, keep, once, every, misuse, clamp }) => {
  const registers = keep({ powered: false, mode: 0, mt: MT_RESET, data: 0, position: 0 });
  const duration = () => ((registers.mode & 3) === L_RESOLUTION ? 16e6 : 120e6) * (registers.mt / MT_RESET);

  /** The first result, or the only one: one time is followed by power-down. */
  const first = once((lateNs) => {
    measure();
    if ((registers.mode & ONE_TIME) !== 0) Object.assign(registers, { powered: false, mode: 0 });
    else further.restart(lateNs);
  });
  const further = every(() => (isContinuous() && !first.pending ? duration() : 0), measure);

  const isContinuous = () => (registers.mode & 0xf0) === CONTINUOUS;

  function measure(): void {
    const fine = (registers.mode & 3) === H_RESOLUTION_2 ? 2 : 1;
    const counts = Math.round((sense.illuminance * 1.2 * registers.mt * fine) / MT_RESET);
    registers.data = clamp(counts, 0, 0xffff);
  }

  function command(opcode: number): void {
    const measures = opcode & 0xf0;
    if (opcode === POWER_DOWN) powerDown();
    else if (opcode === POWER_ON) registers.powered = true;
    else if (opcode === RESET) registers.data = registers.powered ? 0 : registers.data;
    else if ((opcode & 0xf8) === 0x40) registers.mt = (registers.mt & 0x1f) | ((opcode & 7) << 5);
    else if ((opcode & 0xe0) === 0x60) registers.mt = (registers.mt & 0xe0) | (opcode & 0x1f);
    else if (measures === CONTINUOUS || measures === ONE_TIME) {
      Object.assign(registers, { powered: true, mode: opcode });
      first.start(duration());
    } else misuse(`command ${opcode}`, `command 0x${opcode.toString(16)}: no such command`);
  }

  function powerDown(): void {
    Object.assign(registers, { powered: false, mode: 0 });
    first.cancel();
  }

  return {
    reset() {
      powerDown();
      Object.assign(registers, { mt: MT_RESET, data: 0 });
    },
    i2c: {
      start() {
        registers.position = 0;
        return true;
      },
      write(data) {
        for (const opcode of data) command(opcode);
        return data.length;
      },
      read(into) {
        const { data } = registers;
        for (let i = 0; i < into.length; i++) into[i] = registers.position++ % 2 === 0 ? data >> 8 : data;
      },
    },
  };
};

export const parts = [{ ...sheet, model }];
