import { busyWith } from '../busy.ts';
import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { CLIMATE, codeOf } from './climate.ts';

const COMMAND = {
  RH_HOLD: 0xe5,
  RH_NO_HOLD: 0xf5,
  T_HOLD: 0xe3,
  T_NO_HOLD: 0xf3,
  T_FROM_RH: 0xe0,
  RESET: 0xfe,
  WRITE_USER_1: 0xe6,
  READ_USER_1: 0xe7,
  WRITE_HEATER: 0x51,
  READ_HEATER: 0x11,
} as const;
/** Commands of two bytes. */
const ELECTRONIC_ID_1 = 0xfa0f;
const ELECTRONIC_ID_2 = 0xfcc9;
const FIRMWARE_REVISION = 0x84b8;

const sheet = {
  compatible: ['silabs,si7021'],
  title: 'Si7021 humidity and temperature sensor',
  source: 'Silicon Labs Si7021-A20',
  notModelled: ['the heater warms nothing', 'the VDD status bit', 'accuracy: a measurement is exact'],
  node: 'sensor',
  bus: { i2c: { form: 'commands', address: 0x40 } },
  // Table 11.
  instructions: [
    { opcode: COMMAND.RH_HOLD, name: 'measure humidity, hold', data: 'in' },
    { opcode: COMMAND.RH_NO_HOLD, name: 'measure humidity', data: 'in' },
    { opcode: COMMAND.T_HOLD, name: 'measure temperature, hold', data: 'in' },
    { opcode: COMMAND.T_NO_HOLD, name: 'measure temperature', data: 'in' },
    { opcode: COMMAND.T_FROM_RH, name: 'temperature of the last humidity', data: 'in' },
    { opcode: COMMAND.RESET, name: 'reset' },
    { opcode: COMMAND.WRITE_USER_1, name: 'write user register 1', data: 'out' },
    { opcode: COMMAND.READ_USER_1, name: 'read user register 1', data: 'in' },
    { opcode: COMMAND.WRITE_HEATER, name: 'write heater register', data: 'out' },
    { opcode: COMMAND.READ_HEATER, name: 'read heater register', data: 'in' },
    { opcode: ELECTRONIC_ID_1, name: 'read electronic id, first half', data: 'in' },
    { opcode: ELECTRONIC_ID_2, name: 'read electronic id, second half', data: 'in' },
    { opcode: FIRMWARE_REVISION, name: 'read firmware revision', data: 'in' },
  ],
  senses: CLIMATE,
} as const satisfies DataSheet;

/** 5.1 "Issuing a measurement command". */
const HUMIDITY = { offset: -6, span: 125, full: 65536 };
const TEMPERATURE = { offset: -46.85, span: 175.72, full: 65536 };

/** User register 1: D7 and D0 resolution, D2 heater; the others keep their value. */
const USER_1_RESET = 0x3a;
const USER_1_WRITABLE = 0x85;
/** Typical conversion times by resolution (D7, D0): humidity, temperature. A humidity measures both. */
interface Times {
  readonly bits: readonly [humidity: number, temperature: number];
  readonly humidity: number;
  readonly temperature: number;
}

const TIMES_NS: readonly Times[] = [
  { bits: [12, 14], humidity: 10e6, temperature: 7e6 },
  { bits: [8, 12], humidity: 2.6e6, temperature: 2.4e6 },
  { bits: [10, 13], humidity: 3.7e6, temperature: 4e6 },
  { bits: [11, 11], humidity: 5.8e6, temperature: 1.5e6 },
];

/** HTU21D data sheet, "Humidity/temperature conversion times", typical. */
const HTU21D_TIMES_NS: readonly Times[] = [
  { bits: [12, 14], humidity: 14e6, temperature: 44e6 },
  { bits: [8, 12], humidity: 2e6, temperature: 11e6 },
  { bits: [10, 13], humidity: 4e6, temperature: 22e6 },
  { bits: [11, 11], humidity: 7e6, temperature: 6e6 },
];

/** What the relatives differ in. */
interface Row {
  /** SNB_3 of the electronic id. */
  readonly deviceId: number;
  readonly user1: number;
  readonly times: readonly Times[];
  /** A humidity measures the temperature too. */
  readonly measuresBoth: boolean;
  /** The second half of the electronic id has checksums of two bytes each; else the last one is of all before it. */
  readonly checksumOfPair: boolean;
}

const SI70XX = { user1: USER_1_RESET, times: TIMES_NS, measuresBoth: true, checksumOfPair: false } as const;

