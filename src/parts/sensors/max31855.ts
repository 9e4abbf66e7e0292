import type { DataSheet, Properties } from '../data-sheet.ts';
import type { Model, Part, SpiBehaviour } from '../model.ts';

const THERMOCOUPLE = { unit: '°C', initial: 25, step: 0.25, doc: 'the hot end of the thermocouple' } as const;

const MAX31855_SENSES = {
  thermocouple: { ...THERMOCOUPLE, range: [-270, 1800] },
  temperature: { unit: '°C', range: [-40, 125], initial: 25, step: 0.0625, doc: 'the cold end: the die' },
  open: { kind: 'flag', doc: 'the thermocouple is not connected' },
  shortToGround: { kind: 'flag', doc: 'the thermocouple touches GND' },
  shortToSupply: { kind: 'flag', doc: 'the thermocouple touches VCC' },
} as const satisfies Properties;

const max31855 = {
  compatible: ['maxim,max31855k', 'maxim,max31855'],
  title: 'MAX31855 thermocouple converter',
  source: 'Maxim 19-5793',
  notModelled: ['the thermocouple is ideal: its code is its temperature', 'noise'],
  node: 'thermocouple',
  bus: { spi: { form: 'other', modes: 0b0001, maxSpeedHz: 5_000_000 } },
  senses: MAX31855_SENSES,
} as const satisfies DataSheet;

const max6675 = {
  compatible: ['maxim,max6675'],
  title: 'MAX6675 thermocouple converter',
  source: 'Maxim 19-2235',
  notModelled: ['the thermocouple is ideal: its code is its temperature', 'noise'],
  node: 'thermocouple',
  bus: { spi: { form: 'other', modes: 0b0011, maxSpeedHz: 4_300_000 } },
  senses: {
    thermocouple: { ...THERMOCOUPLE, range: [0, 1023.75] },
    open: { kind: 'flag', doc: 'the thermocouple is not connected' },
  },
} as const satisfies DataSheet;

/** Memory map (MAX31855, table 2). */
const FAULT = 0x0001_0000;
const [SCV, SCG, OC] = [4, 2, 1];

/** Bits, the most significant first, from the fall of chip select on; after them zeros. */
function shiftedOut(bits: number, word: () => number): SpiBehaviour {
  let [value, sent] = [0, 0];
  return {
    select() {
      value = word();
      sent = 0;
    },
    transfer(_tx, rx, length) {
      for (let at = 0; at < length; at++, sent += 8) {
        const shift = bits - 8 - sent;
        if (rx !== undefined) rx[at] = shift < 0 ? 0 : value >>> shift;
      }
    },
  };
}

const modelOf31855: Model<typeof max31855> = (_registers, { sense, quantize }) => ({
  spi: shiftedOut(32, () => {
    const fault = (sense.open ? OC : 0) | (sense.shortToGround ? SCG : 0) | (sense.shortToSupply ? SCV : 0);
    const hot = (quantize(sense.thermocouple, 0.25, 14) & 0x3fff) << 18;
    const cold = (quantize(sense.temperature, 0.0625, 12) & 0xfff) << 4;
    return (hot | cold | fault | (fault === 0 ? 0 : FAULT)) >>> 0;
  }),
});

/** "Serial interface": D14 to D3 the temperature, D2 an open thermocouple. */
const modelOf6675: Model<typeof max6675> = (_registers, { sense, clamp }) => ({
  spi: shiftedOut(
    16,
    () => (clamp(Math.round(sense.thermocouple * 4), 0, 0xfff) << 3) | (sense.open ? 4 : 0),
  ),
});

export const parts: readonly Part[] = [
  { ...max31855, model: modelOf31855 },
  { ...max6675, model: modelOf6675 },
];
