import type { DataSheet, Registers } from '../data-sheet.ts';
import { resetByGeneralCall } from '../general-call.ts';
import type { Model, Part } from '../model.ts';

/** Bits of a configuration byte: LM75 data sheet (TI SNOS808), 7.5; TMP75 (SBOS288), 7.6. */
const CONF = { F: [4, 3], POL: 2, TM: 1, SD: 0 } as const;
/** TMP75 and later: resolution, and one conversion while shut down. */
const TMP75_CONF = { OS: [7, 'sc'], R: [6, 5], ...CONF } as const;
/** TMP1075: the same in the upper byte; the lower one reads as FFh. */
const TMP1075_CONF = {
  OS: [15, 'sc'],
  R: [14, 13],
  F: [12, 11],
  POL: 10,
  TM: 9,
  SD: 8,
  LOW: [7, 0, 'ro'],
} as const;

/** What the relatives of the LM75 differ in. */
interface Row {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly source: string;
  readonly registers: Registers;
  /** Bits of the pointer that count. */
  readonly pointer: number;
  /** Bits of a temperature; 0: 9 and as many more as R says. */
  readonly bits: number;
  /** Of 9 bits, and for TMP75 and later twice that for each further one. */
  readonly conversionMs: number;
  /** TI's reset by the general call, and its answer to the SMBus alert response address. */
  readonly callable?: true;
}

/** Limits are left-aligned, in 9 or 12 bits. */
const registersOf = (conf: object, limitBits: 9 | 12): Registers => ({
  TEMP: { at: 0, access: 'ro' },
  CONF: { at: 1, width: 8, fields: conf as NonNullable<Registers[string]['fields']> },
  THYST: { at: 2, reset: 75 << 8, fields: { LIMIT: [15, 16 - limitBits] } },
  TOS: { at: 3, reset: 80 << 8, fields: { LIMIT: [15, 16 - limitBits] } },
});

const ROWS: readonly Row[] = [
  {
    compatible: ['national,lm75', 'national,lm75a', 'maxim,max6626', 'st,ds75', 'dallas,ds75', 'st,stlm75'],
    title: 'LM75 temperature sensor, 9 bits',
    source: 'TI SNOS808',
    registers: registersOf(CONF, 9),
    pointer: 0x03,
    bits: 9,
    conversionMs: 100,
  },
  {
    compatible: ['national,lm75b', 'nxp,lm75b', 'nxp,pct2075'],
    title: 'LM75B temperature sensor, 11 bits',
    source: 'NXP LM75B',
    registers: registersOf(CONF, 9),
    pointer: 0x03,
    bits: 11,
    conversionMs: 100,
  },
  {
    compatible: ['ti,tmp75', 'ti,tmp175', 'ti,tmp275', 'ti,tmp105', 'ti,tmp100', 'ti,tmp101'],
    title: 'TMP75 temperature sensor, 9 to 12 bits',
    // Table 7: 27.5 ms for 9 bits.
    source: 'TI SBOS288',
    registers: registersOf(TMP75_CONF, 12),
    pointer: 0x03,
    bits: 0,
    conversionMs: 27.5,
    callable: true,
  },
  {
    compatible: ['microchip,mcp980x'],
    title: 'MCP9800 temperature sensor, 9 to 12 bits',
    // AC characteristics: 30 ms for 9 bits.
    source: 'Microchip DS21909',
    registers: registersOf(TMP75_CONF, 9),
    pointer: 0x03,
    bits: 0,
    conversionMs: 30,
  },
  {
    compatible: ['ti,tmp75c'],
    title: 'TMP75C temperature sensor, 12 bits',
    source: 'TI SBOS707',
    // Table 6: the second byte of CONF is reserved.
    registers: registersOf({ OS: [5, 'sc'], ...CONF }, 12),
    pointer: 0x03,
    bits: 12,
    conversionMs: 27,
  },
  {
    compatible: ['nxp,p3t1755'],
    title: 'P3T1755 temperature sensor, 12 bits',
    source: 'NXP P3T1755DP',
    // R chooses the time of a conversion, not its bits.
    registers: { ...registersOf(TMP75_CONF, 12), CONF: { at: 1, width: 8, reset: 0x28, fields: TMP75_CONF } },
    pointer: 0x03,
    bits: 12,
    conversionMs: 27.5,
  },
  {
    compatible: ['ti,tmp1075'],
    title: 'TMP1075 temperature sensor, 12 bits',
    source: 'TI SBOS854',
    registers: {
      ...registersOf(CONF, 12),
      CONF: { at: 1, reset: 0x00ff, fields: TMP1075_CONF },
      DEVICE_ID: { at: 0x0f, reset: 0x7500, access: 'ro' },
    },
    pointer: 0x0f,
    bits: 12,
    conversionMs: 27.5,
    callable: true,
  },
];

