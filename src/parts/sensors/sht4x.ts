import { busyWith } from '../busy.ts';
import type { DataSheet, Instruction } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { CLIMATE, codeOf } from './climate.ts';

/** Table 8: command and typical duration in ns. The heater commands measure at their end. */
const MEASURE: readonly (readonly [opcode: number, name: string, ns: number])[] = [
  [0xfd, 'measure, high precision', 6.9e6],
  [0xf6, 'measure, medium precision', 3.7e6],
  [0xe0, 'measure, low precision', 1.3e6],
  [0x39, 'heat 200 mW for 1 s, measure', 1e9],
  [0x32, 'heat 200 mW for 0.1 s, measure', 1e8],
  [0x2f, 'heat 110 mW for 1 s, measure', 1e9],
  [0x24, 'heat 110 mW for 0.1 s, measure', 1e8],
  [0x1e, 'heat 20 mW for 1 s, measure', 1e9],
  [0x15, 'heat 20 mW for 0.1 s, measure', 1e8],
];

const sheet = {
  compatible: ['sensirion,sht4x', 'sensirion,sht40', 'sensirion,sht41', 'sensirion,sht45'],
  title: 'SHT4x humidity and temperature sensor',
  source: 'Sensirion SHT4x',
  notModelled: ['the heater warms nothing', 'accuracy: a measurement is exact at every precision'],
  node: 'sensor',
  bus: { i2c: { form: 'commands', address: 0x44 } },
  instructions: [
    ...MEASURE.map(
      ([opcode, name, operand]) => ({ opcode, name, data: 'in', does: 'measure', operand }) as const,
    ),
    { opcode: 0x89, name: 'read serial number', data: 'in', does: 'read-serial' },
    { opcode: 0x94, name: 'soft reset', does: 'reset' },
  ],
  senses: CLIMATE,
} as const satisfies DataSheet;

/** 4.6 "Conversion of signal output". */
const HUMIDITY = { offset: -6, span: 125, full: 65535 };
const TEMPERATURE = { offset: -45, span: 175, full: 65535 };
const CRC_START = 0xff;
const SERIAL = [0x0f12, 0x3456];

const COMMANDS = new Map<number, Instruction>(sheet.instructions.map((one) => [one.opcode, one]));

const model: Model<typeof sheet> = (_registers, { sense, answer, misuse, reset, clamp, wordsWithCrc }) => {
  const result = answer();

  function command(byte: number): void {
    const { does, operand = 0 } = COMMANDS.get(byte) ?? {};
    if (does === 'measure') {
      const words = [codeOf(sense.temperature, TEMPERATURE, clamp), codeOf(sense.humidity, HUMIDITY, clamp)];
      result.begin(wordsWithCrc(words, CRC_START), operand);
    } else if (does === 'read-serial') result.begin(wordsWithCrc(SERIAL, CRC_START), 0);
    else if (does === 'reset') reset();
    else misuse(`command ${byte}`, `command 0x${byte.toString(16)}: no such command`);
  }

  return {
    reset: () => result.clear(),
    i2c: {
      busyReason: () => busyWith('measurement', result.remainingNs),
      /** While it measures, and when nothing was asked, a read is not acknowledged. */
      start(_address, read) {
        const measuring = result.remainingNs > 0;
        if (measuring) misuse('measuring', 'it was addressed before its measurement has ended');
        return read ? result.hasAnswer && !measuring : !measuring;
      },
      write(data) {
        for (const byte of data) command(byte);
        return data.length;
      },
      read: (into) => result.read(into),
      stop() {
        if (result.position > 0) result.clear();
      },
    },
  };
};

export const parts = [{ ...sheet, model }];
