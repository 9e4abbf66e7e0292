import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { conversionsOf } from './conversions.ts';

const VOLTS = { unit: 'V', range: [0, 26] } as const;
const AMPERES = { unit: 'A', range: [-1000, 1000] } as const;
const SHUNT = 'shunt-resistor-micro-ohms';

const sheet = {
  compatible: ['ti,ina3221'],
  title: 'INA3221 power monitor, 3 channels',
  source: 'TI SBOS576',
  notModelled: ['averaging changes times, not values', 'the timing-control alert (TC)', 'noise'],
  node: 'power-sensor',
  nodeProperties: {},
  nodeExample: [`input@0 { reg = <0>; ${SHUNT} = <10000>; };`],
  bus: { i2c: { form: 'word registers', address: 0x40 } },
  // Table 3 "Register map".
  registers: {
    CONFIGURATION: {
      at: 0x00,
      reset: 0x7127,
      fields: {
        RST: [15, 'sc'],
        CH1: 14,
        CH2: 13,
        CH3: 12,
        AVG: [11, 9],
        VBUS_CT: [8, 6],
        VSH_CT: [5, 3],
        MODE: [2, 0],
      },
    },
    SHUNT_1: { at: 0x01, access: 'ro' },
    BUS_1: { at: 0x02, access: 'ro' },
    SHUNT_2: { at: 0x03, access: 'ro' },
    BUS_2: { at: 0x04, access: 'ro' },
    SHUNT_3: { at: 0x05, access: 'ro' },
    BUS_3: { at: 0x06, access: 'ro' },
    CRITICAL_1: { at: 0x07, reset: 0x7ff8, fields: { LIMIT: [15, 3] } },
    WARNING_1: { at: 0x08, reset: 0x7ff8, fields: { LIMIT: [15, 3] } },
    CRITICAL_2: { at: 0x09, reset: 0x7ff8, fields: { LIMIT: [15, 3] } },
    WARNING_2: { at: 0x0a, reset: 0x7ff8, fields: { LIMIT: [15, 3] } },
    CRITICAL_3: { at: 0x0b, reset: 0x7ff8, fields: { LIMIT: [15, 3] } },
    WARNING_3: { at: 0x0c, reset: 0x7ff8, fields: { LIMIT: [15, 3] } },
    SHUNT_SUM: { at: 0x0d, access: 'ro' },
    SHUNT_SUM_LIMIT: { at: 0x0e, reset: 0x7ffe, fields: { LIMIT: [15, 1] } },
    MASK_ENABLE: {
      at: 0x0f,
      reset: 0x0002,
      fields: {
        SCC1: 14,
        SCC2: 13,
        SCC3: 12,
        WEN: 11,
        CEN: 10,
        CF: [9, 7, 'ro'],
        SF: [6, 'ro'],
        WF: [5, 3, 'ro'],
        PVF: [2, 'ro'],
        TCF: [1, 'ro'],
        CVRF: [0, 'ro'],
      },
    },
    POWER_VALID_UPPER: { at: 0x10, reset: 0x2710, fields: { LIMIT: [15, 3] } },
    POWER_VALID_LOWER: { at: 0x11, reset: 0x2328, fields: { LIMIT: [15, 3] } },
    MANUFACTURER_ID: { at: 0xfe, reset: 0x5449, access: 'ro' },
    DIE_ID: { at: 0xff, reset: 0x3220, access: 'ro' },
  },
  senses: {
    busVoltage1: { ...VOLTS, doc: 'voltage of channel 1 at IN-' },
    busVoltage2: { ...VOLTS, doc: 'voltage of channel 2 at IN-' },
    busVoltage3: { ...VOLTS, doc: 'voltage of channel 3 at IN-' },
    current1: { ...AMPERES, doc: 'current through the shunt of channel 1' },
    current2: { ...AMPERES, doc: 'current through the shunt of channel 2' },
    current3: { ...AMPERES, doc: 'current through the shunt of channel 3' },
  },
  pins: ['CRITICAL', 'WARNING', 'PV'],
} as const satisfies DataSheet;

const CHANNELS = [1, 2, 3] as const;
/** 8.6.2: 40 µV and 8 mV a count, which stand three bits to the left; the sum only one. */
const [SHUNT_LSB, BUS_LSB, SUM_LSB] = [40e-6, 8e-3, 40e-6];
const [SHUNTS, BUSES, CONTINUOUS] = [1, 2, 4];
/** Tables 5 to 7. */
const CONVERSION_NS = [140e3, 204e3, 332e3, 588e3, 1.1e6, 2.116e6, 4.156e6, 8.244e6] as const;
const AVERAGES = [1, 4, 16, 64, 128, 256, 512, 1024] as const;
const DEFAULT_MICRO_OHMS = 10_000;

