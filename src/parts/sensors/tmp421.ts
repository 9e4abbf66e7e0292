import type { DataSheet, Property } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const ROWS = [
  { compatible: ['ti,tmp421'], remotes: 1, deviceId: 0x21, configuration2: 0x1c },
  { compatible: ['ti,tmp422'], remotes: 2, deviceId: 0x22, configuration2: 0x3c },
  { compatible: ['ti,tmp423'], remotes: 3, deviceId: 0x23, configuration2: 0x7c },
] as const;

type Row = (typeof ROWS)[number];

const diode = (remote: number): Property => ({
  unit: '°C',
  range: [-55, 150],
  initial: 25,
  doc: `what remote diode ${remote + 1} feels`,
});

const sheetOf = ({ compatible, remotes, deviceId, configuration2 }: Row) =>
  ({
    compatible,
    title: `TMP42${remotes} temperature sensor with ${remotes === 1 ? 'a remote diode' : `${remotes} remote diodes`}`,
    source: 'TI SBOS398',
    notModelled: ['the time that a conversion takes', 'n-factor correction', 'the SMBus time-out'],
    node: 'sensor',
    bus: { i2c: { form: 'byte registers', address: 0x4c } },
    // Table 3.
    registers: {
      HIGH: { at: 0x00, count: remotes + 1, access: 'ro' },
      STATUS: { at: 0x08, access: 'ro', fields: { BUSY: 7 } },
      CONFIGURATION_1: { at: 0x09, fields: { SD: 6, RANGE: 2 } },
      CONFIGURATION_2: { at: 0x0a, reset: configuration2, writable: configuration2 },
      CONVERSION_RATE: { at: 0x0b, reset: 0x07, fields: { R: [2, 0] } },
      ONE_SHOT: { at: 0x0f, access: 'wo' },
      LOW: { at: 0x10, count: remotes + 1, access: 'ro' },
      N_CORRECTION: { at: 0x21, count: remotes },
      SOFTWARE_RESET: { at: 0xfc, access: 'wo' },
      MANUFACTURER_ID: { at: 0xfe, reset: 0x55, access: 'ro' },
      DEVICE_ID: { at: 0xff, reset: deviceId, access: 'ro' },
    },
    senses: {
      temperature: { unit: '°C', range: [-55, 150], initial: 25, doc: 'what the chip itself feels' },
      ...Object.fromEntries(
        Array.from({ length: remotes }, (_, remote) => [`remote${remote}`, diode(remote)]),
      ),
    },
  }) as const satisfies DataSheet;

const LOCAL_LOW = 0x10;

const modelOf =
  ({ remotes }: Row): Model<ReturnType<typeof sheetOf>> =>
  ({ HIGH, LOW, CONFIGURATION_1 }, { sense, clamp, reset }) => {
    const channels = remotes + 1;
    const felt = (channel: number) =>
      channel === 0
        ? sense.temperature
        : ((sense as Readonly<Record<string, number>>)[`remote${channel - 1}`] as number);

    /** Steps of 1/16 °C; the extended range is shifted by 64 °C. */
    function convert(): void {
      const [low, high, offset] = CONFIGURATION_1.RANGE ? [-55, 150, 64] : [-55, 127.9375, 0];
      for (let channel = 0; channel < channels; channel++) {
        const sixteenths = Math.round((clamp(felt(channel), low, high) + offset) * 16);
        HIGH.set(channel, (sixteenths >> 4) & 0xff);
        LOW.set(channel, (sixteenths & 0x0f) << 4);
      }
    }

    convert();
    return {
      onWrite: {
        CONFIGURATION_1() {
          if (!CONFIGURATION_1.SD) convert();
        },
        ONE_SHOT: convert,
        SOFTWARE_RESET: reset,
      },
      sensed() {
        if (!CONFIGURATION_1.SD) convert();
      },
      reset: convert,
      /** 7.5.1.4: reading on from a high byte gives its low byte. */
      next: (address) => (address < channels ? address + LOCAL_LOW : address),
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
