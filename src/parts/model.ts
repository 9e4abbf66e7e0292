import type { DeviceNode } from '../bus/index.ts';
import type { DataSheet, Instruction, Properties, Property, Register } from './data-sheet.ts';

/** A register in a model's hands: its value and its fields, past the bus's access rules. */
export type RegisterHandle<R extends Register = Register> = {
  value: number;
  /** One of several registers of a kind (`count`). */
  get(offset: number): number;
  set(offset: number, value: number): void;
} & { -readonly [F in keyof R['fields']]: number };

type RegistersOf<S extends DataSheet> = {
  readonly [N in keyof S['registers']]: S['registers'][N] extends Register
    ? RegisterHandle<S['registers'][N]>
    : never;
};

type ValueOf<P extends Property> = P['kind'] extends 'flag'
  ? boolean
  : P['kind'] extends 'text'
    ? string
    : P['kind'] extends 'bytes'
      ? Uint8Array
      : number;

type ValuesOf<P> = P extends Properties ? { -readonly [N in keyof P]: ValueOf<P[N]> } : object;

/** An output pin. The level is electrical: an open-drain interrupt output idles high. */
export interface Pin {
  readonly high: boolean;
  /** True while somebody listens. */
  readonly watched: boolean;
  set(high: boolean): void;
}

/** The time that the part lives in. */
export interface PartClock {
  /** Nanoseconds since the clock began. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  wall(): number;
  /** Calls `callback` once, `delayNs` from now; returns what cancels it. */
  after(delayNs: number, callback: () => void): () => void;
}

/** A moment that comes: the end of a conversion, of a write cycle. */
export interface Deadline {
  /** True until it has come. */
  readonly pending: boolean;
  /** Nanoseconds until it comes; 0 = it has. */
  readonly remainingNs: number;
  start(ns: number): void;
  cancel(): void;
}

/** How long ago something was. */
export interface Stopwatch {
  /** Nanoseconds since it was started; first, since the part was made. */
  readonly elapsedNs: number;
  /** Starts now, or started `agoNs` ago. */
  start(agoNs?: number): void;
}

/** Something that happens again and again: a conversion, a tick. */
export interface Periodic {
  /** Accounts for the periods that have ended. */
  catchUp(): void;
  /** A period begins now, or began `agoNs` ago. */
  restart(agoNs?: number): void;
}

/** The comparator of LM75 and its relatives. */
interface Thermostat {
  readonly state: { readonly above: boolean; readonly asserted: boolean };
  /** Looks at `count` conversions that all gave `value`. */
  sample(
    value: number,
    mode: { readonly high: number; readonly low: number; readonly faults: number; readonly latched: boolean },
    count?: number,
  ): void;
  /** In interrupt mode: a register was read. */
  acknowledge(): void;
  reset(): void;
}

/** What a clock chip counts. */
export type CalendarField = 'second' | 'minute' | 'hour' | 'weekday' | 'day' | 'month' | 'year';

/** How a clock chip writes its time into registers; which is where, the fields of the registers say. */
export interface CalendarLayout {
  /** Sunday as 0, as 1, or a bit for each day. */
  readonly weekday: 'from-0' | 'from-1' | 'one-hot';
  /** Bit of the hours register that chooses 12 hours; bit 5 is then PM. */
  readonly twelveHours?: number;
  /** Field that stands for another hundred years after 2000; with `enable` it changes only while that bit is set. */
  readonly century?: { readonly register: string; readonly mask: number; readonly enable?: number };
  /** Called for each second that is counted. */
  onSecond?(): void;
  /** Only while somebody listens to it, each second happens at its own time. */
  readonly pin?: Pin;
}

/**
 * The counters of a clock chip, in the registers whose fields are called `second`, `minute`, …: given to the behaviour,
 * those registers read and write them.
 */
export interface Calendar {
  readonly fields: Record<CalendarField, number>;
  /** The time as `2024-02-29T12:34:56Z`. */
  text: string;
  /** The power was lost: 2000-01-01 00:00:00, and where Sunday is 1 that day (DS3231 data sheet, "Clock and Calendar"). */
  lose(): void;
  /** Stops or starts the oscillator. */
  stop(stopped: boolean): void;
  /** A counter as its register would have it. */
  encoded(field: CalendarField): number;
}

/** Memory that keeps without power. */
export interface Contents {
  readonly bytes: Uint8Array;
  /** To be called after `bytes` changed. */
  changed(): void;
  /** Puts `bytes` at the beginning, as when a test sets them. @throws {RangeError} for more than there is room for */
  load(bytes: Uint8Array): void;
  /** Writes what is unsaved to the file now. */
  flush(): void;
}

/** What a command leaves to be read, once it has ended. */
interface Answer {
  /** How many bytes were read. */
  readonly position: number;
  /** Bytes that can be read after `durationNs`. */
  begin(bytes: Uint8Array, durationNs: number): void;
  clear(): void;
  readonly remainingNs: number;
  readonly hasAnswer: boolean;
  read(into: Uint8Array): void;
}

