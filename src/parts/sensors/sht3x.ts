import { busyWith } from '../busy.ts';
import type { DataSheet, Instruction } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { CLIMATE, codeOf } from './climate.ts';

/** Table 9: single shots; measurement times by repeatability (table 4, typical). */
const SINGLE = [
  { opcode: 0x2c06, name: 'measure, high repeatability, stretching', operand: 12.5e6, does: 'stretch' },
  { opcode: 0x2c0d, name: 'measure, medium repeatability, stretching', operand: 4.5e6, does: 'stretch' },
  { opcode: 0x2c10, name: 'measure, low repeatability, stretching', operand: 2.5e6, does: 'stretch' },
  { opcode: 0x2400, name: 'measure, high repeatability', operand: 12.5e6, does: 'measure' },
  { opcode: 0x240b, name: 'measure, medium repeatability', operand: 4.5e6, does: 'measure' },
  { opcode: 0x2416, name: 'measure, low repeatability', operand: 2.5e6, does: 'measure' },
] as const satisfies readonly Instruction[];

/** Table 10: half, 1, 2, 4, 10 measurements a second; the lower byte is the repeatability. */
const PERIODIC = (
  [
    [0x2032, 2e9],
    [0x2024, 2e9],
    [0x202f, 2e9],
    [0x2130, 1e9],
    [0x2126, 1e9],
    [0x212d, 1e9],
    [0x2236, 0.5e9],
    [0x2220, 0.5e9],
    [0x222b, 0.5e9],
    [0x2334, 0.25e9],
    [0x2322, 0.25e9],
    [0x2329, 0.25e9],
    [0x2737, 0.1e9],
    [0x2721, 0.1e9],
    [0x272a, 0.1e9],
  ] as const
).map(([opcode, operand]) => ({
  opcode,
  name: `measure every ${operand / 1e6} ms`,
  operand,
  does: 'measure-periodically',
})) satisfies readonly Instruction[];

/** Alert limits: where they are read, where they are written, and their value after power-on. */
const LIMITS = [
  { name: 'high alert limit, set', read: 0xe11f, write: 0x611d, reset: 0xcd33 },
  { name: 'high alert limit, clear', read: 0xe114, write: 0x6116, reset: 0xc92d },
  { name: 'low alert limit, clear', read: 0xe109, write: 0x610b, reset: 0x3869 },
  { name: 'low alert limit, set', read: 0xe102, write: 0x6100, reset: 0x3466 },
] as const;

const sheet = {
  compatible: [
    'sensirion,sht3x',
    'sensirion,sht30',
    'sensirion,sht31',
    'sensirion,sht35',
    'sensirion,sht3xd',
  ],
  title: 'SHT3x humidity and temperature sensor',
  source: 'Sensirion SHT3x-DIS',
  notModelled: [
    'the heater warms at once, and always by 3 °C',
    'accuracy: a measurement is exact at every repeatability',
  ],
  node: 'sensor',
  bus: { i2c: { form: 'commands', address: 0x44 } },
  instructions: [
    ...SINGLE,
    ...PERIODIC,
    { opcode: 0x2b32, name: 'accelerated response time', operand: 0.25e9, does: 'measure-periodically' },
    { opcode: 0xe000, name: 'fetch data', data: 'in', does: 'fetch' },
    { opcode: 0x3093, name: 'stop periodic measurement', does: 'break' },
    { opcode: 0x30a2, name: 'soft reset', does: 'reset' },
    { opcode: 0x306d, name: 'heater on', does: 'heater-on' },
    { opcode: 0x3066, name: 'heater off', does: 'heater-off' },
    { opcode: 0xf32d, name: 'read status', data: 'in', does: 'read-status' },
    { opcode: 0x3041, name: 'clear status', does: 'clear-status' },
    { opcode: 0x3780, name: 'read serial number, stretching', data: 'in', does: 'read-serial' },
    { opcode: 0x3682, name: 'read serial number', data: 'in', does: 'read-serial' },
    ...LIMITS.map(
      ({ name, read }, operand) =>
        ({ opcode: read, name: `read ${name}`, data: 'in', does: 'read-limit', operand }) as const,
    ),
    ...LIMITS.map(
      ({ name, write }, operand) =>
        ({ opcode: write, name: `write ${name}`, data: 'out', does: 'write-limit', operand }) as const,
    ),
  ],
  senses: CLIMATE,
  pins: ['ALERT'],
} as const satisfies DataSheet;