const model: Model<typeof sheet> = (registers, kit) => {
  const { node, sense, peek, poke, quantize, signed, reset, pin, keep } = kit;
  const { CONFIGURATION, SHUNT_SUM, SHUNT_SUM_LIMIT, MASK_ENABLE } = registers;
  const { POWER_VALID_UPPER, POWER_VALID_LOWER } = registers;
  const { CRITICAL, WARNING, PV } = pin;
  const ohms = CHANNELS.map((channel) => {
    const input = node.children.find((child) => child.u32s('reg')?.[0] === channel - 1);
    return (input?.u32(SHUNT) ?? DEFAULT_MICRO_OHMS) / 1e6;
  });
  const state = keep({ valid: false });
  const continuous = () => (CONFIGURATION.MODE & CONTINUOUS) !== 0;
  const enabled = (channel: number) => ((CONFIGURATION.value >> (15 - channel)) & 1) === 1;

  function duration(): number {
    const { MODE, VBUS_CT, VSH_CT, AVG } = CONFIGURATION;
    const bus = MODE & BUSES ? (CONVERSION_NS[VBUS_CT] as number) : 0;
    const shunt = MODE & SHUNTS ? (CONVERSION_NS[VSH_CT] as number) : 0;
    return (bus + shunt) * CHANNELS.filter(enabled).length * (AVERAGES[AVG] as number);
  }

  function convert(): void {
    for (const channel of CHANNELS.filter(enabled)) {
      const volts = sense[`current${channel}`] * (ohms[channel - 1] as number);
      if (CONFIGURATION.MODE & SHUNTS) poke(2 * channel - 1, quantize(volts, SHUNT_LSB, 13) << 3);
      if (CONFIGURATION.MODE & BUSES)
        poke(2 * channel, quantize(sense[`busVoltage${channel}`], BUS_LSB, 13) << 3);
    }
    MASK_ENABLE.CVRF = 1;
    compare();
  }

  /** 8.3.2 to 8.3.4: critical and warning by the shunts, their sum, and whether all supplies are there. */
  function compare(): void {
    let [critical, warning, sum] = [0, 0, 0];
    for (const channel of CHANNELS) {
      const shunt = signed(peek(2 * channel - 1));
      if (shunt > signed(peek(5 + 2 * channel))) critical |= 8 >> channel;
      if (shunt > signed(peek(6 + 2 * channel))) warning |= 8 >> channel;
      if ((MASK_ENABLE.value >> (15 - channel)) & 1) sum += shunt >> 3;
    }
    SHUNT_SUM.value = quantize(sum * SUM_LSB, SUM_LSB, 15) << 1;
    const beyond = signed(SHUNT_SUM.value) > signed(SHUNT_SUM_LIMIT.value);
    MASK_ENABLE.CF = MASK_ENABLE.CEN ? MASK_ENABLE.CF | critical : critical;
    MASK_ENABLE.WF = MASK_ENABLE.WEN ? MASK_ENABLE.WF | warning : warning;
    MASK_ENABLE.SF = beyond ? 1 : 0;
    const buses = CHANNELS.filter(enabled).map((channel) => signed(peek(2 * channel)));
    if (buses.every((bus) => bus >= signed(POWER_VALID_UPPER.value))) state.valid = true;
    else if (buses.some((bus) => bus < signed(POWER_VALID_LOWER.value))) state.valid = false;
    MASK_ENABLE.PVF = state.valid ? 1 : 0;
    drive();
  }

  function drive(): void {
    CRITICAL.set(MASK_ENABLE.CF === 0 && MASK_ENABLE.SF === 0);
    WARNING.set(MASK_ENABLE.WF === 0);
    PV.set(state.valid);
  }

  const conversions = conversionsOf(kit, { continuous, duration, convert, pins: [CRITICAL, WARNING, PV] });
  return {
    onRead: {
      /** CVRF and latched flags go with a read. */
      MASK_ENABLE() {
        const { value } = MASK_ENABLE;
        MASK_ENABLE.CVRF = 0;
        Object.assign(MASK_ENABLE, { CF: 0, WF: 0 });
        drive();
        return value;
      },
    },
    onWrite: {
      CONFIGURATION({ RST }) {
        if (RST) {
          reset();
          return;
        }
        MASK_ENABLE.CVRF = 0;
        conversions.begin();
      },
    },
    sensed: conversions.sensed,
    reset: conversions.reset,
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
