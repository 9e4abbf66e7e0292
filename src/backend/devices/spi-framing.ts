import type { SpiTransfer } from '../../bus/index.ts';

/**
 * Where a message ends when its driver does not say. Linux's virtio-spi driver sends each transfer of a
 * message by itself and clears `cs_change` even on the last one, so "write enable" and the command after it
 * look like one message, and the parts of a command like several. What tells them apart is what the part
 * expects next, by the protocol of its kind.
 */
export interface SpiFraming {
  /**
   * Does the command that has been sent so far want more to be written?
   * @param opcode its first byte
   * @param sent bytes written so far, at least 1
   */
  expectsMore(opcode: number, sent: number): boolean;
  /**
   * Does it want more, or an answer that is read? To deselect the part now would spoil the message.
   * @param opcode as above
   * @param sent as above
   */
  isUnfinished(opcode: number, sent: number): boolean;
  /**
   * Of a part whose messages say by what is exchanged where they end: in the place of the two above, for each message.
   * @param opcode its first byte: what is received may take its place in the driver's memory
   */
  follow?(opcode: number): SpiFollower;
  /** A chip that is left selected is in the middle of a message, also after a read. */
  readonly isTold?: boolean;
}

/** Follows one message, transfer by transfer. */
export interface SpiFollower {
  pass(transfer: SpiTransfer): void;
  /** Does this transfer belong to the message that has passed so far? */
  continues(next: SpiTransfer): boolean;
  /** Is more to come? */
  readonly unfinished: boolean;
}

/** A command is one transfer; what is read after it belongs to it. True of most parts. */
const SINGLE_TRANSFER: SpiFraming = { expectsMore: () => false, isUnfinished: () => false };

/** Of a driver that tells where its messages end, as ours does: what it leaves selected goes on, whatever the part. */
export const TOLD_BY_DRIVER: SpiFraming = { ...SINGLE_TRANSFER, isTold: true };

/** What a part expects on SPI, as its data sheet declares it (see `DataSheet` in src/parts). */
export interface SpiProtocol {
  /** Instructions that begin with an opcode. */
  readonly instructions?: readonly SpiInstruction[];
  readonly bus: {
    readonly spi?: {
      /** Address bytes, least and most, of instructions whose `address` is `mode`. Default: 3 and 4. */
      readonly addressBytes?: readonly [least: number, most: number];
      /** A header before the data, and its bit that is set for a read. */
      readonly header?: { readonly bytes?: number; readonly read: number };
      /** Where messages end that say so themselves. */
      readonly message?: 'waits' | 'answers';
    };
  };
}

interface SpiInstruction {
  readonly opcode: number;
  readonly address?: number | 'mode';
  readonly dummy?: number;
  readonly data?: 'in' | 'out';
}

const OPCODE_BYTES = 1;
const NOR_ADDRESS_BYTES = [3, 4] as const;

/** What may follow an opcode: bytes that are written. */
interface Extent {
  readonly data: 'in' | 'out' | undefined;
  /** Address and dummy bytes, where the address is as short, or as long, as it may be. */
  readonly least: number;
  readonly most: number;
}

/** An opcode, then for some an address and dummy bytes, then for some data. */
class InstructionFraming implements SpiFraming {
  readonly #extents: ReadonlyMap<number, Extent>;

  constructor(instructions: readonly SpiInstruction[], addressBytes: readonly [number, number]) {
    this.#extents = new Map(
      instructions.map(({ opcode, address = 0, dummy = 0, data }) => {
        const [least, most] = address === 'mode' ? addressBytes : [address, address];
        return [opcode, { data, least: least + dummy, most: most + dummy }];
      }),
    );
  }

  expectsMore(opcode: number, sent: number): boolean {
    const { data, least, most } = this.#extents.get(opcode) ?? { data: undefined, least: 0, most: 0 };
    // Data to the part follows a header, the shortest or the longest that there may be.
    if (data === 'out') return sent <= OPCODE_BYTES + least || sent === OPCODE_BYTES + most;
    return sent < OPCODE_BYTES + (data === 'in' ? most : least);
  }

  isUnfinished(opcode: number, sent: number): boolean {
    return this.#extents.get(opcode)?.data === 'in' || this.expectsMore(opcode, sent);
  }
}

/** Registers: a header in one transfer or two, then data in its own. */
class HeaderFraming implements SpiFraming {
  readonly #bytes: number;
  /** The bit of the first byte that is set for a read. */
  readonly #read: number;

  constructor({ bytes = 1, read }: { readonly bytes?: number; readonly read: number }) {
    this.#bytes = bytes;
    this.#read = read >> (8 * (bytes - 1));
  }

  expectsMore(_first: number, sent: number): boolean {
    return sent < this.#bytes;
  }

  isUnfinished(first: number, sent: number): boolean {
    return (first & this.#read) !== 0 || sent <= this.#bytes;
  }
}

const WAITS_HEADER_BYTES = 4;

/**
 * A TPM (TCG PC Client PTP, 7.3): a header of four bytes, the first of which has the number of data bytes, less one, in its
 * lowest six bits; then bytes until the part answers one with its lowest bit set, which the last of the header may be; then data.
 */
class WaitsFollower implements SpiFollower {
  #sent = 0;
  #data: number;
  #isReady = false;

  constructor(first: number) {
    this.#data = (first & 0x3f) + 1;
  }

  get unfinished(): boolean {
    return this.#sent < WAITS_HEADER_BYTES || !this.#isReady || this.#data > 0;
  }

  continues(): boolean {
    return this.unfinished;
  }

  pass({ tx, rx }: SpiTransfer): void {
    const length = tx?.length ?? rx?.length ?? 0;
    for (let index = 0; index < length; index++) {
      if (this.#isReady) this.#data--;
      else if (++this.#sent >= WAITS_HEADER_BYTES) this.#isReady = ((rx?.[index] ?? 1) & 1) === 1;
    }
  }
}

/** Something is sent, and as much is read as its driver likes, in several transfers. */
class AnswersFollower implements SpiFollower {
  readonly unfinished = true;

  continues({ tx }: SpiTransfer): boolean {
    return tx === undefined;
  }

  pass(): void {}
}

/** The framing for a part with this protocol; without one, a command is one transfer. */
export function spiFramingOf(protocol: SpiProtocol | undefined): SpiFraming {
  const { instructions, bus } = protocol ?? { bus: {} };
  const message = bus.spi?.message;
  if (message !== undefined) {
    return {
      ...SINGLE_TRANSFER,
      follow: (opcode) => (message === 'waits' ? new WaitsFollower(opcode) : new AnswersFollower()),
    };
  }
  if (bus.spi?.header !== undefined) return new HeaderFraming(bus.spi.header);
  if (bus.spi === undefined || instructions === undefined) return SINGLE_TRANSFER;
  return new InstructionFraming(instructions, bus.spi.addressBytes ?? NOR_ADDRESS_BYTES);
}