/** 4.13 "Conversion of signal output". */
const HUMIDITY = { offset: 0, span: 100, full: 65535 };
const TEMPERATURE = { offset: -45, span: 175, full: 65535 };
const CRC_START = 0xff;
const SERIAL = [0x0123, 0x4567];
/** The first measurement of a series takes as long as a single one. */
const FIRST_NS = 12.5e6;

const STATUS = { ALERT: 0x8000, HEATER: 0x2000, RH_ALERT: 0x0800, T_ALERT: 0x0400, RESET: 0x0010 } as const;
const BAD_COMMAND = 0x0002;
const BAD_CHECKSUM = 0x0001;
const CLEARED = STATUS.ALERT | STATUS.RH_ALERT | STATUS.T_ALERT | STATUS.RESET;
/** 4.10: "a temperature increase of a few °C". */
const HEATER_CELSIUS = 3;
const GENERAL_CALL = 0;
const RESET_CALL = 0x06;

const COMMANDS = new Map<number, Instruction>(sheet.instructions.map((one) => [one.opcode, one]));

/** Pressure of saturated water vapour over water in hPa, by Magnus: what the same air makes of %RH when it is warmed. */
function saturation(celsius: number): number {
  return 6.112 * Math.exp((17.62 * celsius) / (243.12 + celsius));
}