/** A dot matrix. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): boolean;
}

/** A chip in the same package that has an address of its own. */
export interface ChipInside {
  readonly address: number;
  readonly i2c: I2cBehaviour;
}

/** Sends messages to a bus segment of the part. */
export interface SegmentController {
  /** Writes, then reads `read` bytes after a repeated START; undefined where something was not acknowledged. */
  transfer(address: number, written: Uint8Array, read: number): Uint8Array | undefined;
}

/** What a model is given beside its registers. Every member may be taken out by itself. */
export interface Kit<S extends DataSheet = DataSheet> {
  /** The part's node in the device tree. */
  readonly node: DeviceNode;
  /** The bus it sits on, where it can sit on either. */
  readonly bus: 'i2c' | 'spi';
  /** A time of it that a model keeps is wrong in a snapshot that is put back later: `stopwatch` is right there. */
  readonly clock: PartClock;
  /** What the part senses: as a test set it, else as the data sheet's `initial`. */
  readonly sense: ValuesOf<S['senses']>;
  readonly pin: { readonly [N in S['pins'] extends readonly string[] ? S['pins'][number] : never]: Pin };
  /** The part's own addresses on I2C, by `reg`. */
  readonly addresses: readonly number[];

  /** Keeps plain data beside the registers: it is part of a snapshot. */
  keep<T extends object>(state: T): T;
  /**
   * A deadline; `action` runs before the bus sees the part again, before somebody looks at one of `pins`, and in time
   * while one of them is watched. It is told how long ago the moment was.
   */
  once(action?: (lateNs: number) => void, ...pins: readonly Pin[]): Deadline;
  /**
   * Runs `tick` after each `period` ns (0 = standing still), when `once` would run its action. It is told how many
   * periods have ended, and how long ago the last of them did.
   */
  every(
    period: () => number,
    tick: (count: number, lateNs: number) => void,
    ...pins: readonly Pin[]
  ): Periodic;
  /** How long ago something was, which a snapshot keeps. */
  stopwatch(): Stopwatch;
  thermostat(): Thermostat;
  calendar(layout: CalendarLayout): Calendar;
  answer(): Answer;
  /** Memory in the file of `dtbus,contents`, else as long as the part lives. @throws {NodeError} */
  contents(size: number, fill: number): Contents;

  /** Register by number, past the bus's access rules: as it is stored. */
  peek(address: number): number;
  poke(address: number, value: number): void;
  /** Back to power-on: what a reset command does. */
  reset(): void;

  /** Tells whoever runs the board one sentence. */
  warn(sentence: string): void;
  /** Under `dtbus,strict`: tells a driver's author of a mistake, once for each `place`. */
  misuse(place: string, sentence: string): void;
  /** The error for a property of the node, or of a child of it, that cannot be worked with. */
  fault(property: string, sentence: string, child?: DeviceNode): Error;
  /** To be called after the part's addresses changed. */
  readdress(): void;
  /**
   * A bus segment with the parts below `node`, or an empty one: a mux's channel, or the bus that the part is a master
   * of. `inside` sits on it too: other chips in the same package.
   */
  segment(node?: DeviceNode, inside?: readonly ChipInside[]): object;
  /** A master of `segment`. Its messages take no time. */
  controller(segment: object): SegmentController;

  clamp(value: number, low: number, high: number): number;
  /** What a converter of `bits` bits makes of `value`: two's complement, saturating. */
  quantize(value: number, lsb: number, bits: number): number;
  /** The lowest 16 bits as a two's complement number. */
  signed(word: number): number;
  toBcd(value: number): number;
  fromBcd(byte: number): number;
  /** Words of 16 bits, each with Sensirion's checksum behind it. */
  wordsWithCrc(words: readonly number[], start: number): Uint8Array;
  crc8(bytes: Uint8Array, start: number): number;
  toPng(bitmap: Bitmap): Uint8Array;
  toText(bitmap: Bitmap): string;
}

/** A part's own way on I2C (form `commands`, `memory`, `other`). */
export interface I2cBehaviour {
  /** Its address was sent. True acknowledges. Default: always. */
  start?(address: number, read: boolean): boolean;
  /** How many of the bytes are acknowledged; nothing returned means all. */
  write(data: Uint8Array): number;
  /** Fills `into` with what the part sends. */
  read(into: Uint8Array): void;
  stop?(): void;
  /** Why `start` did not acknowledge, for errors: `busy: write cycle, 3.2 ms left`. */
  busyReason?(): string | undefined;
}

/** A part's own way on SPI (form `other`). */
export interface SpiBehaviour {
  select?(mode: number): void;
  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number, lines: number): void;
  deselect?(): void;
}

