/**
 * The data sheet of a part: everything about it that does not move. It is declared once, in a file under the part's
 * own name, and read by everybody: the simulation runs it, SPI messages are framed by it, traces name registers and
 * fields by it, `eeprom`, `flash`, `parts`, the bindings and the README's tables are made from it.
 *
 * This room imports nothing at run time, so that a data sheet can be read without loading the simulation.
 */

/** What a property holds. Survives `postMessage`. */
export type PropertyValue = number | boolean | string | Uint8Array;

/**
 * What the bus may do with a register or a field. `rw`: read and write (default). `ro`: writes change nothing.
 * `wo`: reads as its reset value. `w1c`, `w0c`: writing 1 (0) clears the bit, the other value leaves it. `rc`: reading
 * clears it. `sc`: writing 1 starts something, the bit reads as 0 (self-clearing).
 */
export type Access = 'rw' | 'ro' | 'wo' | 'w1c' | 'w0c' | 'rc' | 'sc';

/** Bits of a register: one bit, or from the highest to the lowest, and what the bus may do with them. */
export type Field =
  | number
  | readonly [high: number, low: number]
  | readonly [bit: number, access: Access]
  | readonly [high: number, low: number, access: Access];

/** A register as the data sheet's table has it. */
export interface Register {
  readonly at: number;
  /** Value after power-on. Default 0. */
  readonly reset?: number;
  /** For all bits that no field says otherwise of. Default `rw`. */
  readonly access?: Access;
  /** Bits. Default: what the bus form says, 8 or 16. */
  readonly width?: number;
  /** How many registers of this kind follow each other. Default 1. */
  readonly count?: number;
  /** Named bits. With fields, bits that none of them has are reserved: they read as their reset value. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** It is at `at` while `banks` holds this number. Default: always. */
  readonly bank?: number;
  /** Bits that a write changes, where neither access nor fields say it. */
  readonly writable?: number;
  /** Writes change it only while another register, of its bits in `mask`, has this value. */
  readonly unlockedBy?: { readonly register: string; readonly mask: number; readonly value: number };
}

/** Registers by the names of the data sheet. */
export type Registers = Readonly<Record<string, Register>>;

/** Something of a part that a test or a script may read or set. */
export interface Property {
  /** `integer`: bits, levels of pins, counts. Default `number`. */
  readonly kind?: 'number' | 'integer' | 'flag' | 'text' | 'bytes';
  /** Unit of a number, as it is written: `°C`, `V`, `ms`. */
  readonly unit?: string;
  /** Least and greatest value of a number. */
  readonly range?: readonly [number, number];
  /** Value after power-on. Default: 0, false, empty text, no bytes. */
  readonly initial?: PropertyValue;
  /** The least difference that the part can tell. */
  readonly step?: number;
  /**
   * Where its value stands in the registers, without a model: `REGISTER` or `REGISTER.FIELD`, several with the most
   * significant bits first. What is sensed is put there; what is shown is read from there.
   */
  readonly field?: string | readonly string[];
  /** Of a value with a `field`: how much a step of its code is, in its unit. Default 1. */
  readonly gain?: number;
  /** Of a value with a `field`: what code 0 means. Default 0. */
  readonly offset?: number;
  /** The code of its `field` is in two's complement. */
  readonly signed?: true;
  /** Of what is shown: a field that is 0 while this is off, and 0 is shown. */
  readonly enabledBy?: string;
  /** One sentence fragment: `what the sensor feels`. */
  readonly doc: string;
}

/** Properties by the names that a test uses. */
export type Properties = Readonly<Record<string, Property>>;

