import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

/** Words of the PROM: a reserved one, C1 to C6 of the example (figure 2), and one whose lowest bits are the checksum. */
const PROM = [0x0000, 40_127, 36_924, 23_317, 23_282, 33_464, 28_312, 0x0000];
const [, C1 = 0, C2 = 0, C3 = 0, C4 = 0, C5 = 0, C6 = 0] = PROM;

const [RESET, CONVERT_D1, CONVERT_D2, READ_ADC, READ_PROM] = [0x1e, 0x40, 0x50, 0x00, 0xa0];
/** Samples of a conversion double with each step of its command, and so about does its time (table "ADC"). */
const SAMPLES = [256, 512, 1024, 2048, 4096] as const;
const CONVERSION_NS = [0.54e6, 1.06e6, 2.08e6, 4.13e6, 8.22e6] as const;

const sheet = {
  compatible: ['meas,ms5611'],
  title: 'MS5611 pressure sensor',
  source: 'TE Connectivity MS5611-01BA03, ENG_DS_MS5611-01BA03_B3',
  notModelled: ['resolution: a conversion is exact with any number of samples', 'noise'],
  node: 'pressure',
  bus: { i2c: { form: 'commands', address: 0x77 } },
  instructions: [
    { opcode: RESET, name: 'reset' },
    ...SAMPLES.map((samples, step) => ({
      opcode: CONVERT_D1 + 2 * step,
      name: `convert pressure, ${samples} samples`,
    })),
    ...SAMPLES.map((samples, step) => ({
      opcode: CONVERT_D2 + 2 * step,
      name: `convert temperature, ${samples} samples`,
    })),
    { opcode: READ_ADC, name: 'read result', data: 'in' },
    ...PROM.map((_, word) => ({
      opcode: READ_PROM + 2 * word,
      name: `read PROM word ${word}`,
      data: 'in' as const,
    })),
  ],
  senses: {
    temperature: { unit: '°C', range: [-40, 85], initial: 25, doc: 'what the sensor feels' },
    pressure: { unit: 'Pa', range: [1000, 120_000], initial: 101_325, doc: 'pressure of the air' },
  },
} as const satisfies DataSheet;

/** AN520: a checksum of four bits over all words, its own bits 0. */
function checksum(words: readonly number[]): number {
  let rest = 0;
  for (const word of words) {
    for (const byte of [word >> 8, word & 0xff]) {
      rest ^= byte;
      for (let bit = 0; bit < 8; bit++)
        rest = ((rest & 0x8000) === 0 ? rest << 1 : (rest << 1) ^ 0x3000) & 0xffff;
    }
  }
  return rest >> 12;
}

/** Figures 2 and 3, with second order: hundredths of °C, and Pa, which a reader makes of the two codes. */
function reading(d1: number, d2: number): { readonly temperature: number; readonly pressure: number } {
  const dt = d2 - C5 * 2 ** 8;
  let temperature = 2000 + (dt * C6) / 2 ** 23;
  let offset = C2 * 2 ** 16 + (C4 * dt) / 2 ** 7;
  let sensitivity = C1 * 2 ** 15 + (C3 * dt) / 2 ** 8;
  if (temperature < 2000) {
    const below = (temperature - 2000) ** 2;
    let [offset2, sensitivity2] = [(5 * below) / 2, (5 * below) / 4];
    if (temperature < -1500) {
      const veryLow = (temperature + 1500) ** 2;
      offset2 += 7 * veryLow;
      sensitivity2 += (11 * veryLow) / 2;
    }
    temperature -= dt ** 2 / 2 ** 31;
    offset -= offset2;
    sensitivity -= sensitivity2;
  }
  return { temperature, pressure: ((d1 * sensitivity) / 2 ** 21 - offset) / 2 ** 15 };
}

/** The code of 24 bits for which a rising `formula` comes first to `wanted`. */
function invert(wanted: number, formula: (code: number) => number): number {
  let [low, high] = [0, 2 ** 24 - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (formula(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

const model: Model<typeof sheet> = (_registers, { sense, keep, once, misuse, reset: powerOn }) => {
  const words = [...PROM];
  words[7] = checksum(PROM);
  const state = keep({ running: 0, result: 0 });
  const answer = keep(new Uint8Array(3));
  let position = 0;
  const conversion = once(() => {
    state.result = state.running;
  });

  const temperatureCode = () => invert(sense.temperature * 100, (code) => reading(0, code).temperature);
  function pressureCode(): number {
    const d2 = temperatureCode();
    return invert(sense.pressure, (code) => reading(code, d2).pressure);
  }

  function command(byte: number): void {
    answer.fill(0);
    const step = (byte & 0x0f) >> 1;
    if (byte === RESET) powerOn();
    else if (byte === READ_ADC) {
      // Before the end of a conversion the result is 0, and it can be read once.
      const { result } = state;
      answer.set([result >> 16, result >> 8, result]);
      state.result = 0;
    } else if (byte >= READ_PROM && byte < READ_PROM + 2 * words.length) {
      const word = words[step] as number;
      answer.set([word >> 8, word]);
    } else if (byte >= CONVERT_D1 && step < SAMPLES.length && byte < CONVERT_D2 + 0x10) {
      state.result = 0;
      state.running = byte < CONVERT_D2 ? pressureCode() : temperatureCode();
      conversion.start(CONVERSION_NS[step] as number);
    } else misuse(`command ${byte}`, `command 0x${byte.toString(16)}: no such command`);
  }

  return {
    reset() {
      conversion.cancel();
      state.result = 0;
    },
    i2c: {
      start() {
        position = 0;
        return true;
      },
      write(data) {
        for (const byte of data) command(byte);
        return data.length;
      },
      read(into) {
        for (let index = 0; index < into.length; index++) into[index] = answer[position++] ?? 0;
      },
    },
  };
};

export const parts = [{ ...sheet, model }];