const modelOf =
  ({ deviceId, user1: user1Reset, times: timesNs, measuresBoth, checksumOfPair }: Row): Model<typeof sheet> =>
  (_registers, { sense, keep, answer, misuse, reset, clamp, crc8 }) => {
    const registers = keep({
      user1: user1Reset,
      heater: 0,
      command: 0,
      received: 0,
      lastTemperature: 0,
      stretch: 0,
    });
    const result = answer();

    const times = () => {
      const { user1 } = registers;
      return timesNs[((user1 >> 6) & 2) | (user1 & 1)] as Times;
    };

    function truncated(code: number, bits: number): number {
      const step = 2 ** (16 - bits);
      return Math.min(0x10000 - step, Math.round(code / step) * step);
    }

    /** The two lowest bits are a status: 10 for humidity, 00 for temperature. */
    const humidityCode = () => (truncated(codeOf(sense.humidity, HUMIDITY, clamp), times().bits[0]) & ~3) | 2;
    const temperatureCode = () =>
      truncated(codeOf(sense.temperature, TEMPERATURE, clamp), times().bits[1]) & ~3;

    function answerCode(code: number, durationNs: number): void {
      const bytes = Uint8Array.of(code >> 8, code, 0);
      bytes[2] = crc8(bytes.subarray(0, 2), 0);
      result.begin(bytes, durationNs);
    }

    function measureHumidity(): void {
      registers.lastTemperature = temperatureCode();
      answerCode(humidityCode(), times().humidity + (measuresBoth ? times().temperature : 0));
    }

    const measureTemperature = () => answerCode(temperatureCode(), times().temperature);
    const answerByte = (byte: number) => result.begin(Uint8Array.of(byte), 0);

    const COMMANDS: Readonly<Record<number, () => void>> = {
      [COMMAND.RH_HOLD]: measureHumidity,
      [COMMAND.RH_NO_HOLD]: measureHumidity,
      [COMMAND.T_HOLD]: measureTemperature,
      [COMMAND.T_NO_HOLD]: measureTemperature,
      // This one has no checksum.
      [COMMAND.T_FROM_RH]: () => {
        const { lastTemperature } = registers;
        result.begin(Uint8Array.of(lastTemperature >> 8, lastTemperature), 0);
      },
      [COMMAND.RESET]: reset,
      [COMMAND.READ_USER_1]: () => answerByte(registers.user1),
      [COMMAND.READ_HEATER]: () => answerByte(registers.heater),
    };

    function argument(byte: number): void {
      const { command, user1 } = registers;
      if (command === COMMAND.WRITE_USER_1)
        registers.user1 = (user1 & ~USER_1_WRITABLE) | (byte & USER_1_WRITABLE);
      else if (command === COMMAND.WRITE_HEATER) registers.heater = byte & 0x0f;
      else identify((command << 8) | byte);
    }

    /** SNA is sent with a checksum a byte, SNB with one a pair; SNB_3 is the device: 20 or 21. */
    function identify(command: number): void {
      if (command === FIRMWARE_REVISION) answerByte(0x20);
      else if (command === ELECTRONIC_ID_1) result.begin(new Uint8Array(8), 0);
      else if (command === ELECTRONIC_ID_2) {
        const serial = Uint8Array.of(deviceId, 0x00, 0xff, 0xff);
        const first = crc8(serial.subarray(0, 2), 0);
        result.begin(
          Uint8Array.of(
            deviceId,
            0,
            first,
            0xff,
            0xff,
            crc8(checksumOfPair ? serial.subarray(2) : serial, 0),
          ),
          0,
        );
      } else misuse(`command ${command}`, `command 0x${command.toString(16)}: no such command`);
    }

    function byte(value: number): void {
      registers.received++;
      if (registers.received === 1) {
        registers.command = value;
        COMMANDS[value]?.();
      } else if (registers.received === 2) argument(value);
    }

    return {
      stretchNs: () => registers.stretch,
      reset() {
        Object.assign(registers, { user1: user1Reset, heater: 0, command: 0, received: 0, stretch: 0 });
        result.clear();
      },
      i2c: {
        busyReason: () => busyWith('measurement', result.remainingNs),
        /** Hold: SCL stays low until the result is there. No hold: the address is not acknowledged until then. */
        start(_address, read) {
          registers.stretch = 0;
          if (!read) {
            registers.received = 0;
            return true;
          }
          const holds = registers.command === COMMAND.RH_HOLD || registers.command === COMMAND.T_HOLD;
          if (holds) registers.stretch = result.remainingNs;
          return holds || result.remainingNs === 0;
        },
        write(data) {
          for (const value of data) byte(value);
          return data.length;
        },
        read(into) {
          registers.stretch = 0;
          result.read(into);
        },
      },
    };
  };

export const parts: readonly Part[] = [
  { ...sheet, model: modelOf({ ...SI70XX, deviceId: 0x15 }) },
  {
    ...sheet,
    compatible: ['silabs,si7020'],
    title: 'Si7020 humidity and temperature sensor',
    source: 'Silicon Labs Si7020-A20',
    model: modelOf({ ...SI70XX, deviceId: 0x14 }),
  },
  {
    ...sheet,
    compatible: ['meas,htu21'],
    title: 'HTU21D humidity and temperature sensor',
    source: 'TE Connectivity HPC199_6',
    model: modelOf({
      deviceId: 0x32,
      user1: 0x02,
      times: HTU21D_TIMES_NS,
      measuresBoth: false,
      checksumOfPair: true,
    }),
  },
];
