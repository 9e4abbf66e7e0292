import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

const sheet = {
  compatible: ['microchip,mcp4725'],
  title: 'MCP4725 DAC, 12 bits with EEPROM',
  source: 'Microchip DS22039',
  notModelled: ['the high-speed mode of I2C', 'the resistors to ground of the power-down modes'],
  node: 'dac',
  bus: { i2c: { form: 'other', address: 0x60 } },
  senses: {
    vdd: { unit: 'V', range: [2.7, 5.5], initial: 3.3, doc: 'supply, and so the full scale' },
  },
  shows: {
    voltage: { unit: 'V', doc: 'what the output gives' },
    code: { kind: 'integer', range: [0, 4095], doc: 'the DAC register' },
  },
} as const satisfies DataSheet;

/** Section 7.3 "General call": 06h reset, 09h wake up. */
const GENERAL_CALL = 0;
const RESET = 0x06;
const WAKE_UP = 0x09;
/** EEPROM write time (typical 25 ms). */
const WRITE_NS = 25e6;

/** C2 C1 C0 of the first byte. */
const WRITE_DAC = 0b010;
const WRITE_DAC_AND_EEPROM = 0b011;

const model: Model<typeof sheet> = (_registers, { sense, keep, once, misuse, reset }) => {
  const dac = keep({ code: 0x800, powerDown: 0 });
  const eeprom = keep({ code: 0x800, powerDown: 0 });
  const bus = keep({ called: false, sent: 0 });
  const received: number[] = [];
  const writing = once();

  function byte(value: number): void {
    received.push(value);
    const [first = 0, second = 0, third = 0] = received;
    if (first >> 6 === 0 && received.length === 2) {
      received.length = 0;
      Object.assign(dac, { powerDown: (first >> 4) & 3, code: ((first & 0x0f) << 8) | second });
    } else if (first >> 6 !== 0 && received.length === 3) {
      received.length = 0;
      write(first >> 5, { powerDown: (first >> 1) & 3, code: (second << 4) | (third >> 4) });
    }
  }

  function write(command: number, value: typeof dac): void {
    if (command !== WRITE_DAC && command !== WRITE_DAC_AND_EEPROM) return;
    // While the EEPROM is being written, new commands are ignored.
    if (writing.pending) {
      misuse('busy', 'it was written to while its EEPROM write is under way: the command is ignored');
      return;
    }
    Object.assign(dac, value);
    if (command !== WRITE_DAC_AND_EEPROM) return;
    Object.assign(eeprom, value);
    writing.start(WRITE_NS);
  }

  function generalCall(value: number): void {
    if (value === RESET) reset();
    else if (value === WAKE_UP) dac.powerDown = 0;
  }

  /** Figure 6-3: RDY/BSY, POR and the DAC register, then the EEPROM. */
  function answer(): readonly number[] {
    return [
      (writing.pending ? 0 : 0x80) | 0x40 | (dac.powerDown << 1),
      dac.code >> 4,
      (dac.code & 0x0f) << 4,
      (eeprom.powerDown << 5) | (eeprom.code >> 8),
      eeprom.code & 0xff,
    ];
  }

  return {
    sharedAddresses: () => [GENERAL_CALL],
    /** The DAC register is loaded from the EEPROM. */
    reset: () => Object.assign(dac, eeprom),
    properties: {
      get voltage() {
        return dac.powerDown === 0 ? (sense.vdd * dac.code) / 4096 : 0;
      },
      get code() {
        return dac.code;
      },
    },
    i2c: {
      start(address, read) {
        received.length = 0;
        bus.called = address === GENERAL_CALL;
        bus.sent = 0;
        return !(bus.called && read);
      },
      write(data) {
        for (const value of data) {
          if (bus.called) generalCall(value);
          else byte(value);
        }
        return data.length;
      },
      read(into) {
        const bytes = answer();
        for (let i = 0; i < into.length; i++) into[i] = bytes[bus.sent++] ?? 0xff;
      },
    },
  };
};

export const parts = [{ ...sheet, model }];