/** How a part speaks on I2C. */
export interface I2cForm {
  /**
   * `byte registers`: the first byte names a register, each further one goes to the next register.
   * `word registers`: the first byte names a register, the next ones are its value, most significant first.
   * `commands`: what is written is an instruction; an answer is read.
   * `memory`: the first bytes are a memory address.
   * `other`: the model takes the bytes as they come.
   */
  readonly form: 'byte registers' | 'word registers' | 'commands' | 'memory' | 'other';
  /** Where it usually answers: what an example shows. */
  readonly address: number;
  /** Of byte registers: each byte that is written to one is followed by the number of the next. */
  readonly pairs?: true;
  /** Bytes of a register number, the more significant first. Default 1. */
  readonly pointerBytes?: 1 | 2;
  /** Of word registers: the number is in the upper seven bits of the first byte, whose lowest is bit 8 of the value. */
  readonly nineBits?: true;
  /** It answers at these addresses beyond its own too: registers from 100h on there, at the next from 200h on. */
  readonly also?: readonly number[];
  /** Registers of several bytes have the least significant byte first. */
  readonly littleEndian?: true;
  /** After a whole register comes the one that follows. Default: of byte registers. */
  readonly advances?: boolean;
  /** How much further the number of the register that follows is: 2 where registers of two bytes have the numbers of bytes. Default 1. */
  readonly stride?: 2 | 4;
  /** Bits of the register number that count. Default: all. */
  readonly pointer?: number;
  /** The register after which a burst begins again at 0; a register number beyond it wraps too. */
  readonly last?: number;
  /**
   * A byte in front says what follows: data where it has the bit `data`, else commands of `instructions`. Where it has
   * the bit `more`, one byte follows and then such a byte again; else all bytes up to STOP are of this kind.
   */
  readonly control?: { readonly more: number; readonly data: number };
}

/** What the first bytes of an SPI transfer mean to a register chip. Masks are of the whole header. */
export interface SpiHeader {
  /** Default 1. The first byte stands in the higher bits. */
  readonly bytes?: 1 | 2 | 3;
  /** Set: registers are read. */
  readonly read: number;
  /** Set: registers are written; in the place of `read`, which is 0 then. */
  readonly write?: number;
  /** The bits that name a register. */
  readonly address: number;
  /** How many bits stand below those. Default 0. */
  readonly shift?: number;
  /** Bits that every register number has, whatever the header says. */
  readonly base?: number;
  /** Set: further bytes go to the registers that follow. Without it they always do. */
  readonly increment?: number;
  /** The header begins with these bits: mask and value. Else the transfer is not for this part. */
  readonly opcode?: readonly [mask: number, value: number];
  /** Each data byte that is written is followed by a new header. */
  readonly pairs?: true;
}

/** How a part speaks on SPI. */
export interface SpiForm {
  /** `registers`: a header, then data. `instructions`: an opcode, then what `instructions` says. */
  readonly form: 'registers' | 'instructions' | 'other';
  /** Bit n set: works in SPI mode n. Default: all four. */
  readonly modes?: number;
  /** Hz, by the data sheet. Default: no limit. */
  readonly maxSpeedHz?: number;
  /**
   * It is clocked while it is not selected (a card, before its first command): a transfer with the other level of its chip
   * select is meant so, and no mistake that is told.
   */
  readonly idleClocks?: true;
  readonly header?: SpiHeader;
  /** Address bytes, least and most, of instructions whose `address` is `mode`. Default: 3 and 4. */
  readonly addressBytes?: readonly [least: number, most: number];
  /**
   * Where a message ends that Linux sends in several transfers. `waits`: a header of four bytes with the length, wait bytes,
   * data (a TPM). `answers`: what is read without sending belongs to what was sent before. Default: by header or instructions.
   */
  readonly message?: 'waits' | 'answers';
}

/** An instruction of a memory, or a command of a sensor. */
export interface Instruction {
  /** First byte, or first two bytes of a command with 16 bits. */
  readonly opcode: number;
  /** I2C: how many opcodes in a row are this one, which the part tells apart by their low bits. Default 1. */
  readonly count?: number;
  /** In words, as a trace shows it: `read status`. */
  readonly name: string;
  /** I2C with `control`: bytes that belong to the command, as to a contrast its value. Default 0. */
  readonly settings?: number;
  /** Address bytes that follow; `mode`: as the part or its node has them, see `addressBytes`. Default 0. */
  readonly address?: 1 | 2 | 3 | 4 | 'mode';
  /** Mode and dummy bytes between address and data, counted on the lines that carry them. Default 0. */
  readonly dummy?: number;
  /** Whether data follows, and to where: `in` to the controller, `out` to the part. */
  readonly data?: 'in' | 'out';
  /** Lines that carry the data. Default 1. */
  readonly lines?: 1 | 2 | 4;
  /** What it does, as the model calls it. Without it the simulated part ignores the instruction. */
  readonly does?: string;
  /** A number for the model: which status register, how many bytes are erased, how long it takes. */
  readonly operand?: number;
}

