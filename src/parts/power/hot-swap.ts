import type { DataSheet } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';
import { CMD, type Design, type Limit, PmbusEngine } from './pmbus-engine.ts';
import { type Coefficients, direct, word } from './pmbus-formats.ts';
import { pmbusBehaviour } from './pmbus-wire.ts';
import { SENSE_RESISTOR, senseMilliohms } from './shunt.ts';

const sheet = {
  source: 'TI SNVS655 (LM5066), SNVS654 (LM25066)',
  notModelled: [
    'the switch: what a fault does to it, retries, GATE_MASK, the pins UVLO, OVLO, CL, CB and RETRY',
    'the time of a conversion, and averages: they are what was measured last',
    'POWER GOOD in ALERT_MASK',
  ],
  node: 'hwmon',
  bus: { i2c: { form: 'other', address: 0x40 } },
  pins: ['SMBA'],
  nodeProperties: SENSE_RESISTOR,
  senses: {
    vin: { range: [0, 100], unit: 'V', initial: 12, doc: 'input voltage' },
    vout: { range: [0, 100], unit: 'V', initial: 12, doc: 'output voltage' },
    iin: { range: [0, 1000], unit: 'A', initial: 2, doc: 'current through the sense resistor' },
    vaux: { range: [0, 5], unit: 'V', doc: 'voltage at the VAUX pin' },
    temperature: { range: [-256, 255], unit: '°C', initial: 35, doc: 'what the diode feels' },
    makerFaults: {
      kind: 'integer',
      range: [0, 255],
      doc: 'bits of STATUS_MFR_SPECIFIC: 80h is its circuit breaker, 40h a shorted MOSFET',
    },
    communicationFaults: {
      kind: 'integer',
      range: [0, 255],
      doc: 'bits that STATUS_CML has beside those that it sets',
    },
  },
  shows: { on: { kind: 'flag', doc: 'whether OPERATION has the switch on' } },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

interface Kind {
  readonly model: string;
  readonly vin: Coefficients;
  readonly vout: Coefficients;
  readonly vaux: Coefficients;
  /** With its CL pin open the current limit is the high one. */
  readonly opensHigh: boolean;
  /** Current and power of 1 mΩ, at the low current limit and at the high one; m grows with the resistance. */
  readonly iin: readonly [low: Coefficients, high: Coefficients];
  readonly pin: readonly [low: Coefficients, high: Coefficients];
}

type Quantity = 'vin' | 'vout' | 'iin' | 'pin' | 'vaux' | 'temperature';

/** Commands of the maker. */
const MFR = {
  REVISION: 0x9b,
  READ_VAUX: 0xd0,
  READ_IIN: 0xd1,
  READ_PIN: 0xd2,
  IIN_LIMIT: 0xd3,
  PIN_LIMIT: 0xd4,
  PIN_PEAK: 0xd5,
  CLEAR_PIN_PEAK: 0xd6,
  GATE_MASK: 0xd7,
  ALERT_MASK: 0xd8,
  DEVICE_SETUP: 0xd9,
  BLOCK_READ: 0xda,
  SAMPLES_FOR_AVG: 0xdb,
  AVG_VIN: 0xdc,
  AVG_VOUT: 0xdd,
  AVG_IIN: 0xde,
  AVG_PIN: 0xdf,
  BLACK_BOX_READ: 0xe0,
  DIAGNOSTIC_WORD: 0xe1,
  AVG_BLOCK_READ: 0xe2,
} as const;

/** The converter has 12 bits; the thermometer 16, of which a step is 1/16 °C. */
const MOST = 0x0fff;
const CELSIUS = direct([16, 0, 0], -0x8000, 0x7fff);
const [OT_FAULT, OT_WARN] = [150, 125];

const LIMITS: readonly Limit<Quantity>[] = [
  [0x43, 'vout', 0, false, CMD.STATUS_VOUT, 0x20, MOST],
  [0x4f, 'temperature', CELSIUS.encode(OT_FAULT), true, CMD.STATUS_TEMPERATURE, 0x80],
  [0x51, 'temperature', CELSIUS.encode(OT_WARN), true, CMD.STATUS_TEMPERATURE, 0x40],
  [0x57, 'vin', MOST, true, CMD.STATUS_INPUT, 0x40, MOST],
  [0x58, 'vin', 0, false, CMD.STATUS_INPUT, 0x20, MOST],
  [MFR.IIN_LIMIT, 'iin', MOST, true, CMD.STATUS_INPUT, 0x02, MOST],
  [MFR.PIN_LIMIT, 'pin', MOST, true, CMD.STATUS_INPUT, 0x01, MOST],
];
const READINGS: Readonly<Record<number, Quantity>> = {
  [CMD.READ_VIN]: 'vin',
  [CMD.READ_VOUT]: 'vout',
  [CMD.READ_TEMPERATURE_1]: 'temperature',
  [MFR.READ_VAUX]: 'vaux',
  [MFR.READ_IIN]: 'iin',
  [MFR.READ_PIN]: 'pin',
  [MFR.AVG_VIN]: 'vin',
  [MFR.AVG_VOUT]: 'vout',
  [MFR.AVG_IIN]: 'iin',
  [MFR.AVG_PIN]: 'pin',
};
const SETTINGS = {
  [MFR.GATE_MASK]: { bytes: 1, initial: 0, writable: 0x3d },
  [MFR.ALERT_MASK]: { bytes: 2, initial: 0x0820, writable: 0xfd7f },
  [MFR.DEVICE_SETUP]: { bytes: 1, initial: 0, writable: 0xfe },
  [MFR.SAMPLES_FOR_AVG]: { bytes: 1, initial: 0, writable: 0x0f },
} as const;
/** DEVICE_SETUP: the current limit is as bit 4 says, and not as the CL pin; 0 is what an open pin means. */
const [CL_BY_BUS, CL_SETTING] = [0x04, 0x10];
/** STATUS_MFR_SPECIFIC after power-on: the defaults were loaded. */
const PRESET = 0x10;

/** What the bits of DIAGNOSTIC_WORD and of ALERT_MASK stand for: status register and its bits. */
type Bits = readonly (readonly [bit: number, register: number, bits: number])[];
const COMMON: Bits = [
  [15, CMD.STATUS_VOUT, 0x20],
  [13, CMD.STATUS_INPUT, 0x20],
  [12, CMD.STATUS_INPUT, 0x40],
  [10, CMD.STATUS_TEMPERATURE, 0x40],
  [5, CMD.STATUS_INPUT, 0x10],
  [4, CMD.STATUS_INPUT, 0x80],
  [3, CMD.STATUS_INPUT, 0x04],
  [2, CMD.STATUS_TEMPERATURE, 0x80],
  [1, CMD.STATUS_CML, 0xff],
  [0, CMD.STATUS_MFR, 0x80],
];
const DIAGNOSES: Bits = [
  ...COMMON,
  [14, CMD.STATUS_INPUT, 0x03],
  [8, CMD.STATUS_MFR, 0x40],
  [7, CMD.STATUS_MFR, PRESET],
];
const ALERTS: Bits = [
  ...COMMON,
  [14, CMD.STATUS_INPUT, 0x02],
  [8, CMD.STATUS_INPUT, 0x01],
  [6, CMD.STATUS_MFR, 0x40],
];
const [GOOD, OFF] = [1 << 11, 1 << 6];

function engineOf(kind: Kind, { sense, keep, pin: { SMBA }, node, fault }: Kit<Sheet>) {
  const kept = keep({ peak: 0, box: undefined as readonly number[] | undefined });
  const shunt = senseMilliohms(node, fault);
  const scaled = ([m, b, R]: Coefficients) => direct([m * shunt, b, R], 0, MOST);
  const formats = {
    vin: direct(kind.vin, 0, MOST),
    vout: direct(kind.vout, 0, MOST),
    vaux: direct(kind.vaux, 0, MOST),
    temperature: CELSIUS,
  };
  const [iin, pin] = [kind.iin.map(scaled), kind.pin.map(scaled)];
  const wordOf = (bits: Bits) =>
    bits.reduce(
      (all, [bit, register, mask]) => all | ((engine.status(register) & mask) !== 0 ? 1 << bit : 0),
      0,
    );
  /** BLOCK_READ: twelve bytes, all of one moment. */
  const block = (): readonly number[] => [
    12,
    ...word(wordOf(DIAGNOSES) | (engine.on ? GOOD : OFF)),
    ...(['iin', 'vout', 'vin', 'pin', 'temperature'] as const).flatMap((each) => word(engine.code(each))),
  ];
  const design: Design<Quantity> = {
    revision: 0x11,
    status: [CMD.STATUS_VOUT, CMD.STATUS_INPUT, CMD.STATUS_TEMPERATURE, CMD.STATUS_CML, CMD.STATUS_MFR],
    initialStatus: [[CMD.STATUS_MFR, PRESET]],
    readings: READINGS,
    limits: LIMITS,
    settings: SETTINGS,
    answers: { [CMD.MFR_ID]: 'NSC', [CMD.MFR_MODEL]: kind.model.padEnd(8, '\0'), [MFR.REVISION]: 'AA' },
    sends: {
      [MFR.CLEAR_PIN_PEAK]() {
        kept.peak = 0;
      },
    },
    measure: (quantity) => (quantity === 'pin' ? sense.vin * sense.iin : sense[quantity]),
    format(quantity) {
      if (quantity !== 'iin' && quantity !== 'pin') return formats[quantity];
      const setup = engine.stored(MFR.DEVICE_SETUP) ?? 0;
      const isOther = (setup & CL_BY_BUS) !== 0 && (setup & CL_SETTING) !== 0;
      const high = isOther !== kind.opensHigh;
      return (quantity === 'iin' ? iin : pin)[high ? 1 : 0] as ReturnType<typeof direct>;
    },
    held(register) {
      if (register === CMD.STATUS_MFR) return sense.makerFaults;
      return register === CMD.STATUS_CML ? sense.communicationFaults : 0;
    },
    sample() {
      kept.peak = Math.max(kept.peak, engine.code('pin'));
    },
    alerts: () => (wordOf(ALERTS) & ~(engine.stored(MFR.ALERT_MASK) ?? 0)) !== 0,
    alerted() {
      kept.box ??= block();
    },
    cleared() {
      kept.box = undefined;
    },
    compute(command) {
      if (command === MFR.PIN_PEAK) return word(kept.peak);
      if (command === MFR.DIAGNOSTIC_WORD) return block().slice(1, 3);
      if (command === MFR.BLOCK_READ || command === MFR.AVG_BLOCK_READ) return block();
      if (command === MFR.BLACK_BOX_READ) return kept.box ?? [12, ...new Array<number>(12).fill(0)];
      return undefined;
    },
  };
  const engine: PmbusEngine<Quantity> = new PmbusEngine(design, { keep, alert: SMBA });
  return {
    engine,
    reset() {
      Object.assign(kept, { peak: 0, box: undefined });
      engine.reset();
    },
  };
}

const modelOf =
  (kind: Kind): Model<Sheet> =>
  (_registers, kit) => {
    const { engine, reset } = engineOf(kind, kit);
    return {
      ...pmbusBehaviour(engine, kit.addresses[0] ?? 0x40, reset, kit.pin.SMBA),
      properties: {
        get on() {
          return engine.on;
        },
      },
    };
  };

/** "Telemetry and warning conversion coefficients"; VAUX by its step, 283.2 and 725 µV. */
const ROWS: readonly (readonly [compatible: readonly [string, ...string[]], title: string, kind: Kind])[] = [
  [
    ['ti,lm25066'],
    'LM25066 hot-swap controller, 2.9 to 17 V',
    {
      model: 'LM25066',
      opensHigh: false,
      vin: [22_070, -1800, -2],
      vout: [22_070, -1800, -2],
      vaux: [3531, 0, 0],
      iin: [
        [13_661, -5200, -2],
        [6854, -3100, -2],
      ],
      pin: [
        [736, -3300, -2],
        [369, -1900, -2],
      ],
    },
  ],
  [
    ['ti,lm5066'],
    'LM5066 hot-swap controller, 10 to 80 V',
    {
      model: 'LM5066',
      opensHigh: true,
      vin: [4587, -1200, -2],
      vout: [4587, -2400, -2],
      vaux: [13_793, 0, -1],
      iin: [
        [10_753, -1200, -2],
        [5405, -600, -2],
      ],
      pin: [
        [1204, -6000, -3],
        [605, -8000, -3],
      ],
    },
  ],
];

export const parts: readonly Part[] = ROWS.map(([compatible, title, kind]) => ({
  ...sheet,
  compatible,
  title,
  model: modelOf(kind),
}));
