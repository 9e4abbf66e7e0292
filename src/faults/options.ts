/** Of a transfer at which a fault could strike. */
export interface FaultMoment {
  /** ns of the board's time. */
  readonly nowNs: number;
  /** What was going on: `write to 0x48, byte 1`. */
  readonly where: string;
}

interface Condition {
  /** Not before so many ms of the board's time have passed. */
  readonly afterMs?: number;
  /** So many chances pass first. */
  readonly skip?: number;
  /** Only while it returns true: for a board without a thread of its own (`backEnd: 'inline'`). */
  readonly while?: (moment: FaultMoment) => boolean;
}

/** When a fault strikes. Chances are counted where everything else of the fault fits. */
export interface FaultTiming extends Condition {
  /** How often at most. Default: once for what happens (`nack`, `flip`, …), for ever for what lasts (`absent`, `sda`, …). */
  readonly times?: number;
  /** Only every nth chance. */
  readonly every?: number;
  /** Only with this probability, above 0 and up to 1, each time. */
  readonly chance?: number;
  /** Of what is random; default: another one each time. It is told in the fault's text. */
  readonly seed?: number;
}

/** Which transfers of the target a fault strikes. */
export interface FaultPlace {
  /** Only transfers this way. */
  readonly direction?: 'read' | 'write';
  /** Only where the first byte that was last written to the address is this one; on SPI the first byte since the chip was selected. */
  readonly register?: number;
}

interface Lasting extends Condition {
  /** How long it lasts, in ms of the board's time; for ever where nothing is said. */
  readonly forMs?: number;
}

/** What a simulated part senses. */
interface Sensed extends Lasting {
  /** What of it; default: the first number that it senses. */
  readonly property?: string;
}

interface OnLine extends FaultTiming {
  /** Number or name of the line. */
  readonly line: number | string;
  readonly edge?: 'rising' | 'falling';
}

/** The address, a data byte of a message that is written (from 0), or any of them. */
export type FaultByte = 'address' | 'any' | number;

/** The faults by their names, with their options. Names are those of Linux's i2c-gpio injector where it has them. */
export interface FaultOptions {
  /**
   * Not acknowledged: the address (`ENXIO`), or data byte `at` of a message that is written, from 0 (`EREMOTEIO`). `any`:
   * each of them is a chance.
   */
  readonly nack: FaultTiming & FaultPlace & { readonly at?: FaultByte };
  /** Another controller wins: `EAGAIN`; who asks tries again as often as Linux's adapters do. */
  readonly lose_arbitration: FaultTiming & FaultPlace;
  /** SCL is held low for `ms` after the address; beyond the bus's time-out, `ETIMEDOUT`. */
  readonly stretch: FaultTiming & FaultPlace & { readonly ms: number };
  /** Noise: bit `bit` of byte `byte` of what is written or read in a message, both from 0. `any`: each byte is a chance. */
  readonly flip: FaultTiming & FaultPlace & { readonly byte?: number | 'any'; readonly bit?: number };
  /** The last byte of a message that is read is wrong: SMBus with PEC is `EBADMSG`. */
  readonly pec: FaultTiming & FaultPlace;
  /** Another revision, or a clone: byte `byte` (from 0) of what is read at `register` is `value`. */
  readonly id: Lasting & { readonly register: number; readonly value: number; readonly byte?: number };
  /** The part is not there: `ENXIO` on I2C; on SPI nobody drives MISO, and 0xff comes in. */
  readonly absent: Lasting;
  /** The part acknowledges nothing while it works: `ENXIO`, as an EEPROM in its write cycle. */
  readonly busy: Lasting & { readonly forMs: number };
  /** Another part has the same address, acknowledges everything and sends `value`: each 0 of it wins. */
  readonly ghost: Lasting & { readonly value: number };
  /** Power-on reset at the address, or at data byte `at` of a message that is written; silent for `forMs` from then on. */
  readonly brownOut: FaultTiming & FaultPlace & { readonly at?: FaultByte; readonly forMs: number };
  /** Another controller stops in the acknowledge of a read's address: the part holds SDA low until it is clocked on. */
  readonly incomplete_address_phase: FaultTiming;
  /** Another controller stops in the acknowledge of a written 0x00: the part holds SDA low until it is clocked on. */
  readonly incomplete_write_byte: FaultTiming;
  /** The multiplexer acknowledges and stays on the channel that it is on. */
  readonly muxStuck: Lasting;
  /** SCL is held low: `ETIMEDOUT`. */
  readonly scl: Lasting;
  /** SDA is held low from outside: `EBUSY`. */
  readonly sda: Lasting;
  /** MISO is stuck at a level: 0x00 or 0xff comes in. */
  readonly miso: Lasting & { readonly level: 0 | 1 };
  /** A clock edge too many: from byte `byte` on, all that comes in is one bit late until the chip is deselected. */
  readonly shift: FaultTiming & { readonly byte?: number };
  /** Chip select goes away for a moment before byte `byte`: the part begins a new command there. */
  readonly cs: FaultTiming & { readonly byte?: number | 'any' };
  /** An edge of a line of a GPIO controller does not arrive. */
  readonly lostEdge: OnLine;
  /** An edge bounces: `count` more pairs of edges follow it at once. Default 3. */
  readonly bounce: OnLine & { readonly count?: number };
  /** An edge comes `ms` later. */
  readonly late: OnLine & { readonly ms: number };
  /** The part always senses `value`, or what it sensed at the fault's first look. */
  readonly stuck: Sensed & { readonly value?: number };
  /** What the part senses grows by `perSecond`, in its unit. */
  readonly drift: Sensed & { readonly perSecond: number };
  /** Up to `amplitude` more or less than the part senses, another value for each transfer. */
  readonly noise: Sensed & { readonly amplitude: number; readonly seed?: number };
  /** `by` more than the part senses. */
  readonly offset: Sensed & { readonly by: number };
  /** Not less than `min` and not more than `max`. */
  readonly clip: Sensed & { readonly min?: number; readonly max?: number };
}

export type FaultKind = keyof FaultOptions;

/** What a fault may have been given, whatever its kind. */
export interface AnyFaultOptions extends FaultTiming, FaultPlace {
  readonly at?: FaultByte;
  readonly ms?: number;
  readonly forMs?: number;
  readonly byte?: number | 'any';
  readonly bit?: number;
  readonly level?: 0 | 1;
  readonly value?: number;
  readonly line?: number | string;
  readonly edge?: 'rising' | 'falling';
  readonly count?: number;
  readonly property?: string;
  readonly perSecond?: number;
  readonly amplitude?: number;
  readonly by?: number;
  readonly min?: number;
  readonly max?: number;
}
