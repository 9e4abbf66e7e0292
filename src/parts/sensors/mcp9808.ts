import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

/** Thirteen bits of two's complement, in sixteenths of a degree. */
const LIMIT = { fields: { LIMIT: [12, 2] } } as const;

const sheet = {
  compatible: ['microchip,mcp9808', 'jedec,jc-42.4-temp'],
  title: 'MCP9808 temperature sensor (JC-42.4)',
  source: 'Microchip DS25095',
  notModelled: ['the time that a conversion takes', 'SMBus alert response'],
  node: 'sensor',
  bus: { i2c: { form: 'word registers', address: 0x18, pointer: 0x0f } },
  // Register 5-1; the layout is that of JEDEC JC-42.4.
  registers: {
    CAPABILITY: { at: 0, reset: 0x001d, access: 'ro' },
    CONFIG: {
      at: 1,
      fields: {
        HYST: [10, 9],
        SHDN: 8,
        CRIT_LOCK: 7,
        WIN_LOCK: 6,
        INT_CLEAR: [5, 'sc'],
        ALERT_STAT: [4, 'ro'],
        ALERT_CNT: 3,
        /** Only T_CRIT counts for the alert. */
        ALERT_SEL: 2,
        ALERT_POL: 1,
        /** Interrupt mode; else comparator. */
        ALERT_MOD: 0,
      },
    },
    T_UPPER: { at: 2, ...LIMIT },
    T_LOWER: { at: 3, ...LIMIT },
    T_CRIT: { at: 4, ...LIMIT },
    T_A: { at: 5, access: 'ro', fields: { CRITICAL: 15, UPPER: 14, LOWER: 13, TEMPERATURE: [12, 0] } },
    MANUFACTURER_ID: { at: 6, reset: 0x0054, access: 'ro' },
    DEVICE_ID: { at: 7, reset: 0x0400, access: 'ro' },
    RESOLUTION: { at: 8, reset: 3, width: 8, fields: { RESOLUTION: [1, 0] } },
  },
  senses: {
    temperature: { unit: '°C', range: [-40, 125], initial: 25, step: 0.0625, doc: 'what the sensor feels' },
  },
  pins: ['ALERT'],
} as const satisfies DataSheet;

const LOCKS = 0x00c0;
const SHUT_DOWN = 0x0100;
/** What a lock keeps: hysteresis and how ALERT behaves (register 5-2). */
const LOCKED = 0x060f;
const WRITABLE = 0x07cf;
/** HYST, in sixteenths of a degree: 0, 1.5, 3, 6 °C. */
const HYSTERESIS = [0, 24, 48, 96] as const;
/** T_A, bits 15 to 13: the flags. */
const [CRITICAL, UPPER, LOWER] = [0x8000, 0x4000, 0x2000] as const;

const fromRegister = (word: number) => (word << 19) >> 19;

const model: Model<typeof sheet> = (registers, { sense, pin: { ALERT }, keep, clamp }) => {
  const { CONFIG, T_UPPER, T_LOWER, T_CRIT, T_A, RESOLUTION } = registers;
  const alert = keep({ flags: 0, interrupt: false });

  function convert(): void {
    // 0.5, 0.25, 0.125, 0.0625 °C.
    const step = 8 >> RESOLUTION.value;
    const sixteenths = clamp(Math.round((sense.temperature * 16) / step) * step, -0x1000, 0x0fff);
    const before = alert.flags;
    alert.flags = compare(sixteenths);
    T_A.value = alert.flags | (sixteenths & 0x1fff);
    const counted = CONFIG.ALERT_SEL ? CRITICAL : CRITICAL | UPPER | LOWER;
    if (((before ^ alert.flags) & counted) !== 0) alert.interrupt = true;
    drive();
  }

  /** Hysteresis applies to a temperature that falls. */
  function compare(temperature: number): number {
    const hysteresis = HYSTERESIS[CONFIG.HYST] as number;
    const held = (flag: number) => (alert.flags & flag ? hysteresis : 0);
    const lower = fromRegister(T_LOWER.value) - (alert.flags & LOWER ? 0 : hysteresis);
    return (
      (temperature >= fromRegister(T_CRIT.value) - held(CRITICAL) ? CRITICAL : 0) |
      (temperature > fromRegister(T_UPPER.value) - held(UPPER) ? UPPER : 0) |
      (temperature < lower ? LOWER : 0)
    );
  }

  function configure(value: number): void {
    const before = CONFIG.value;
    const locked = (before & LOCKS) !== 0;
    // Shutdown "cannot be set when either of the lock bits is set; however, it can be cleared".
    const allowed = locked ? value & (before | ~SHUT_DOWN) : value;
    const kept = locked ? (allowed & ~LOCKED) | (before & LOCKED) : allowed;
    if (value & 0x0020) alert.interrupt = false;
    // A lock bit is only cleared by a power-on reset.
    CONFIG.value = (kept & WRITABLE) | (before & LOCKS);
    drive();
  }

  function isAsserted(): boolean {
    if (!CONFIG.ALERT_CNT) return false;
    // Beyond T_CRIT the output is a comparator in either mode.
    if (alert.flags & CRITICAL) return true;
    if (CONFIG.ALERT_MOD) return alert.interrupt;
    return !CONFIG.ALERT_SEL && (alert.flags & (UPPER | LOWER)) !== 0;
  }

  const drive = () => ALERT.set(isAsserted() === (CONFIG.ALERT_POL === 1));

  const unless = (lock: 'CRIT_LOCK' | 'WIN_LOCK', register: { value: number }) => (value: number) => {
    if (!CONFIG[lock]) register.value = value & 0x1ffc;
  };

  convert();
  return {
    onRead: { CONFIG: () => CONFIG.value | (isAsserted() ? 0x0010 : 0) },
    store: {
      CONFIG: configure,
      T_CRIT: unless('CRIT_LOCK', T_CRIT),
      T_UPPER: unless('WIN_LOCK', T_UPPER),
      T_LOWER: unless('WIN_LOCK', T_LOWER),
    },
    afterWrite() {
      if (!CONFIG.SHDN) convert();
    },
    sensed() {
      if (!CONFIG.SHDN) convert();
    },
    reset() {
      Object.assign(alert, { flags: 0, interrupt: false });
      convert();
    },
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