/** How a memory is organised. */
export interface Memory {
  /** Bytes. */
  readonly size: number;
  /** Bytes that one write cycle takes; writing on wraps inside the page. */
  readonly pageSize: number;
  /** The smallest page among the makers, where it is less: what a writer who does not know the maker may use. */
  readonly smallestPage?: number;
  /** Bits of the memory address: 8, 9 (the ninth in the instruction), 16, 24 or 32. */
  readonly addressWidth: number;
}

/** A property of the device tree that the part reads. */
export interface NodeProperty {
  readonly type: 'flag' | 'u32' | 'u32s' | 'string' | 'bytes';
  readonly doc: string;
}

/** Registers of events: a bit that is 1 in one of `status`, and is let through, asserts the pin. */
export interface Interrupts {
  /** One of `pins`; asserted it has the level that it does not idle at. */
  readonly pin: string;
  readonly status: readonly string[];
  /** A mask for each of `status`. Default: nothing is masked. */
  readonly mask?: readonly string[];
  /** The bit of a mask that lets an event through. Default 0. */
  readonly letsThrough?: 0 | 1;
}

/** How the counters of a clock chip stand in its registers; `time` and `battery` are among its `senses`. */
export interface Clock {
  /** Sunday is 0 or 1. */
  readonly weekday?: 'from-0' | 'from-1';
  /** The bit of the hours that chooses twelve of them. */
  readonly twelveHours?: number;
  readonly century?: { readonly register: string; readonly mask: number };
  /** `REGISTER.FIELD` that is 1 after a power-on without a battery. */
  readonly lost?: string;
  /** `REGISTER.FIELD` that is 1 while the clock stands still. */
  readonly stop?: string;
}

/**
 * How much of a part is there. `behaves`: what it senses or does is modelled. `answers`: by its registers only, with
 * their ids, reset values and access: a driver finds it, what is written is read back, and nothing happens.
 */
export type Level = 'behaves' | 'answers';

/** What a part is. */
export interface DataSheet {
  /** Names of the kernel's bindings, the part's own first. */
  readonly compatible: readonly string[];
  /** One line for a person: `LM75 temperature sensor, 9 bits`. */
  readonly title: string;
  /** Number of the data sheet: `TI SBOS397`. */
  readonly source?: string;
  /** How much of the part is there. Default: it behaves. */
  readonly level?: Level;
  /** What software could notice and the part does not do: a sentence fragment each. */
  readonly notModelled?: readonly string[];
  readonly bus: { readonly i2c?: I2cForm; readonly spi?: SpiForm };
  /** Generic name of its node (device tree specification, 2.2.2): `rtc`, `eeprom`. */
  readonly node?: string;
  /** Properties that it reads from its node. */
  readonly nodeProperties?: Readonly<Record<string, NodeProperty>>;
  /** Lines without which its node says too little. */
  readonly nodeExample?: readonly string[];
  readonly registers?: Registers;
  /** Which register chooses what stands at the numbers of registers with a `bank`; of its bits, those of `field`. */
  readonly banks?: { readonly register: string; readonly field?: string };
  readonly instructions?: readonly Instruction[];
  readonly memory?: Memory;
  /** Names that people give it which are no compatible: `25256`. */
  readonly partNumbers?: readonly string[];
  /** What a test sets: what the part senses, and how it behaves. */
  readonly senses?: Properties;
  /** What a test can only look at. */
  readonly shows?: Properties;
  /** Output pins by the data sheet's names: `INT`, `ALERT`. They idle high. */
  readonly pins?: readonly string[];
  /** Pins that idle low. */
  readonly idleLow?: readonly string[];
  /** The registers of its events, which drive a pin without a model. */
  readonly interrupts?: Interrupts;
  /** The counters of a clock chip (`second`, `minute`, … of `registers`), which tick without a model. */
  readonly clock?: Clock;
  /** A battery keeps everything: a loss of power changes nothing, unless the part senses `battery` and that is false. */
  readonly battery?: true;
}
