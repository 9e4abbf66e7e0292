import {
  BusFault,
  bytesPerWord,
  checkDelays,
  checkSpiData,
  packWords,
  SPI_MODE,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
  type TransferNotes,
  unpackWords,
  wireLength,
} from '../../src/bus/index.ts';
import { type SpiWire, transferLimited } from '../../src/sim/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import { spiWordsNs } from './wire-time.ts';

const { modes: MODES, maxWordDelayNs: MAX_DELAY_NS } = SPI_CAPABILITIES;

/** Words are repacked in runs of this many: a multiple of 8, so that every run but the last fills its bytes. */
const RUN_WORDS = 1024;

/** The controller of a simulated SPI bus: synchronous. */
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
      this.carryOut(chipSelect, mode, transfers);
    } finally {
      this.wire.clock.settle();
    }
  }

  notes(): TransferNotes {
    return { stretchedNs: 0, struck: this.wire.faults?.struck ?? [] };
  }

  /** The same, and nothing is waited for. */
  carryOut(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
    if (!this.wire.limited) {
      this.#carryOut(chipSelect, mode, transfers);
      return;
    }
    let bytes = 0;
    for (const { tx, rx } of transfers) bytes += (tx ?? rx)?.length ?? 0;
    const looping = transferLimited(bytes, () => this.#carryOut(chipSelect, mode, transfers));
    if (looping === undefined) return;
    this.deselect();
    this.wire.clock.release();
    throw new BusFault('EIO', looping.message);
  }

  #carryOut(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
    const { wire } = this;
    const { clock } = wire;
    wire.stopped = undefined;
    clock.hold();
    try {
      wire.faults?.clear();
      this.#check(chipSelect, mode, transfers);
      this.#message(chipSelect, mode, transfers);
      this.#throwStopped();
    } catch (error) {
      this.deselect();
      throw error;
    } finally {
      clock.release();
    }
  }

  /** A model was ended in this transfer: what came in is nothing. @throws {BusFault} */
  #throwStopped(): void {
    const { stopped } = this.wire;
    if (stopped !== undefined) throw new BusFault('EIO', stopped.message);
  }

  deselect(): void {
    this.#held = undefined;
    this.wire.deselect();
  }

  #message(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
    let speedHz = 0;
    for (let i = 0; i < transfers.length; i++)
      speedHz = Math.max(speedHz, (transfers[i] as SpiTransfer).speedHz);
    const { wire } = this;
    const held = this.#held;
    if (held === undefined || held.chipSelect !== chipSelect || held.mode !== mode) {
      this.#held = undefined;
      wire.select(chipSelect, mode, speedHz);
      wire.pass(transfers[0]?.csSetupNs ?? 0);
    }
    for (let i = 0; i < transfers.length; i++) {
      const transfer = transfers[i] as SpiTransfer;
      const last = i === transfers.length - 1;
      this.#transfer(mode, transfer);
      // On the last one it means the opposite: the chip stays selected.
      if (transfer.csChange === last) continue;
      wire.pass(transfer.csHoldNs);
      if (last) break;
      wire.deselect();
      wire.pass(transfer.csInactiveNs);
      wire.select(chipSelect, mode, speedHz);
      wire.pass(transfers[i + 1]?.csSetupNs ?? 0);
    }
    if (transfers[transfers.length - 1]?.csChange) this.#held ??= { chipSelect, mode };
    else this.deselect();
  }

  #transfer(mode: number, transfer: SpiTransfer): void {
    const { tx, rx } = transfer;
    const length = (tx ?? rx)?.length ?? 0;
    if (length === 0) return;
    const { wire } = this;
    const ns = wire.timed ? spiWordsNs(transfer) : 0;
    const lsbFirst = (mode & SPI_MODE.LSB_FIRST) !== 0;
    const bits = transfer.bitsPerWord || 8;
    const lines = (tx === undefined ? transfer.rxNbits : transfer.txNbits) || 1;
    if ((mode & SPI_MODE.LOOP) !== 0) {
      if (tx === undefined) rx?.fill(0);
      else rx?.set(tx);
      wire.pass(ns);
    } else if (bits === 8 && !lsbFirst) wire.exchange(tx, rx, length, lines, ns);
    else this.#exchangeWords(tx, rx, length / bytesPerWord(bits), { bits, lsbFirst }, lines, ns);
  }

  #exchangeWords(
    tx: Uint8Array | undefined,
    rx: Uint8Array | undefined,
    words: number,
    form: { readonly bits: number; readonly lsbFirst: boolean },
    lines: number,
    ns: number,
  ): void {
    if (this.#packedTx.length === 0) {
      this.#packedTx = new Uint8Array(RUN_WORDS * 4);
      this.#packedRx = new Uint8Array(RUN_WORDS * 4);
    }
    const step = bytesPerWord(form.bits);
    for (let done = 0; done < words; done += RUN_WORDS) {
      const run = Math.min(RUN_WORDS, words - done);
      const length = wireLength(run, form);
      if (tx !== undefined) packWords(tx.subarray(done * step), run, form, this.#packedTx);
      this.wire.exchange(tx && this.#packedTx, rx && this.#packedRx, length, lines, (ns * run) / words);
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
  const { txNbits, rxNbits, wordDelayNs, csSetupNs, csHoldNs, csInactiveNs } = transfer;
  checkSpiData(transfer, 'a simulated bus');
  if (!isLineCount(txNbits) || !isLineCount(rxNbits)) {
    throw new BusFault(
      'EINVAL',
      `invalid number of data lines ${txNbits} and ${rxNbits}: expected 1, 2, 4 or 8`,
    );
  }
  checkDelays(MAX_DELAY_NS, wordDelayNs, csSetupNs, csHoldNs, csInactiveNs);
}

function isLineCount(lines: number): boolean {
  return lines === 0 || lines === 1 || lines === 2 || lines === 4 || lines === 8;
}
