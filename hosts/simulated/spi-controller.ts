import {
  BusFault,
  bytesPerWord,
  packWords,
  SPI_MODE,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
  unpackWords,
  wireLength,
} from '../../src/bus/index.ts';
import type { SpiWire } from '../../src/sim/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';

const { modes: MODES, maxWordDelayNs: MAX_DELAY_NS } = SPI_CAPABILITIES;

/** Words are repacked in runs of this many: a multiple of 8, so that every run but the last fills its bytes. */
const RUN_WORDS = 1024;

/** The controller of a simulated SPI bus: synchronous, takes no time of its own. */
export class SimulatedSpiController implements SpiController {
  readonly description = 'simulated SPI bus';
  readonly capabilities: SpiCapabilities;
  readonly wire: SpiWire;
  /** What the last message left selected. */
  #held: { chipSelect: number; mode: number } | undefined;
  #packedTx = new Uint8Array(0);
  #packedRx = new Uint8Array(0);

  constructor(wire: SpiWire, chipSelects: number) {
    this.wire = wire;
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects };
  }

  transfer(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
    try {
      this.#check(chipSelect, mode, transfers);
      this.#message(chipSelect, mode, transfers);
    } catch (error) {
      this.deselect();
      throw error;
    }
  }

  deselect(): void {
    this.#held = undefined;
    this.wire.deselect();
  }

  #message(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
    let speedHz = 0;
    for (let i = 0; i < transfers.length; i++)
      speedHz = Math.max(speedHz, (transfers[i] as SpiTransfer).speedHz);
    const held = this.#held;
    if (held === undefined || held.chipSelect !== chipSelect || held.mode !== mode) {
      this.#held = undefined;
      this.wire.select(chipSelect, mode, speedHz);
    }
    for (let i = 0; i < transfers.length; i++) {
      const transfer = transfers[i] as SpiTransfer;
      this.#transfer(mode, transfer);
      if (transfer.csChange && i < transfers.length - 1) {
        this.wire.deselect();
        this.wire.select(chipSelect, mode, speedHz);
      }
    }
    if (transfers[transfers.length - 1]?.csChange) this.#held ??= { chipSelect, mode };
    else this.deselect();
  }

  #transfer(mode: number, transfer: SpiTransfer): void {
    const { tx, rx } = transfer;
    const length = (tx ?? rx)?.length ?? 0;
    if (length === 0) return;
    if ((mode & SPI_MODE.LOOP) !== 0) {
      if (tx === undefined) rx?.fill(0);
      else rx?.set(tx);
      return;
    }
    const bits = transfer.bitsPerWord || 8;
    const lines = (tx === undefined ? transfer.rxNbits : transfer.txNbits) || 1;
    if (bits === 8 && (mode & SPI_MODE.LSB_FIRST) === 0) this.wire.exchange(tx, rx, length, lines);
    else
      this.#exchangeWords(
        tx,
        rx,
        length / bytesPerWord(bits),
        bits,
        (mode & SPI_MODE.LSB_FIRST) !== 0,
        lines,
      );
  }

  #exchangeWords(
    tx: Uint8Array | undefined,
    rx: Uint8Array | undefined,
    words: number,
    bits: number,
    lsbFirst: boolean,
    lines: number,
  ): void {
    if (this.#packedTx.length === 0) {
      this.#packedTx = new Uint8Array(RUN_WORDS * 4);
      this.#packedRx = new Uint8Array(RUN_WORDS * 4);
    }
    const form = { bits, lsbFirst };
    const step = bytesPerWord(bits);
    for (let done = 0; done < words; done += RUN_WORDS) {
      const run = Math.min(RUN_WORDS, words - done);
      const length = wireLength(run, form);
      if (tx !== undefined) packWords(tx.subarray(done * step), run, form, this.#packedTx);
      this.wire.exchange(tx && this.#packedTx, rx && this.#packedRx, length, lines);
      if (rx !== undefined) unpackWords(this.#packedRx, run, form, rx.subarray(done * step));
    }
  }

  #check(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
    const { chipSelects } = this.capabilities;
    if (!(chipSelect >= 0 && chipSelect < chipSelects)) {
      throw new BusFault('EINVAL', `invalid chip select ${chipSelect}: this bus has ${chipSelects}`);
    }
    if ((mode & ~MODES) !== 0) {
      throw new BusFault('EINVAL', `unsupported SPI mode bits 0x${(mode & ~MODES).toString(16)}`);
    }
    for (let i = 0; i < transfers.length; i++) checkTransfer(transfers[i] as SpiTransfer);
  }
}

function checkTransfer(transfer: SpiTransfer): void {
  const { tx, rx, bitsPerWord, txNbits, rxNbits } = transfer;
  if (tx !== undefined && rx !== undefined && tx.length !== rx.length) {
    throw new BusFault('EINVAL', `tx has ${tx.length} bytes but rx ${rx.length}: they must be equally long`);
  }
  if (!(bitsPerWord >= 0 && bitsPerWord <= 32)) {
    throw new BusFault('EINVAL', `invalid word size ${bitsPerWord}: expected 1 to 32 bits`);
  }
  const step = bytesPerWord(bitsPerWord || 8);
  const length = (tx ?? rx)?.length ?? 0;
  if (length % step !== 0) {
    throw new BusFault(
      'EINVAL',
      `${length} bytes are not a whole number of ${bitsPerWord}-bit words (${step} bytes each)`,
    );
  }
  if (!isLineCount(txNbits) || !isLineCount(rxNbits)) {
    throw new BusFault(
      'EINVAL',
      `invalid number of data lines ${txNbits} and ${rxNbits}: expected 1, 2, 4 or 8`,
    );
  }
  const longest = Math.max(
    transfer.wordDelayNs,
    transfer.csSetupNs,
    transfer.csHoldNs,
    transfer.csInactiveNs,
  );
  if (longest > MAX_DELAY_NS)
    throw new BusFault('EINVAL', `invalid delay ${longest} ns: expected at most 1000000000 ns`);
}

function isLineCount(lines: number): boolean {
  return lines === 0 || lines === 1 || lines === 2 || lines === 4 || lines === 8;
}
