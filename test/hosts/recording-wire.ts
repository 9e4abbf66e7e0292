import { type I2cPart, I2cWire, type SpiPart, SpiWire, TEN_BIT_ADDRESS } from '../../src/sim/index.ts';

/** A register file: the first byte written is where the next one goes, reads go on from there. As a 24c02. */
export const MEMORY = 0x50;
/** The same with a ten-bit address. */
export const MEMORY_TEN_BIT = 0x2a5;
/** Acknowledges `patience` bytes of each write. */
export const PICKY = 0x51;
/** Sends a block of `BLOCK`, its length first. */
export const BLOCK_SENDER = 0x52;
export const BLOCK = [0xd0, 0xd1, 0xd2, 0xd3, 0xd4];
/** Nobody is there, but who looks at the wire sees it called. */
export const ABSENT = 0x33;

export const FLASH_ID = [0xef, 0x40, 0x14];

/**
 * Simulated buses whose parts write down all that happens on the wire, one word an event:
 *
 *     W50 R50    START (or repeated START), address and direction; W33! when nobody acknowledges
 *     <aa <aa!   a byte written; the latter was not acknowledged
 *     >aa        a byte read
 *     P          STOP
 *     [0 ]       chip select becomes active, in that SPI mode; inactive
 *     aa         a byte from the controller
 */
export class RecordingWire {
  readonly i2c = new I2cWire();
  readonly spi = new SpiWire();
  readonly memory = new Uint8Array(256);
  readonly flash = Uint8Array.from({ length: 1 << 16 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
  log: string[] = [];
  /** How many bytes of a write the part at `PICKY` acknowledges. */
  patience = 2;
  /** What the flash was sent since it was selected. */
  #heard: number[] = [];
  /** Called once, at the next event, whatever it is. */
  #atNext: (() => void) | undefined;

  constructor() {
    this.i2c.attach(this.#memory(), '/memory');
    this.i2c.attach(this.#picky(), '/picky');
    this.i2c.attach(this.#blockSender(), '/block-sender');
    this.i2c.attach(this.#absent(), '/absent');
    this.spi.attach(0, this.#flash(), '/flash');
  }

  /** Runs `action` in the middle of the next transfer. */
  atNextEvent(action: () => void): void {
    this.#atNext = action;
  }

  #note(event: string): void {
    this.log.push(event);
    const action = this.#atNext;
    this.#atNext = undefined;
    action?.();
  }

  #part(
    addresses: readonly number[],
    part: Omit<I2cPart, 'addresses' | 'state' | 'reset' | 'stop'>,
  ): I2cPart {
    return {
      addresses,
      state: {},
      reset() {},
      start: (address, read) => {
        const acknowledged = part.start(address, read);
        const shown = (address & 0x3ff).toString(16).padStart(2, '0');
        this.#note(`${read ? 'R' : 'W'}${shown}${acknowledged ? '' : '!'}`);
        return acknowledged;
      },
      write: (data) => {
        const accepted = part.write(data);
        const seen = data.subarray(0, accepted + 1);
        seen.forEach((byte, i) => {
          this.#note(`<${hex(byte)}${i < accepted ? '' : '!'}`);
        });
        return accepted;
      },
      read: (into) => {
        part.read(into);
        for (const byte of into) this.#note(`>${hex(byte)}`);
      },
      stop: () => this.#note('P'),
    };
  }

  #memory(): I2cPart {
    let pointer = 0;
    let pointed = false;
    return this.#part([MEMORY, (TEN_BIT_ADDRESS | MEMORY_TEN_BIT) >>> 0], {
      start: (_, read) => {
        pointed = read;
        return true;
      },
      write: (data) => {
        for (const byte of data) {
          if (pointed) this.memory[pointer++ & 0xff] = byte;
          else pointer = byte;
          pointed = true;
        }
        return data.length;
      },
      read: (into) => {
        for (let i = 0; i < into.length; i++) into[i] = this.memory[pointer++ & 0xff] as number;
      },
    });
  }

  #picky(): I2cPart {
    let room = 0;
    return this.#part([PICKY], {
      start: () => {
        room = this.patience;
        return true;
      },
      write: (data) => {
        const accepted = Math.min(room, data.length);
        room -= accepted;
        return accepted;
      },
      read: (into) => into.fill(0x77),
    });
  }

  #blockSender(): I2cPart {
    let at = 0;
    const all = [BLOCK.length, ...BLOCK];
    return this.#part([BLOCK_SENDER], {
      start: () => {
        at = 0;
        return true;
      },
      write: (data) => data.length,
      read: (into) => {
        for (let i = 0; i < into.length; i++) into[i] = all[at++] ?? 0xff;
      },
    });
  }

  #absent(): I2cPart {
    return this.#part([ABSENT], { start: () => false, write: () => 0, read: () => {} });
  }

  /** What the flash will send with the next byte; undefined: the complement of what it hears. */
  get nextFlashByte(): number | undefined {
    const [command] = this.#heard;
    return command === 0x9f || command === 0x03 ? this.#flashAnswer(0) : undefined;
  }

  /** Answers 9f with its identity, 03 and three address bytes with data; else the complement of what it hears. */
  #flash(): SpiPart {
    return {
      state: {},
      reset() {},
      select: (mode) => {
        this.#heard = [];
        this.#note(`[${mode & 3}`);
      },
      transfer: (tx, rx, length) => {
        for (let i = 0; i < length; i++) {
          const byte = tx?.[i] ?? 0;
          const answer = this.#flashAnswer(byte);
          this.#heard.push(byte);
          this.#note(hex(byte));
          if (rx !== undefined) rx[i] = answer;
        }
      },
      deselect: () => this.#note(']'),
    };
  }

  #flashAnswer(byte: number): number {
    const heard = this.#heard;
    const [command, high = 0, middle = 0, low = 0] = heard;
    if (command === 0x9f) return FLASH_ID[heard.length - 1] ?? 0;
    if (command !== 0x03) return ~byte & 0xff;
    const address = (high << 16) | (middle << 8) | low;
    return heard.length < 4 ? 0xff : (this.flash[(address + heard.length - 4) & 0xffff] as number);
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
