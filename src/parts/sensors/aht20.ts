import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { CLIMATE } from './climate.ts';

/** What the relatives differ in. */
interface Row {
  readonly name: string;
  readonly initialize: number;
  /** The answer has a checksum. */
  readonly checksum: boolean;
  readonly source: string;
}

const ROWS: readonly Row[] = [
  { name: 'aht10', initialize: 0xe1, checksum: false, source: 'Aosong AHT10, 5' },
  { name: 'aht20', initialize: 0xbe, checksum: true, source: 'Aosong AHT20, 5' },
  { name: 'dht20', initialize: 0xbe, checksum: true, source: 'Aosong DHT20, 7' },
];

const [MEASURE, RESET, GET_STATUS] = [0xac, 0xba, 0x71];

const sheetOf = ({ name, initialize, source }: Row) =>
  ({
    compatible: [`aosong,${name}`],
    title: `${name.toUpperCase()} humidity and temperature sensor`,
    source,
    notModelled: ['noise', 'parameters of commands are not checked'],
    node: 'sensor',
    bus: { i2c: { form: 'commands', address: 0x38 } },
    instructions: [
      { opcode: initialize, name: 'initialize', data: 'out' },
      { opcode: MEASURE, name: 'measure', data: 'out' },
      { opcode: RESET, name: 'soft reset' },
      { opcode: GET_STATUS, name: 'read status', data: 'in' },
    ],
    senses: { ...CLIMATE, temperature: { ...CLIMATE.temperature, range: [-40, 85] } },
  }) as const satisfies DataSheet;

const STATUS = { BUSY: 0x80, CALIBRATED: 0x08 } as const;
const MEASUREMENT_NS = 80e6;
const RESET_NS = 20e6;
/** 6: humidity = code / 2^20 * 100 %, temperature = code / 2^20 * 200 - 50 °C. */
const FULL = 2 ** 20;
/** Bytes of a command. */
const COMMAND_LENGTH = 3;

const modelOf =
  ({ initialize, checksum }: Row): Model<ReturnType<typeof sheetOf>> =>
  (_registers, { sense, keep, once, clamp, crc8, misuse }) => {
    const state = keep({ calibrated: true, humidity: 0, temperature: 0, position: 0 });
    const measurement = once(() => {
      state.humidity = code(sense.humidity / 100);
      state.temperature = code((sense.temperature + 50) / 200);
    });
    const resetting = once();
    let received: number[] = [];

    const code = (part: number) => clamp(Math.round(part * FULL), 0, FULL - 1);
    const status = () =>
      (measurement.pending ? STATUS.BUSY : 0) | (state.calibrated ? STATUS.CALIBRATED : 0) | 0x10;

    function answer(): number[] {
      const { humidity, temperature } = state;
      const bytes = [
        status(),
        humidity >> 12,
        (humidity >> 4) & 0xff,
        ((humidity & 0x0f) << 4) | (temperature >> 16),
        (temperature >> 8) & 0xff,
        temperature & 0xff,
      ];
      return checksum ? [...bytes, crc8(Uint8Array.from(bytes), 0xff)] : bytes;
    }

    function command(): void {
      const [opcode] = received;
      if (opcode === RESET) {
        measurement.cancel();
        resetting.start(RESET_NS);
      } else if (opcode !== GET_STATUS && received.length < COMMAND_LENGTH) return;
      else if (opcode === initialize) state.calibrated = true;
      else if (opcode === MEASURE) measurement.start(MEASUREMENT_NS);
      else if (opcode !== GET_STATUS)
        misuse(`command ${opcode}`, `command 0x${opcode?.toString(16)}: no such command`);
    }

    return {
      reset() {
        Object.assign(state, { calibrated: true, humidity: 0, temperature: 0 });
        measurement.cancel();
      },
      i2c: {
        start(_address, read) {
          if (read) state.position = 0;
          else received = [];
          return !resetting.pending;
        },
        write(data) {
          for (const byte of data) {
            received.push(byte);
            if (received.length === 1 || received.length === COMMAND_LENGTH) command();
          }
          return data.length;
        },
        read(into) {
          const bytes = answer();
          for (let index = 0; index < into.length; index++) into[index] = bytes[state.position++] ?? 0xff;
        },
      },
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
