import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const sheet = {
  source: 'Microchip DS20006027 (MCP2518FD), DS20005678 (MCP25xxFD family reference manual)',
  level: 'answers',
  notModelled: [
    'CAN frames: modes follow at once, nothing is sent or received, and loopback gives nothing back',
    'interrupts, timers, ECC of the RAM, and GPIO pins',
    'sleep: it stays awake for SPI',
  ],
  node: 'can',
  bus: { spi: { form: 'other', modes: 0b1001, maxSpeedHz: 20_000_000 } },
  pins: ['INT'],
  shows: {
    mode: {
      kind: 'integer',
      range: [0, 7],
      doc: 'the mode: 0 normal, 1 sleep, 2 loopback, 4 configuration, 6 CAN 2.0',
    },
    crcErrors: {
      kind: 'integer',
      range: [0, 1_000_000],
      doc: 'writes that were refused for a wrong checksum',
    },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

/** Instructions, the upper four bits of the first byte (table 4-1). */
const [RESET, WRITE, READ, WRITE_CRC, READ_CRC, WRITE_SAFE] = [0x0, 0x2, 0x3, 0xa, 0xb, 0xc];

/** Registers of 32 bits whose reset value is not 0 (tables 3-1 to 3-3 of the family reference manual). */
const CON = 0x000;
const OSC = 0xe00;
const DEVID = 0xe14;
const CRC = 0xe08;
const [RAM_FROM, RAM_END] = [0x400, 0xc00];
const RESETS: Readonly<Record<number, number>> = {
  [CON]: 0x0498_0760,
  4: 0x003e_0f0f,
  8: 0x000e_0303,
  12: 0x0002_1000,
  80: 0x0060_0400,
  [OSC]: 0x0000_0460,
  3588: 0x0300_0003,
};
const CONFIGURATION = 4;
const PLLEN = 0x01;
const [PLLRDY, OSCRDY] = [0x01, 0x04];
const CRC_ERROR = 0x01;

/** CRC-16 with the polynomial 8005h, beginning at FFFFh (4.3). */
export function crc16(bytes: readonly number[]): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x8005;
  }
  return crc & 0xffff;
}

function powerOnBytes(): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  for (const [register, value] of Object.entries(RESETS)) view.setUint32(Number(register), value, true);
  return bytes;
}

const modelOf =
  (lowPower: boolean): Model<Sheet> =>
  (_registers, { keep }) => {
    const kept = keep({ bytes: undefined as Uint8Array | undefined, crcErrors: 0 });
    /** Made when it is first used. */
    const memory = () => {
      kept.bytes ??= powerOnBytes();
      return kept.bytes;
    };
    const mode = () => ((memory()[CON + 2] as number) >> 5) & 7;

    function store(address: number, byte: number): void {
      const bytes = memory();
      const isRam = address >= RAM_FROM && address < RAM_END;
      if (address >= DEVID || (address >= 0x300 && address < OSC && !isRam)) return;
      if (address === CON + 3) {
        // OPMOD follows REQOP (3.1).
        bytes[CON + 3] = byte;
        bytes[CON + 2] = ((bytes[CON + 2] as number) & 0x1f) | ((byte & 7) << 5);
      } else if (address === CON + 2) bytes[address] = ((bytes[address] as number) & 0xe0) | (byte & 0x1f);
      else if (address === OSC) {
        bytes[OSC] = byte & (lowPower ? 0x7d : 0x75);
        bytes[OSC + 1] = OSCRDY | ((byte & PLLEN) === 0 ? 0 : PLLRDY);
      } else if (address !== OSC + 1) bytes[address] = byte;
    }

    let header: number[] = [];
    let data: number[] = [];
    const command = () => (header[0] ?? 0) >> 4;
    const address = () => (((header[0] ?? 0) & 0x0f) << 8) | (header[1] ?? 0);
    /** Bytes of RAM are counted in words by the length of a checked transfer (4.2). */
    const length = () => (header[2] ?? 0) * (address() >= RAM_FROM && address() < RAM_END ? 4 : 1);

    function checkedRead(): number {
      const index = data.length;
      const size = length();
      if (index < size) return memory()[(address() + index) & 0xfff] as number;
      const checksum = crc16([...header, ...data.slice(0, size)]);
      return index === size ? checksum >> 8 : index === size + 1 ? checksum & 0xff : 0;
    }
    function checkedWrite(byte: number): void {
      data.push(byte);
      const size = command() === WRITE_SAFE ? 4 : length();
      if (data.length !== size + 2) return;
      const [high = 0, low = 0] = data.slice(size);
      const checked = command() === WRITE_SAFE ? header.slice(0, 2) : header;
      if (crc16([...checked, ...data.slice(0, size)]) === ((high << 8) | low)) {
        for (const [index, each] of data.slice(0, size).entries()) store((address() + index) & 0xfff, each);
      } else {
        kept.crcErrors++;
        memory()[CRC + 2] = (memory()[CRC + 2] as number) | CRC_ERROR;
      }
    }
    function exchange(byte: number): number {
      const headerBytes = [WRITE_CRC, READ_CRC].includes(command()) ? 3 : 2;
      if (header.length < Math.max(headerBytes, 2)) {
        header.push(byte);
        if (header.length === 2 && command() === RESET && address() === 0) kept.bytes = undefined;
        return 0;
      }
      switch (command()) {
        case READ: {
          data.push(byte);
          return memory()[(address() + data.length - 1) & 0xfff] as number;
        }
        case WRITE:
          store((address() + data.length) & 0xfff, byte);
          data.push(byte);
          return 0;
        case READ_CRC: {
          const answer = checkedRead();
          data.push(answer);
          return answer;
        }
        case WRITE_CRC:
        case WRITE_SAFE:
          checkedWrite(byte);
          return 0;
        default:
          return 0;
      }
    }
    const restart = () => {
      header = [];
      data = [];
    };
    return {
      reset() {
        restart();
        Object.assign(kept, { bytes: undefined, crcErrors: 0 });
      },
      properties: {
        get mode() {
          return kept.bytes === undefined ? CONFIGURATION : mode();
        },
        get crcErrors() {
          return kept.crcErrors;
        },
      },
      spi: {
        select: restart,
        transfer(tx, rx, count) {
          for (let index = 0; index < count; index++) {
            const answer = exchange(tx?.[index] ?? 0);
            if (rx !== undefined) rx[index] = answer;
          }
        },
        deselect: restart,
      },
    };
  };

export const parts: readonly Part[] = [
  {
    ...sheet,
    compatible: ['microchip,mcp2518fd', 'microchip,mcp251xfd', 'microchip,mcp251863'],
    title: 'MCP2518FD CAN FD controller',
    model: modelOf(true),
  },
  {
    ...sheet,
    compatible: ['microchip,mcp2517fd'],
    title: 'MCP2517FD CAN FD controller',
    model: modelOf(false),
  },
];
