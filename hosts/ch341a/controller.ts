import {
  BusFault,
  BYTE_WORDS,
  checkSpiData,
  type HostAdapter,
  SPI_MODE,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { type Move, segmentsOf } from '../link/index.ts';
import { CLOCK_HZ, SPI_CAPABILITIES } from './capabilities.ts';
import { ENDPOINT, PACKET_BYTES, pinStream, reverseBits, SPI_BYTES_MAX, STREAM } from './protocol.ts';

/** Packets that are sent ahead of their answers: as many as flashrom's. */
const AHEAD = 32;
/** After a transfer was broken off: answers that are still due come within this time. */
const SETTLE_MS = 100;
const REFUSED = 'a CH341A cannot do';

/** A CH341A: SPI mode 0 at a fixed clock. */
export class Ch341aAdapter implements HostAdapter, SpiController {
  readonly synchronous = false;
  readonly capabilities = SPI_CAPABILITIES;
  readonly spi: SpiController = this;
  readonly #open: UsbOpener;
  readonly #name: string;
  #usb: UsbConnection | undefined;
  /** The chip that the last message left selected. */
  #held: number | undefined;
  /** A transfer was broken off: answers may be due, a chip may be selected. */
  #unclean = false;

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    this.#name = name;
    this.#open = open;
  }

  get description(): string {
    return this.#usb?.description ?? this.#name;
  }

  async open(): Promise<void> {
    await this.close();
    this.#usb = await this.#open();
    this.#held = undefined;
    // Whoever had it before may have left anything.
    this.#unclean = true;
  }

  async close(): Promise<void> {
    const usb = this.#usb;
    this.#usb = undefined;
    await usb?.close();
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      check(chipSelect, mode, transfers);
    } catch (error) {
      await this.deselect();
      throw error;
    }
    const usb = this.#present();
    await this.#settle(usb, signal);
    this.#unclean = true;
    if (this.#held !== undefined && this.#held !== chipSelect) await this.#pins(usb, undefined, signal);
    let selected = this.#held === chipSelect;
    const { segments, finish } = segmentsOf(mode, transfers);
    for (const { moves, keep } of segments) {
      if (!selected) await this.#pins(usb, chipSelect, signal);
      for (const move of moves) await this.#exchange(usb, move, signal);
      selected = keep;
      if (!keep) await this.#pins(usb, undefined, signal);
    }
    this.#held = selected ? chipSelect : undefined;
    this.#unclean = false;
    finish();
  }

  async deselect(): Promise<void> {
    if (this.#held === undefined || this.#usb === undefined) return;
    this.#held = undefined;
    await this.#pins(this.#usb, undefined, undefined);
  }

  #present(): UsbConnection {
    if (this.#usb !== undefined) return this.#usb;
    throw new BusFault('ENODEV', `${this.description} is not open`);
  }

  /** Takes answers that are still due, and deselects. @throws {BusFault} */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#unclean) return;
    this.#held = undefined;
    for (let isQuiet = false; !isQuiet; ) {
      if (signal?.aborted) throw new BusFault('ETIMEDOUT');
      isQuiet = await usb.in(ENDPOINT.IN, PACKET_BYTES, AbortSignal.timeout(SETTLE_MS)).then(
        () => false,
        (error: unknown) => {
          if (error instanceof BusFault && error.code === 'ETIMEDOUT') return true;
          throw error;
        },
      );
    }
    await this.#pins(usb, undefined, signal);
    this.#unclean = false;
  }

  async #pins(
    usb: UsbConnection,
    selected: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await usb.out(ENDPOINT.OUT, pinStream(selected), signal);
  }

  /** Both ways at once; without `tx` zeros are sent. */
  async #exchange(
    usb: UsbConnection,
    { tx, rx, length }: Move,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const sent = reverseBits(tx ?? new Uint8Array(length));
    const run = AHEAD * SPI_BYTES_MAX;
    for (let from = 0; from < length; from += run) {
      const data = sent.subarray(from, from + run);
      const packets = Math.ceil(data.length / SPI_BYTES_MAX);
      const out = new Uint8Array(data.length + packets);
      for (let packet = 0; packet < packets; packet++) {
        out[packet * PACKET_BYTES] = STREAM.SPI;
        const part = data.subarray(packet * SPI_BYTES_MAX, (packet + 1) * SPI_BYTES_MAX);
        out.set(part, packet * PACKET_BYTES + 1);
      }
      const reads = Array.from({ length: packets }, () => usb.in(ENDPOINT.IN, PACKET_BYTES, signal));
      const [, ...answers] = await Promise.all([usb.out(ENDPOINT.OUT, out, signal), ...reads]);
      this.#take(answers, data.length, rx?.subarray(from, from + run));
    }
  }

  #take(answers: readonly Uint8Array[], length: number, rx: Uint8Array | undefined): void {
    answers.forEach((answer, packet) => {
      const at = packet * SPI_BYTES_MAX;
      const due = Math.min(SPI_BYTES_MAX, length - at);
      if (answer.length !== due)
        throw new BusFault('EPROTO', `${this.description} answered ${answer.length} bytes, not ${due}`);
      rx?.set(reverseBits(answer), at);
    });
  }
}

function check(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
  const { chipSelects, modes } = SPI_CAPABILITIES;
  if (!(chipSelect >= 0 && chipSelect < chipSelects))
    throw new BusFault('EINVAL', `invalid chip select ${chipSelect}: a CH341A has ${chipSelects}`);
  const strange = mode & ~modes;
  if (strange !== 0)
    throw new BusFault(
      'EOPNOTSUPP',
      `${REFUSED} SPI mode bits 0x${strange.toString(16)}: only mode 0 and LSB_FIRST`,
    );
  for (const transfer of transfers) checkTransfer(transfer, mode);
}

function checkTransfer(transfer: SpiTransfer, mode: number): void {
  const { txNbits, rxNbits, wordDelayNs, csSetupNs, csHoldNs, csInactiveNs, speedHz } = transfer;
  checkSpiData(transfer, 'a CH341A', BYTE_WORDS);
  if (txNbits > 1 || rxNbits > 1 || (mode & SPI_MODE.THREE_WIRE) !== 0)
    throw new BusFault('EOPNOTSUPP', `${REFUSED} more than one data line each way`);
  if (wordDelayNs + csSetupNs + csHoldNs + csInactiveNs > 0)
    throw new BusFault('EOPNOTSUPP', `${REFUSED} delays`);
  if (speedHz > 0 && speedHz < CLOCK_HZ)
    throw new BusFault(
      'EINVAL',
      `invalid SPI clock ${speedHz} Hz: a CH341A always clocks at up to ${CLOCK_HZ} Hz`,
    );
}
