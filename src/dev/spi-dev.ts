import { BusFault, SPI_MODE, type SpiCapabilities, type SpiTransfer } from '../bus/index.ts';
import { faultAt } from './fault-context.ts';
import {
  checkBufsiz,
  checkSegments,
  type SpiSegment,
  type TransferLengths,
  transfersOf,
} from './spi-segments.ts';
import type { SpiOpenOptions, SpiSettings } from './spi-settings.ts';

export interface SpiResult {
  /** What the last receiving transfer received; empty where none does. */
  readonly rx: Uint8Array;
  /** What each transfer received, in order; empty for those that do not receive. */
  readonly buffers: readonly Uint8Array[];
}

const EMPTY = new Uint8Array(0);

/**
 * An open `/dev/spidevB.C`, with the semantics of Linux's spidev. Mode, word length and clock belong to the
 * device: all who open it share them.
 *
 * All calls throw `BusFault`: `EINVAL` argument out of range or a mode that the controller lacks, `EMSGSIZE`,
 * `EOPNOTSUPP`, `EIO`, `ETIMEDOUT`, `ENODEV` adapter gone, `ESHUTDOWN` node closed. The sentence names the node.
 *
 * Source: drivers/spi/spidev.c, Documentation/spi/spidev.rst.
 */
export class SpiDev {
  /** Bound of one message in ms; undefined: the bus's own. */
  timeoutMs: number | undefined;
  /** What one message may have. */
  readonly limits: SpiOpenOptions;
  readonly #node: SpiSettings;
  readonly #released: () => void;
  #open = true;

  /** @param released is called once, when the device is closed. */
  constructor(node: SpiSettings, options: SpiOpenOptions, released: () => void) {
    this.#node = node;
    this.limits = options;
    this.#released = released;
  }

  /** `/dev/spidev0.0` */
  get path(): string {
    return this.#node.path;
  }

  /** The adapter's name. */
  get name(): string {
    return this.#node.adapter.name;
  }

  /** Bus number B. */
  get number(): number {
    return this.#node.adapter.number;
  }

  /** Chip select C. */
  get chipSelect(): number {
    return this.#node.chipSelect;
  }

  /** What the controller can do: modes, word lengths, chip selects, clock. */
  get capabilities(): SpiCapabilities {
    return this.#node.adapter.capabilities;
  }

  /** All `SPI_MODE` bits; 0 to 3 are the four modes of clock polarity and phase. */
  get mode(): number {
    return this.#node.mode;
  }

  set mode(mode: number) {
    this.#guard(() => this.#node.setup(mode, this.#node.bitsPerWord));
  }

