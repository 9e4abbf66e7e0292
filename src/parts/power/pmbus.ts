import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { CMD, type Design, type Limit, PmbusEngine } from './pmbus-engine.ts';
import { LINEAR11, linear16 } from './pmbus-formats.ts';
import { pmbusBehaviour } from './pmbus-wire.ts';

const sheet = {
  source: 'PMBus Power System Management Protocol, revision 1.3, parts I and II',
  notModelled: [
    'what a fault does to the output, retries and delays, sequencing and trim',
    'commands of makers but for their ids, histories of peaks, and EEPROM',
    'QUERY, COEFFICIENTS and PAGE_PLUS',
  ],
  node: 'regulator',
  bus: { i2c: { form: 'other', address: 0x40 } },
  pins: ['ALERT'],
  senses: {
    vin: { range: [0, 80], unit: 'V', initial: 12, doc: 'input voltage' },
    vout: { range: [0, 30], unit: 'V', initial: 1, doc: 'output voltage of page 0' },
    iout: { range: [0, 200], unit: 'A', initial: 2, doc: 'output current of page 0' },
    temperature: { range: [-50, 200], unit: '°C', initial: 35, doc: 'what its first thermometer feels' },
    vout1: { range: [0, 30], unit: 'V', initial: 1, doc: 'output voltage of page 1, where there is one' },
    iout1: { range: [0, 200], unit: 'A', initial: 2, doc: 'output current of page 1, where there is one' },
    communicationFaults: {
      kind: 'integer',
      range: [0, 255],
      doc: 'bits that STATUS_CML has beside those that it sets: 10h is a fault of its memory',
    },
    makerFaults: { kind: 'integer', range: [0, 255], doc: 'bits of STATUS_MFR_SPECIFIC' },
  },
  shows: {
    on: { kind: 'flag', doc: 'whether OPERATION has page 0 on' },
    commandedVout: { unit: 'V', range: [0, 30], doc: 'what VOUT_COMMAND asks of page 0' },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

interface Kind {
  readonly pages: 1 | 2;
  /** VOUT_MODE: linear, with this exponent. */
  readonly exponent: number;
  /** Commands of its own: number, and bytes or a text that they answer. */
  readonly ids: Readonly<Record<number, readonly number[] | string>>;
}

type Quantity = 'vin' | 'vout' | 'iout' | 'temperature' | 'pout';

/** A limit as an `Limit` of the engine, but with its value after power-on in its unit. */
const LIMITS: readonly Limit<Quantity>[] = [
  [0x40, 'vout', 25, true, CMD.STATUS_VOUT, 0x80],
  [0x42, 'vout', 24, true, CMD.STATUS_VOUT, 0x40],
  [0x43, 'vout', 0, false, CMD.STATUS_VOUT, 0x20],
  [0x44, 'vout', 0, false, CMD.STATUS_VOUT, 0x10],
  [0x46, 'iout', 200, true, CMD.STATUS_IOUT, 0x80],
  [0x4a, 'iout', 200, true, CMD.STATUS_IOUT, 0x20],
  [0x4f, 'temperature', 125, true, CMD.STATUS_TEMPERATURE, 0x80],
  [0x51, 'temperature', 110, true, CMD.STATUS_TEMPERATURE, 0x40],
  [0x55, 'vin', 80, true, CMD.STATUS_INPUT, 0x80],
  [0x57, 'vin', 78, true, CMD.STATUS_INPUT, 0x40],
  [0x58, 'vin', 0, false, CMD.STATUS_INPUT, 0x20],
  [0x59, 'vin', 0, false, CMD.STATUS_INPUT, 0x10],
];
const STATUS = [
  CMD.STATUS_VOUT,
  CMD.STATUS_IOUT,
  CMD.STATUS_INPUT,
  CMD.STATUS_TEMPERATURE,
  CMD.STATUS_CML,
  CMD.STATUS_MFR,
];
const READINGS: Readonly<Record<number, Quantity>> = {
  [CMD.READ_VIN]: 'vin',
  [CMD.READ_VOUT]: 'vout',
  [CMD.READ_IOUT]: 'iout',
  [CMD.READ_TEMPERATURE_1]: 'temperature',
  [CMD.READ_TEMPERATURE_2]: 'temperature',
  [CMD.READ_POUT]: 'pout',
};

const modelOf =
  ({ pages, exponent, ids }: Kind): Model<Sheet> =>
  (_registers, { sense, keep, pin: { ALERT }, addresses: [address = 0x40] }) => {
    const volts = linear16(exponent);
    const format = (quantity: Quantity) => (quantity === 'vout' ? volts : LINEAR11);
    const measure = (quantity: Quantity, page: number): number => {
      const [vout, iout] = page === 0 ? [sense.vout, sense.iout] : [sense.vout1, sense.iout1];
      return { vin: sense.vin, vout, iout, temperature: sense.temperature, pout: vout * iout }[quantity];
    };
    const design: Design<Quantity> = {
      pages,
      revision: 0x33,
      canBeProtected: true,
      clearsBits: true,
      status: STATUS,
      readings: READINGS,
      limits: LIMITS.map(([command, of, initial, ...rest]) => [
        command,
        of,
        format(of).encode(initial),
        ...rest,
      ]),
      settings: { [CMD.VOUT_COMMAND]: { bytes: 2, initial: volts.encode(1), writable: 0xffff } },
      answers: { ...ids, [CMD.VOUT_MODE]: [exponent & 0x1f] },
      measure,
      format,
      held: (register) =>
        register === CMD.STATUS_CML
          ? sense.communicationFaults
          : register === CMD.STATUS_MFR
            ? sense.makerFaults
            : 0,
    };
    const engine = new PmbusEngine(design, { keep, alert: ALERT });
    return {
      ...pmbusBehaviour(engine, address, () => engine.reset(), ALERT),
      properties: {
        get on() {
          return engine.on;
        },
        get commandedVout() {
          return volts.decode(engine.stored(CMD.VOUT_COMMAND) ?? 0);
        },
      },
    };
  };

/** Ids of makers beside MFR_ID and MFR_MODEL. */
const MFR = { DEVICE_ID: 0xad, SPECIAL_ID: 0xe7, COMMON: 0xef } as const;
/** MFR_COMMON of Linear's: not busy, nothing pending. */
const READY = [0x60];

const ROWS: readonly (readonly [compatible: readonly [string, ...string[]], title: string, kind: Kind])[] = [
  [
    ['maxim,max15301', 'maxim,max15303'],
    'MAX15301 PMBus voltage regulator',
    {
      pages: 1,
      exponent: -12,
      ids: { [CMD.MFR_ID]: 'MAXIM', [CMD.MFR_MODEL]: 'MAX15301', [MFR.DEVICE_ID]: 'MAX15301' },
    },
  ],
  [
    ['lltc,ltc3882'],
    'LTC3882 PMBus voltage regulator, two outputs',
    {
      pages: 2,
      exponent: -12,
      ids: {
        [CMD.MFR_ID]: 'LTC',
        [CMD.MFR_MODEL]: 'LTC3882',
        [MFR.SPECIAL_ID]: [0x00, 0x42],
        [MFR.COMMON]: READY,
      },
    },
  ],
];

export const parts: readonly Part[] = ROWS.map(([compatible, title, kind]) => ({
  ...sheet,
  compatible,
  title,
  model: modelOf(kind),
}));