const model: Model<typeof sheet> = (_registers, kit) => {
  const { sense, keep, answer, misuse, reset, once, every, clamp, crc8, wordsWithCrc } = kit;
  const { ALERT } = kit.pin;
  const registers = keep({
    status: STATUS.ALERT | STATUS.RESET,
    stretching: false,
    stretch: 0,
    called: false,
    periodic: 0,
    /** The last periodic measurement, and that nobody has fetched it. */
    temperature: 0,
    humidity: 0,
    fresh: false,
  });
  const limits = keep(Uint16Array.from(LIMITS, (limit) => limit.reset));
  const result = answer();
  const received: number[] = [];

  const first = once((lateNs) => {
    measure();
    further.restart(lateNs);
  }, ALERT);
  const further = every(() => (first.pending ? 0 : registers.periodic), measure, ALERT);

  const warming = () => ((registers.status & STATUS.HEATER) === 0 ? 0 : HEATER_CELSIUS);
  const temperatureCode = () => codeOf(sense.temperature + warming(), TEMPERATURE, clamp);
  function humidityCode(): number {
    const { temperature, humidity } = sense;
    const drier = saturation(temperature) / saturation(temperature + warming());
    return codeOf(humidity * drier, HUMIDITY, clamp);
  }
  const reading = () => wordsWithCrc([temperatureCode(), humidityCode()], CRC_START);
  const answerWords = (...words: number[]) => result.begin(wordsWithCrc(words, CRC_START), 0);

  function beginPeriodic(period: number): void {
    Object.assign(registers, { periodic: period, fresh: false });
    first.start(FIRST_NS);
    result.clear();
  }

  function endPeriodic(): void {
    registers.periodic = 0;
    first.cancel();
  }

  function measure(): void {
    Object.assign(registers, { temperature: temperatureCode(), humidity: humidityCode(), fresh: true });
    compare();
  }

  /** Each measurement can be fetched once; without a new one the read header is not acknowledged. */
  function fetch(): void {
    const { periodic, fresh, temperature, humidity } = registers;
    result.clear();
    if (periodic === 0 || !fresh) return;
    Object.assign(registers, { fresh: false, stretching: false });
    answerWords(temperature, humidity);
  }

  const DOES: Readonly<Record<string, (operand: number) => void>> = {
    measure(ns) {
      registers.stretching = false;
      result.begin(reading(), ns);
    },
    stretch(ns) {
      registers.stretching = true;
      result.begin(reading(), ns);
    },
    'measure-periodically': beginPeriodic,
    fetch,
    break: endPeriodic,
    reset,
    'heater-on'() {
      registers.status |= STATUS.HEATER;
    },
    'heater-off'() {
      registers.status &= ~STATUS.HEATER;
    },
    'read-status': () => answerWords(registers.status),
    'clear-status'() {
      registers.status &= ~CLEARED;
      drive();
    },
    'read-serial': () => answerWords(...SERIAL),
    'read-limit': (index) => answerWords(limits[index] as number),
    'write-limit'() {},
  };

  function command(code: number): void {
    const { does = '', operand = 0 } = COMMANDS.get(code) ?? {};
    const action = DOES[does];
    // Bit 1 is about the last command; to read the status is to ask about the one before.
    if (does !== 'read-status') flag(BAD_COMMAND, action === undefined);
    if (action === undefined) misuse(`command ${code}`, `command 0x${code.toString(16)}: no such command`);
    else action(operand);
  }

  function flag(bit: number, set: boolean): void {
    registers.status = set ? registers.status | bit : registers.status & ~bit;
  }

  function setLimit(code: number): void {
    const { does, operand = 0 } = COMMANDS.get(code) ?? {};
    const [, , high = 0, low = 0, crc = 0] = received;
    if (does !== 'write-limit') return;
    const wrong = crc8(Uint8Array.of(high, low), CRC_START) !== crc;
    flag(BAD_CHECKSUM, wrong);
    if (!wrong) limits[operand] = (high << 8) | low;
  }

  function byte(value: number): void {
    if (registers.called) {
      if (value === RESET_CALL) reset();
      return;
    }
    received.push(value);
    const [high = 0, low = 0] = received;
    if (received.length === 2) command((high << 8) | low);
    if (received.length === 5) setLimit((high << 8) | low);
  }

  /** "Alert mode application note": 7 bits of humidity, 9 of temperature; high set, high clear, low clear, low set. */
  function compare(): void {
    track(STATUS.T_ALERT, registers.temperature >> 7, (limit) => limit & 0x1ff);
    track(STATUS.RH_ALERT, registers.humidity >> 9, (limit) => limit >> 9);
    drive();
  }

  function track(bit: number, value: number, part: (limit: number) => number): void {
    const [highSet = 0, highClear = 0, lowClear = 0, lowSet = 0] = limits;
    const active = (registers.status & bit) !== 0;
    const [high, low] = active ? [highClear, lowClear] : [highSet, lowSet];
    const beyond = value > part(high) || value < part(low);
    registers.status = beyond ? registers.status | bit | STATUS.ALERT : registers.status & ~bit;
  }

  const drive = () => ALERT.set((registers.status & (STATUS.T_ALERT | STATUS.RH_ALERT)) !== 0);

  drive();
  return {
    sharedAddresses: () => [GENERAL_CALL],
    stretchNs: () => registers.stretch,
    restored: drive,
    reset() {
      limits.set(LIMITS.map((limit) => limit.reset));
      Object.assign(registers, { status: STATUS.ALERT | STATUS.RESET, stretch: 0, fresh: false });
      endPeriodic();
      result.clear();
      drive();
    },
    i2c: {
      busyReason: () => busyWith('measurement', result.remainingNs),
      start(address, read) {
        registers.stretch = 0;
        registers.called = address === GENERAL_CALL;
        received.length = 0;
        if (!read) return true;
        if (registers.called || !result.hasAnswer) return false;
        const remaining = result.remainingNs;
        if (registers.stretching) registers.stretch = remaining;
        return registers.stretching || remaining === 0;
      },
      write(data) {
        for (const value of data) byte(value);
        return data.length;
      },
      read(into) {
        registers.stretch = 0;
        result.read(into);
      },
      /** A measurement is read once. */
      stop() {
        if (result.position > 0) result.clear();
      },
    },
  };
};

export const parts = [{ ...sheet, model }];
