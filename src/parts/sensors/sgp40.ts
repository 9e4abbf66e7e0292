import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

const [MEASURE_RAW, SELF_TEST, HEATER_OFF, SERIAL_NUMBER] = [0x260f, 0x280e, 0x3615, 0x3682];

const sheet = {
  compatible: ['sensirion,sgp40'],
  title: 'SGP40 gas sensor',
  source: 'Sensirion SGP40, version 1.2',
  notModelled: [
    'humidity and temperature that a measurement is given change nothing: rawVoc is what it answers',
    'the time that the hotplate takes to warm up',
    'noise',
  ],
  node: 'gas-sensor',
  bus: { i2c: { form: 'commands', address: 0x59 } },
  // Table 8 "I2C commands", and their longest times.
  instructions: [
    { opcode: MEASURE_RAW, name: 'measure raw signal', data: 'in', operand: 30e6 },
    { opcode: SELF_TEST, name: 'self test', data: 'in', operand: 320e6 },
    { opcode: HEATER_OFF, name: 'heater off' },
    { opcode: SERIAL_NUMBER, name: 'read serial number', data: 'in', operand: 1e6 },
  ],
  senses: {
    rawVoc: {
      unit: 'ticks',
      range: [0, 0xffff],
      initial: 30_000,
      step: 1,
      doc: 'raw signal SRAW_VOC: by the logarithm of the resistance, less with more gas',
    },
  },
} as const satisfies DataSheet;

const CRC_START = 0xff;
const SERIAL = [0x0000, 0x0102, 0x0304];
const TESTS_PASSED = 0xd400;
/** A command, and two words with a checksum each. */
const MEASURE_LENGTH = 8;

const model: Model<typeof sheet> = (_registers, kit) => {
  const { sense, keep, once, crc8, misuse, reset: powerOn, wordsWithCrc } = kit;
  const state = keep({ length: 0, position: 0 });
  const answer = keep(new Uint8Array(9));
  const working = once();
  const received: number[] = [];
  let called = false;

  function begin(words: readonly number[], ns: number): void {
    const bytes = wordsWithCrc(words, CRC_START);
    answer.set(bytes);
    state.length = bytes.length;
    working.start(ns);
  }

  const isRight = (from: number) =>
    crc8(Uint8Array.from(received.slice(from, from + 2)), CRC_START) === received[from + 2];

  /** @returns whether the last byte is acknowledged */
  function byte(): boolean {
    const [high = 0, low = 0] = received;
    const code = (high << 8) | low;
    if (received.length === 2 && code !== MEASURE_RAW) command(code);
    if (code !== MEASURE_RAW) return true;
    if (received.length === 5) return isRight(2);
    if (received.length !== MEASURE_LENGTH) return true;
    if (!isRight(2) || !isRight(5)) return false;
    begin([Math.round(sense.rawVoc)], 30e6);
    return true;
  }

  function command(code: number): void {
    if (code === SELF_TEST) begin([TESTS_PASSED], 320e6);
    else if (code === SERIAL_NUMBER) begin(SERIAL, 1e6);
    else if (code === HEATER_OFF) state.length = 0;
    else misuse(`command ${code}`, `command 0x${code.toString(16)}: no such command`);
  }

  return {
    sharedAddresses: () => [0],
    reset() {
      state.length = 0;
      working.cancel();
    },
    i2c: {
      /** While it works, and when nothing was asked, a read is not acknowledged. */
      start(address, read) {
        received.length = 0;
        state.position = 0;
        called = address === 0;
        if (called) return !read;
        return read ? state.length > 0 && !working.pending : !working.pending;
      },
      write(data) {
        for (const [index, value] of data.entries()) {
          received.push(value);
          // 06h of the general call is all that a general call has for it.
          if (called) {
            if (received.length === 1 && value === 0x06) powerOn();
          } else if (!byte()) return index;
        }
        return data.length;
      },
      read(into) {
        for (let index = 0; index < into.length; index++) {
          into[index] = state.position < state.length ? (answer[state.position] as number) : 0xff;
          state.position++;
        }
      },
      stop() {
        if (state.position > 0) state.length = 0;
      },
    },
  };
};

export const parts = [{ ...sheet, model }];
