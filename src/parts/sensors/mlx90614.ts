import { smbusPec } from '../../bus/index.ts';
import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

const RAM = { TA: 0x06, TOBJ1: 0x07, TOBJ2: 0x08 } as const;
const EEPROM = {
  TO_MAX: 0x20,
  TO_MIN: 0x21,
  EMISSIVITY: 0x24,
  CONFIG: 0x25,
  ADDRESS: 0x2e,
  ID: 0x3c,
} as const;
const [READ_FLAGS, SLEEP] = [0xf0, 0xff];

const sheet = {
  compatible: ['melexis,mlx90614'],
  title: 'MLX90614 infrared thermometer',
  source: 'Melexis 3901090614, rev. 13',
  notModelled: ['PWM', 'filters of CONFIG', 'a new SMBus address by EEPROM 2Eh', 'noise'],
  node: 'sensor',
  bus: { i2c: { form: 'other', address: 0x5a } },
  // Tables 7 and 9; words travel with the least significant byte first.
  registers: {
    TA: { at: RAM.TA, width: 16, access: 'ro' },
    TOBJ1: { at: RAM.TOBJ1, width: 16, access: 'ro' },
    TOBJ2: { at: RAM.TOBJ2, width: 16, access: 'ro' },
    TO_MAX: { at: EEPROM.TO_MAX, width: 16, reset: 0x9993 },
    TO_MIN: { at: EEPROM.TO_MIN, width: 16, reset: 0x62e3 },
    PWMCTRL: { at: 0x22, width: 16, reset: 0x0201 },
    TA_RANGE: { at: 0x23, width: 16, reset: 0xf71c },
    EMISSIVITY: { at: EEPROM.EMISSIVITY, width: 16, reset: 0xffff },
    CONFIG: { at: EEPROM.CONFIG, width: 16, reset: 0x9fb4 },
    ADDRESS: { at: EEPROM.ADDRESS, width: 16, reset: 0xbe5a },
    ID: { at: EEPROM.ID, width: 16, count: 4, reset: 0x1d0b, access: 'ro' },
  },
  senses: {
    temperature: {
      unit: '°C',
      range: [-40, 125],
      initial: 25,
      step: 0.02,
      doc: 'temperature of the sensor itself',
    },
    object: {
      unit: '°C',
      range: [-70, 380],
      initial: 25,
      step: 0.02,
      doc: 'temperature of what it looks at',
    },
    emissivity: { range: [0.1, 1], initial: 1, doc: 'emissivity of what it looks at' },
  },
} as const satisfies DataSheet;

/** 8.4.5: K = code * 0.02. */
const KELVIN_PER_COUNT = 0.02;
const ZERO = 273.15;
/** 8.3.3: erasing and writing a cell of the EEPROM. */
const WRITE_NS = 10e6;
const MOST = 0x7fff;

const model: Model<typeof sheet> = (
  { EMISSIVITY },
  { sense, keep, once, clamp, peek, poke, addresses, misuse },
) => {
  const bus = keep({ command: 0, asleep: false });
  const writing = once();
  let received: number[] = [];
  let sent: number[] = [];

  const codeOf = (kelvin: number) => clamp(Math.round(kelvin / KELVIN_PER_COUNT), 0, MOST);

  /** What is radiated goes by the fourth power; it is divided by the emissivity that the EEPROM has. */
  function objectKelvin(): number {
    const [object, ambient] = [sense.object + ZERO, sense.temperature + ZERO];
    const ratio = sense.emissivity / (Math.max(1, EMISSIVITY.value) / 0xffff);
    return Math.max(0, ratio * (object ** 4 - ambient ** 4) + ambient ** 4) ** 0.25;
  }

  function wordOf(command: number): number {
    switch (command) {
      case RAM.TA:
        return codeOf(sense.temperature + ZERO);
      case RAM.TOBJ1:
        return codeOf(objectKelvin());
      case READ_FLAGS:
        // Bit 7: the EEPROM is busy; bit 4, which is low, that it starts up.
        return writing.pending ? 0x0080 : 0x0000;
      default:
        return peek(command);
    }
  }

  const addressByte = (read: boolean) => ((addresses[0] as number) << 1) | (read ? 1 : 0);
  /** SMBus packet error check, over the addresses too. */
  const pec = (bytes: readonly number[]) => smbusPec(0, Uint8Array.from(bytes));

  function written(): void {
    const [command = 0, low = 0, high = 0, check] = received;
    if (command === SLEEP) bus.asleep = true;
    if (received.length < 3) return;
    if (check !== pec([addressByte(false), command, low, high])) {
      misuse('pec', `write of 0x${command.toString(16)}: the packet error check is missing or wrong`);
      return;
    }
    const writable = command >= EEPROM.TO_MAX && command <= 0x25;
    if (!writable || writing.pending) return;
    // A cell has to be erased (0) before it is written.
    const value = (high << 8) | low;
    poke(command, value === 0 ? 0 : peek(command) | value);
    writing.start(WRITE_NS);
  }

  return {
    reset() {
      bus.asleep = false;
    },
    i2c: {
      start(_address, read) {
        if (bus.asleep) return false;
        if (!read) {
          received = [];
          return true;
        }
        bus.command = received[0] ?? bus.command;
        const word = wordOf(bus.command);
        const bytes = [word & 0xff, word >> 8];
        sent = [...bytes, pec([addressByte(false), bus.command, addressByte(true), ...bytes])];
        received = [];
        return true;
      },
      write(data) {
        received.push(...data);
        return data.length;
      },
      read(into) {
        for (let index = 0; index < into.length; index++) into[index] = sent.shift() ?? 0xff;
      },
      stop() {
        if (received.length > 0) written();
        received = [];
      },
    },
  };
};

export const parts = [{ ...sheet, model }];