/** What an SPI instruction does (form `instructions`). */
export interface InstructionBehaviour {
  /** False ignores the instruction: the part is busy, or asleep. */
  accepts?(instruction: Instruction): boolean;
  /** Address bytes of an instruction whose `address` is `mode`. */
  addressBytes?(instruction: Instruction): number;
  /** What the address begins with: an extended address register. */
  addressBase?(instruction: Instruction, opcode: number): number;
  /** The instruction that `opcode` means, where it is not the one of the table. */
  decode?(opcode: number): number;
  /** The address has arrived: `out` data of this instruction comes next. */
  begin?(instruction: Instruction): void;
  /** Data to the controller: fills `rx` from `from` to `to`; `index` of them were sent already. */
  send(
    instruction: Instruction,
    address: number,
    index: number,
    rx: Uint8Array,
    from: number,
    to: number,
    lines: number,
  ): void;
  /** A byte of data from the controller, the `index`th. */
  take(instruction: Instruction, address: number, index: number, byte: number): void;
  /** Chip select has risen after a whole instruction with `count` bytes of data. */
  execute(instruction: Instruction, address: number, count: number): void;
}

/** Hooks by register; `offset` counts in registers of a kind (`count`). */
type OnRead<S extends DataSheet> = { readonly [N in keyof S['registers']]?: (offset: number) => number };
type OnWrite<S extends DataSheet> = {
  readonly [N in keyof S['registers']]?: (written: RegistersOf<S>[N], before: number, offset: number) => void;
};
type Store<S extends DataSheet> = {
  readonly [N in keyof S['registers']]?: (value: number, offset: number) => void;
};

/** What a part does beyond holding its registers. */
export interface Behaviour<S extends DataSheet = DataSheet> {
  /** What a register reads as. Default: what is stored. */
  readonly onRead?: OnRead<S>;
  /** A register was written, with the fields as the bus sent them; it is stored already. */
  readonly onWrite?: OnWrite<S>;
  /** In the place of storing by the access rules. */
  readonly store?: Store<S>;
  /** In the place of all registers of the data sheet: where the same registers appear at other numbers by a mode. */
  readAny?(address: number): number;
  writeAny?(address: number, value: number): void;
  /** What the registers with fields called `second`, `minute`, … count; before `onWrite`. */
  readonly calendar?: Calendar;
  /** A test set one of `senses`. */
  sensed?(name: string): void;
  /** Of a GPIO expander: something outside drives this pin alone, or lets go of it; without it, `inputs` says all. */
  drivePin?(pin: number, high: boolean | undefined): void;
  /** In the place of all registers: a chip with pages, or with registers that no data sheet names. */
  readonly memory?: { read(address: number): number; write(address: number, value: number): void };
  /** Any register is about to be read. */
  beforeRead?(address: number): void;
  /** Any register was written. */
  afterWrite?(address: number): void;
  /** A transfer to the part begins, or ends. */
  begin?(read: boolean): void;
  end?(): void;
  /** Power-on: the registers have their reset values again. */
  reset?(): void;
  /** A snapshot was put back, pins and times too: recompute what else hangs on it. */
  restored?(): void;
  close?(): void;
  /** The register that a number on the bus means. */
  pointer?(byte: number): number;
  /** The register that follows in a burst. */
  next?(address: number): number;
  /** Bytes of a register, where that changes. */
  width?(address: number): number;
  /** I2C addresses, where software can change them. */
  addresses?(): readonly number[];
  /** Further I2C addresses that it can be written to together with others; 0 is the general call. */
  sharedAddresses?(): readonly number[];
  /** A byte of a general call, the first one 0th. @returns whether it is acknowledged */
  generalCall?(byte: number, index: number): boolean;
  /**
   * It answers the SMBus alert response address (0Ch) while it asserts an alert: what it adds to its address as the
   * lowest bit; undefined while it asserts none.
   */
  alertResponse?(): number | undefined;
  /** Its address was read there: of those that assert an alert it had the lowest one. */
  alertAnswered?(): void;
  /** Whether an SPI header is meant for this part. */
  addressed?(header: number): boolean;
  /** The bus segments that the part connects to its own now (a mux). */
  segments?(): readonly object[];
  /** ns for which it holds SCL low. */
  stretchNs?(): number;
  /** Accessors of properties that are computed, or kept elsewhere than in `sense`. */
  readonly properties?: object;
  readonly i2c?: I2cBehaviour;
  readonly spi?: SpiBehaviour;
  readonly instruction?: InstructionBehaviour;
}

/**
 * The model of a part: called for each part of a board when the board comes up, and anew when somebody first touches the
 * part, as of the same moment (`modelsOf`); a user's own is called once. @throws {NodeError} by `kit.fault`
 */
export type Model<S extends DataSheet = DataSheet> = (registers: RegistersOf<S>, kit: Kit<S>) => Behaviour<S>;

/** A data sheet with its model; without one, the registers of the data sheet alone are the part. */
export interface Part extends DataSheet {
  // biome-ignore lint/suspicious/noExplicitAny: a list of parts has models of many data sheets.
  readonly model?: Model<any>;
}

/** What a file of parts exports. */
export interface PartModule {
  readonly parts: readonly Part[];
}