const SENSES = {
  temperature: { unit: '°C', range: [-55, 150], initial: 25, doc: 'what the sensor feels' },
} as const;

const sheetOf = ({ compatible, title, source, registers, pointer }: Row) =>
  ({
    compatible,
    title,
    source,
    notModelled: [
      'the range of a maker: all feel -55 to 150 °C',
      'outside of shutdown the register shows the present value, not that of the last conversion',
    ],
    node: 'sensor',
    bus: { i2c: { form: 'word registers', address: 0x48, pointer } },
    registers,
    senses: SENSES,
    pins: ['OS'],
  }) as const satisfies DataSheet;

/** The handles of all rows: which bits CONF has, its row says. */
interface Sheet extends DataSheet {
  readonly registers: {
    readonly TEMP: { readonly at: 0 };
    readonly CONF: {
      readonly at: 1;
      readonly fields: Record<'OS' | 'R' | 'F' | 'POL' | 'TM' | 'SD', number>;
    };
    readonly THYST: { readonly at: 2 };
    readonly TOS: { readonly at: 3 };
  };
  readonly senses: typeof SENSES;
  readonly pins: readonly ['OS'];
}

const FAULTS = [1, 2, 4, 6] as const;

const modelOf = ({ bits, conversionMs, registers, callable }: Row): Model<Sheet> => {
  const {
    R,
    OS: start,
    SD,
  } = (registers['CONF']?.fields ?? {}) as {
    readonly R?: unknown;
    readonly OS?: unknown;
    readonly SD: number;
  };
  const hasResolution = R !== undefined;
  const hasOneShot = start !== undefined;
  const shutDown = 1 << SD;

  return (
    { TEMP, CONF, THYST, TOS },
    { sense, pin: { OS }, once, every, thermostat, clamp, signed, reset },
  ) => {
    const comparator = thermostat();
    const conversionNs = () => conversionMs * 1e6 * (hasResolution ? 2 ** CONF.R : 1);
    const conversions = every(() => (CONF.SD ? 0 : conversionNs()), convert, OS);
    const oneShot = hasOneShot ? once(() => convert(1), OS) : undefined;

    function convert(count: number): void {
      const step = 2 ** (16 - (bits === 0 ? 9 + CONF.R : bits));
      const code = Math.round((sense.temperature * 256) / step) * step;
      const value = clamp(code, -0x8000, 0x8000 - step);
      TEMP.value = value;
      const mode = {
        high: signed(TOS.value),
        low: signed(THYST.value),
        faults: FAULTS[CONF.F] as number,
        latched: CONF.TM === 1,
      };
      comparator.sample(value, mode, count);
      drive();
    }

    const drive = () => OS.set(comparator.state.asserted === (CONF.POL === 1));

    /** TMP75 data sheet, "SMBus alert function": in interrupt mode; the high limit is 0, with POL the other way round. */
    const smbusAlert = {
      alertResponse() {
        if (!CONF.TM || !comparator.state.asserted) return undefined;
        return (comparator.state.above ? 0 : 1) ^ CONF.POL;
      },
      alertAnswered() {
        comparator.acknowledge();
        drive();
      },
    };

    convert(1);
    return {
      onWrite: {
        CONF({ OS: start }, before) {
          const wasShutDown = (before & shutDown) !== 0;
          if (CONF.SD) {
            if (start) oneShot?.start(conversionNs());
          } else if (wasShutDown) {
            conversions.restart();
            convert(1);
          }
        },
      },
      /** In interrupt mode any register that is read ends the alarm. */
      beforeRead() {
        if (CONF.TM) comparator.acknowledge();
        drive();
      },
      afterWrite: drive,
      sensed() {
        if (!CONF.SD) convert(1);
      },
      ...(callable ? { ...resetByGeneralCall(reset), ...smbusAlert } : {}),
      reset() {
        comparator.reset();
        conversions.restart();
        oneShot?.cancel();
        convert(1);
      },
      restored: drive,
    };
  };
};

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
