import type { DataSheet } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';
import { CMD, type Design, type Limit, PmbusEngine, type Setting } from './pmbus-engine.ts';
import { direct, type Format } from './pmbus-formats.ts';
import { pmbusBehaviour } from './pmbus-wire.ts';
import { SENSE_RESISTOR, senseMilliohms } from './shunt.ts';

const sheet = {
  source: 'Analog Devices ADM1275 data sheet, rev. D; ADM1276 data sheet, rev. C',
  notModelled: [
    'the switch: faults of UV, OV and over-current, foldback, POWER_CYCLE',
    'the alert pins: ALERT1_CONFIG and ALERT2_CONFIG are only kept',
    'the time of a conversion, and averages: they are what was measured last',
    'energy: READ_EIN and READ_EIN_EXT are 0',
  ],
  node: 'hwmon',
  bus: { i2c: { form: 'other', address: 0x10 } },
  nodeProperties: SENSE_RESISTOR,
  senses: {
    vin: { range: [0, 20], unit: 'V', initial: 12, doc: 'voltage at the SENSE+ pin' },
    vout: { range: [0, 20], unit: 'V', initial: 12, doc: 'voltage at the VOUT pin' },
    iout: { range: [-1000, 1000], unit: 'A', initial: 2, doc: 'current through the sense resistor' },
    makerFaults: {
      kind: 'integer',
      range: [0, 255],
      doc: 'bits that STATUS_MFR_SPECIFIC has beside that of IOUT_WARN2_LIMIT',
    },
  },
  shows: { on: { kind: 'flag', doc: 'whether OPERATION has the switch on' } },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

interface Kind {
  readonly model: string;
  readonly revision: number;
  readonly chipRevision: string;
  readonly control: number;
  readonly config: number;
  /** It multiplies. */
  readonly hasPower: boolean;
}

type Quantity = 'vin' | 'vout' | 'iout' | 'pin';

/** Commands of the maker. */
const MFR = {
  REVISION: 0x9b,
  READ_EIN: 0x86,
  PEAK_IOUT: 0xd0,
  PEAK_VIN: 0xd1,
  PEAK_VOUT: 0xd2,
  PMON_CONTROL: 0xd3,
  PMON_CONFIG: 0xd4,
  ALERT1_CONFIG: 0xd5,
  ALERT2_CONFIG: 0xd6,
  IOUT_WARN2_LIMIT: 0xd7,
  DEVICE_CONFIG: 0xd8,
  POWER_CYCLE: 0xd9,
  PEAK_PIN: 0xda,
  READ_PIN_EXT: 0xdb,
  READ_EIN_EXT: 0xdc,
} as const;
const [ADC_MOST, POWER_MOST] = [0x0fff, 0x7fff];
/** PMON_CONFIG: without end, VOUT too (ADM1275: in the place of VIN), up to 20 V. */
const [CONTINUOUS, SELECT_VOUT, HIGH_RANGE] = [0x80, 0x40, 0x20];
const CONVERT = 0x01;
/** DEVICE_CONFIG: OPERATION is there, IOUT_WARN2_LIMIT is the most. */
const [OPERATION_ENABLED, WARN2_ABOVE] = [0x20, 0x10];

/** "PMBus conversion to real-world coefficients": current and power of 1 mΩ, and voltage, by range. */
const CURRENT = [807, 20_475, -1] as const;
const RANGES = [
  { volts: direct([6720, 0, -1], 0, ADC_MOST), power: [2115, 0, -1] },
  { volts: direct([19_199, 0, -2], 0, ADC_MOST), power: [6043, 0, -2] },
] as const;
const PEAKS: readonly (readonly [Quantity, number])[] = [
  ['iout', MFR.PEAK_IOUT],
  ['vin', MFR.PEAK_VIN],
  ['vout', MFR.PEAK_VOUT],
  ['pin', MFR.PEAK_PIN],
];
const NOTHING: Readonly<Record<Quantity, number>> = { vin: 0, vout: 0, iout: 0, pin: 0 };

function settingsOf({ control, config, hasPower }: Kind): Readonly<Record<number, Setting>> {
  const peak = { bytes: 2, initial: 0, writable: hasPower ? POWER_MOST : ADC_MOST } as const;
  return {
    [MFR.PEAK_IOUT]: peak,
    [MFR.PEAK_VIN]: peak,
    [MFR.PEAK_VOUT]: peak,
    ...(hasPower
      ? { [MFR.PEAK_PIN]: peak }
      : { [MFR.ALERT1_CONFIG]: { bytes: 2, initial: 0, writable: 0xffff } }),
    [MFR.ALERT2_CONFIG]: { bytes: 2, initial: 0x8000, writable: 0xffff },
    [MFR.PMON_CONTROL]: { bytes: 1, initial: control, writable: CONVERT },
    [MFR.PMON_CONFIG]: { bytes: 1, initial: config, writable: 0xff },
    [MFR.DEVICE_CONFIG]: { bytes: 1, initial: 0, writable: 0xf0 },
  };
}

function limitsOf(hasPower: boolean, warn2Above: () => boolean): readonly Limit<Quantity>[] {
  return [
    [0x42, 'vout', ADC_MOST, true, CMD.STATUS_VOUT, 0x40, ADC_MOST],
    [0x43, 'vout', 0, false, CMD.STATUS_VOUT, 0x20, ADC_MOST],
    [0x4a, 'iout', ADC_MOST, true, CMD.STATUS_IOUT, 0x20, ADC_MOST],
    [0x57, 'vin', ADC_MOST, true, CMD.STATUS_INPUT, 0x40, ADC_MOST],
    [0x58, 'vin', 0, false, CMD.STATUS_INPUT, 0x20, ADC_MOST],
    [MFR.IOUT_WARN2_LIMIT, 'iout', 0, warn2Above, CMD.STATUS_MFR, 0x01, ADC_MOST],
    ...(hasPower ? ([[0x6b, 'pin', POWER_MOST, true, CMD.STATUS_INPUT, 0x01, POWER_MOST]] as const) : []),
  ];
}

/** The power monitor: what it measured last, as words. */
function engineOf(kind: Kind, { sense, keep, node, fault }: Kit<Sheet>) {
  const shunt = senseMilliohms(node, fault);
  const kept = keep({ measured: NOTHING, product: 0 });
  const current = direct([CURRENT[0] * shunt, CURRENT[1], CURRENT[2]], 0, ADC_MOST);
  const powers = RANGES.map(({ power: [m, b, R] }) => direct([m * shunt, b, R], 0, POWER_MOST));
  const stored = (command: number) => engine.stored(command) ?? 0;
  const range = () => ((stored(MFR.PMON_CONFIG) & HIGH_RANGE) !== 0 ? 1 : 0);
  const format = (quantity: Quantity): Format => {
    if (quantity === 'iout') return current;
    return quantity === 'pin' ? (powers[range()] as Format) : RANGES[range()].volts;
  };
  const watts = () => sense.vin * sense.iout;

  function sample(): void {
    if ((stored(MFR.PMON_CONTROL) & CONVERT) === 0) return;
    const config = stored(MFR.PMON_CONFIG);
    const vout = (config & SELECT_VOUT) !== 0;
    const vin = kind.hasPower || !vout;
    kept.measured = {
      vin: vin ? format('vin').encode(sense.vin) : kept.measured.vin,
      vout: vout ? format('vout').encode(sense.vout) : kept.measured.vout,
      iout: current.encode(sense.iout),
      pin: format('pin').encode(watts()),
    };
    kept.product = watts();
    if ((config & CONTINUOUS) === 0) engine.store(MFR.PMON_CONTROL, 0);
    for (const [quantity, command] of PEAKS)
      if (kept.measured[quantity] > stored(command)) engine.store(command, kept.measured[quantity]);
  }

  const design: Design<Quantity> = {
    revision: kind.revision,
    status: [CMD.STATUS_VOUT, CMD.STATUS_IOUT, CMD.STATUS_INPUT, CMD.STATUS_MFR],
    readings: {
      [CMD.READ_VIN]: 'vin',
      [CMD.READ_VOUT]: 'vout',
      [CMD.READ_IOUT]: 'iout',
      ...(kind.hasPower ? { [CMD.READ_PIN]: 'pin' as const } : {}),
    },
    limits: limitsOf(kind.hasPower, () => (stored(MFR.DEVICE_CONFIG) & WARN2_ABOVE) !== 0),
    settings: settingsOf(kind),
    answers: {
      [CMD.MFR_ID]: 'ADI',
      [CMD.MFR_MODEL]: kind.model,
      [MFR.REVISION]: kind.chipRevision,
      ...(kind.hasPower ? { [MFR.READ_EIN]: '\0'.repeat(6), [MFR.READ_EIN_EXT]: '\0'.repeat(8) } : {}),
    },
    sends: { [MFR.POWER_CYCLE]() {} },
    measure: (quantity) => format(quantity).decode(kept.measured[quantity]),
    format,
    held: (register) => (register === CMD.STATUS_MFR ? sense.makerFaults : 0),
    sample,
    accepts: (command) => command !== CMD.OPERATION || (stored(MFR.DEVICE_CONFIG) & OPERATION_ENABLED) !== 0,
    compute(command) {
      if (command !== MFR.READ_PIN_EXT || !kind.hasPower) return undefined;
      const { power } = RANGES[range()];
      const code = Math.max(0, Math.round(power[0] * shunt * kept.product * 10 ** power[2] * 256));
      return [3, code & 0xff, (code >> 8) & 0xff, (code >> 16) & 0xff];
    },
  };
  const engine: PmbusEngine<Quantity> = new PmbusEngine(design, { keep });
  return {
    engine,
    reset() {
      Object.assign(kept, { measured: NOTHING, product: 0 });
      engine.reset();
    },
  };
}

const modelOf =
  (kind: Kind): Model<Sheet> =>
  (_registers, kit) => {
    const { engine, reset } = engineOf(kind, kit);
    return {
      ...pmbusBehaviour(engine, kit.addresses[0] ?? 0x10, reset),
      properties: {
        get on() {
          return engine.on;
        },
      },
    };
  };

const ROWS: readonly (readonly [compatible: readonly [string, ...string[]], title: string, kind: Kind])[] = [
  [
    ['adi,adm1275'],
    'ADM1275 hot-swap controller and power monitor',
    {
      model: 'ADM1275-1',
      revision: 0x11,
      chipRevision: '1',
      control: 0,
      config: 0x2c,
      hasPower: false,
    },
  ],
  [
    ['adi,adm1276'],
    'ADM1276 hot-swap controller, power and energy monitor',
    {
      model: 'ADM1276-3',
      revision: 0x22,
      chipRevision: '0',
      control: CONVERT,
      config: 0xaf,
      hasPower: true,
    },
  ],
];

export const parts: readonly Part[] = ROWS.map(([compatible, title, kind]) => ({
  ...sheet,
  compatible,
  title,
  model: modelOf(kind),
}));
