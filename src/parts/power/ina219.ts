import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { conversionsOf } from './conversions.ts';
import { BUS, CONTINUOUS, LOAD, SHUNT, SHUNT_PROPERTIES, shuntOhms } from './shunt.ts';

const sheet = {
  compatible: ['ti,ina219', 'ti,ina220'],
  title: 'INA219 current and power monitor',
  source: 'TI SBOS448',
  notModelled: ['the supply: a bus voltage without one can be measured'],
  node: 'power-sensor',
  nodeProperties: SHUNT_PROPERTIES,
  bus: { i2c: { form: 'word registers', address: 0x40 } },
  // Table 2.
  registers: {
    CONFIGURATION: {
      at: 0,
      reset: 0x399f,
      fields: { RST: [15, 'sc'], BRNG: 13, PG: [12, 11], BADC: [10, 7], SADC: [6, 3], MODE: [2, 0] },
    },
    SHUNT_VOLTAGE: { at: 1, access: 'ro' },
    BUS_VOLTAGE: { at: 2, access: 'ro', fields: { BD: [15, 3], CNVR: 1, OVF: 0 } },
    POWER: { at: 3, access: 'ro' },
    CURRENT: { at: 4, access: 'ro' },
    CALIBRATION: { at: 5, fields: { FS: [15, 1] } },
  },
  senses: LOAD,
} as const satisfies DataSheet;

const SHUNT_LSB = 10e-6;
const BUS_LSB = 4e-3;
/** Full scale of the bus voltage by BRNG: 16 and 32 V (8.6.3.2). */
const BUS_LIMIT = [0x0fa0, 0x1f40] as const;

/** Table 5: 9 to 12 bits, or 12 bits averaged 1 to 128 times; in ns. */
function conversionNs(adc: number): number {
  if ((adc & 8) === 0) return [84e3, 148e3, 276e3, 532e3][adc & 3] as number;
  return 532e3 * 2 ** (adc & 7);
}

const model: Model<typeof sheet> = (
  { CONFIGURATION, SHUNT_VOLTAGE, BUS_VOLTAGE, POWER, CURRENT, CALIBRATION },
  kit,
) => {
  const { node, sense, clamp, quantize, signed, reset } = kit;
  const ohms = shuntOhms(node);
  const continuous = () => CONFIGURATION.MODE > CONTINUOUS;

  function duration(): number {
    const { MODE, BADC, SADC } = CONFIGURATION;
    return (MODE & BUS ? conversionNs(BADC) : 0) + (MODE & SHUNT ? conversionNs(SADC) : 0);
  }

  function convert(): void {
    if (CONFIGURATION.MODE & SHUNT) {
      // PG: 40, 80, 160, 320 mV.
      const limit = 4000 * 2 ** CONFIGURATION.PG;
      SHUNT_VOLTAGE.value = clamp(quantize(sense.current * ohms, SHUNT_LSB, 16), -limit, limit);
    }
    if (CONFIGURATION.MODE & BUS) {
      const most = BUS_LIMIT[CONFIGURATION.BRNG] as number;
      BUS_VOLTAGE.BD = clamp(Math.round(sense.busVoltage / BUS_LSB), 0, most);
    }
    BUS_VOLTAGE.CNVR = 1;
    calculate();
  }

  /** 8.6.3.2: OVF tells that the current does not fit. The power always does: 32767 * 1F40h / 5000. */
  function calculate(): void {
    const current = Math.trunc((signed(SHUNT_VOLTAGE.value) * CALIBRATION.value) / 4096);
    const shown = clamp(current, -0x8000, 0x7fff);
    CURRENT.value = shown;
    POWER.value = Math.trunc((Math.abs(shown) * BUS_VOLTAGE.BD) / 5000);
    BUS_VOLTAGE.OVF = shown !== current ? 1 : 0;
  }

  const conversions = conversionsOf(kit, { continuous, duration, convert });
  return {
    onRead: {
      POWER() {
        BUS_VOLTAGE.CNVR = 0;
        return POWER.value;
      },
    },
    onWrite: {
      CONFIGURATION({ RST }) {
        if (RST) {
          reset();
          return;
        }
        BUS_VOLTAGE.CNVR = 0;
        conversions.begin();
      },
      CALIBRATION: calculate,
    },
    sensed: conversions.sensed,
    reset: conversions.reset,
  };
};

export const parts = [{ ...sheet, model }];