  /** Whether the lowest bit goes first (`SPI_LSB_FIRST` of `mode`). */
  get lsbFirst(): boolean {
    return (this.#node.mode & SPI_MODE.LSB_FIRST) !== 0;
  }

  set lsbFirst(on: boolean) {
    this.mode = on ? this.#node.mode | SPI_MODE.LSB_FIRST : this.#node.mode & ~SPI_MODE.LSB_FIRST;
  }

  /** 1 to 32. */
  get bitsPerWord(): number {
    return this.#node.bitsPerWord;
  }

  set bitsPerWord(bits: number) {
    this.#guard(() => this.#node.setup(this.#node.mode, bits));
  }

  /** Clock of transfers that name none, in Hz; it is forgotten when the last user closes the device. */
  get maxSpeedHz(): number {
    return this.#node.speedHz;
  }

  set maxSpeedHz(hz: number) {
    this.#guard(() => {
      this.#node.speedHz = hz;
    });
  }

  /** Runs one message: the chip stays selected from the first transfer to the last, save for `csChange`. */
  transferSync(segments: SpiSegment | readonly SpiSegment[]): SpiResult {
    const { adapter, chipSelect, mode } = this.#node;
    try {
      const list = listOf(segments);
      const transfers = this.#prepare(list);
      adapter.transferSync(chipSelect, mode, transfers, this.timeoutMs);
      return resultOf(list, transfers);
    } catch (thrown) {
      throw faultAt(this.path, thrown);
    }
  }

  /**
   * `transferSync` of transfers whose names, types and lengths are known to be right: those of an ioctl.
   * @returns what each transfer received, in order; empty for those that do not receive
   */
  carrySync(segments: readonly SpiSegment[]): readonly Uint8Array[] {
    const { adapter, chipSelect, mode } = this.#node;
    try {
      this.#checkOpen();
      const transfers = transfersOf(this.#node, segments);
      adapter.transferSync(chipSelect, mode, transfers, this.timeoutMs);
      return resultOf(segments, transfers).buffers;
    } catch (thrown) {
      throw faultAt(this.path, thrown);
    }
  }

  /** Promising twin of `transferSync`. */
  async transfer(segments: SpiSegment | readonly SpiSegment[]): Promise<SpiResult> {
    const { adapter, chipSelect, mode } = this.#node;
    try {
      const list = listOf(segments);
      const transfers = this.#prepare(list);
      await adapter.transfer(chipSelect, mode, transfers, this.timeoutMs);
      return resultOf(list, transfers);
    } catch (thrown) {
      throw faultAt(this.path, thrown);
    }
  }

  /** Receives only: read(2) on spidev. */
  readSync(target: number | Uint8Array): Uint8Array {
    return this.transferSync({ rx: target }).rx;
  }

  /** Promising twin of `readSync`. */
  async read(target: number | Uint8Array): Promise<Uint8Array> {
    return (await this.transfer({ rx: target })).rx;
  }

  /** Sends only: write(2) on spidev. Returns how many bytes. */
  writeSync(bytes: Uint8Array): number {
    this.transferSync({ tx: bytes });
    return bytes.length;
  }

  /** Promising twin of `writeSync`. */
  async write(bytes: Uint8Array): Promise<number> {
    await this.transfer({ tx: bytes });
    return bytes.length;
  }

  /** Further transfers fail with `ESHUTDOWN`; closing twice is harmless. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#released();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #prepare(segments: readonly SpiSegment[]): SpiTransfer[] {
    this.#checkOpen();
    if (segments.length === 0) throw new BusFault('EINVAL', 'expected at least one transfer');
    checkSegments(segments);
    const transfers = transfersOf(this.#node, segments);
    if (this.limits.bufsiz !== undefined) checkBufsiz(transfers.map(lengthsOf), this.limits);
    return transfers;
  }

  #checkOpen(): void {
    if (!this.#open) throw new BusFault('ESHUTDOWN', 'the node is closed');
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      throw faultAt(this.path, thrown);
    }
  }
}

function listOf(segments: SpiSegment | readonly SpiSegment[]): readonly SpiSegment[] {
  return isList(segments) ? segments : [segments];
}

// Array.isArray does not narrow a readonly array out of a union.
function isList(segments: SpiSegment | readonly SpiSegment[]): segments is readonly SpiSegment[] {
  return Array.isArray(segments);
}

function lengthsOf({ tx, rx }: SpiTransfer): TransferLengths {
  return { sent: tx?.length ?? 0, received: rx?.length ?? 0 };
}

function received({ rx }: SpiSegment, transfer: SpiTransfer | undefined): Uint8Array {
  const buffer = transfer?.rx;
  if (rx === undefined || buffer === undefined) return EMPTY;
  return typeof rx === 'number' && rx < buffer.length ? buffer.subarray(0, rx) : buffer;
}

function resultOf(list: readonly SpiSegment[], transfers: readonly SpiTransfer[]): SpiResult {
  const buffers: Uint8Array[] = [];
  let rx: Uint8Array = EMPTY;
  for (const [i, segment] of list.entries()) {
    const buffer = received(segment, transfers[i]);
    buffers.push(buffer);
    if (segment.rx !== undefined) rx = buffer;
  }
  return { rx, buffers };
}
