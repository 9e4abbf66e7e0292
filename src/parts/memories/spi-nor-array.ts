import type { Contents, Deadline, Kit } from '../model.ts';
import type { FlashChip } from './spi-nor-chip.ts';
import type { Locks } from './spi-nor-locks.ts';
import { protectedRange } from './spi-nor-protection.ts';
import { SR3, type StatusRegisters } from './spi-nor-status.ts';

/** Micron's flag status (N25Q128A data sheet, table 9). */
export const FLAG = { READY: 0x80, ERASE: 0x20, PROGRAM: 0x10, PROTECTION: 0x02, FOUR_BYTE: 0x01 } as const;
/** Spansion's first status register: an erase, or a program, failed. */
const FAILED = { ERASE: 0x20, PROGRAM: 0x40 } as const;
/** What can be interrupted is at most as long. */
const LARGEST_SECTOR = 0x40000;

export type Job = 'program' | 'erase';

/** What is lost without power; the status bits that are non-volatile stay. */
export const POWER_ON = {
  writeEnabled: false,
  volatileEnabled: false,
  /** What it is busy with, and may be interrupted in; where that is, and for how long it is suspended still. */
  job: undefined as Job | undefined,
  jobFrom: 0,
  jobTo: 0,
  suspendedNs: 0,
  /** Words are programmed one after the other; where the next one goes. */
  words: false,
  nextWord: 0,
  /** Bits of failures: of Micron's flag status, or of Spansion's status. */
  failures: 0,
  fourByte: false,
  extendedAddress: 0,
  poweredDown: false,
  resetEnabled: false,
};

type FlashState = typeof POWER_ON;

/** The memory of a flash: what is programmed and erased in it, what is protected of it, and how long that takes. */
export class FlashArray {
  readonly contents: Contents;
  readonly busy: Deadline;
  readonly #state: FlashState;
  readonly #chip: FlashChip;
  readonly #sense: { readonly timeScale: number };
  readonly #status: StatusRegisters;
  readonly #locks: Locks | undefined;

  constructor(chip: FlashChip, kit: Kit, state: FlashState, status: StatusRegisters, locks?: Locks) {
    this.#chip = chip;
    this.#state = state;
    this.#sense = kit.sense as { timeScale: number };
    this.contents = kit.contents(chip.size, 0xff);
    this.busy = kit.once(() => this.done());
    this.#status = status;
    this.#locks = locks;
  }

  /** W25Q64JV 8.2.19: an erase or a program stops for a while; a chip erase, or a write to a register, does not. */
  suspend(): void {
    const { job, suspendedNs } = this.#state;
    if (job === undefined || suspendedNs > 0 || !this.busy.pending) return;
    this.#state.suspendedNs = this.busy.remainingNs;
    this.#state.writeEnabled = false;
    this.busy.cancel();
  }

  resume(): void {
    if (this.#state.suspendedNs > 0) this.busy.start(this.#state.suspendedNs);
    this.#state.suspendedNs = 0;
  }

  read(start: number, rx: Uint8Array, from: number, to: number): void {
    const { bytes } = this.contents;
    let address = start % bytes.length;
    for (let at = from; at < to; ) {
      const run = Math.min(to - at, bytes.length - address);
      rx.set(bytes.subarray(address, address + run), at);
      at += run;
      address = 0;
    }
  }

  /** Programs the first `length` bytes of `data`; those of a page are as long as the page. */
  program(data: Uint8Array, start: number, length: number): void {
    const { jobFrom, jobTo, suspendedNs } = this.#state;
    if (suspendedNs > 0 && start >= jobFrom && start < jobTo) return;
    if (this.#isProtected(start, start + length)) {
      this.#refuse('program');
      return;
    }
    const { bytes } = this.contents;
    for (let i = 0; i < length; i++) {
      bytes[start + i] = (bytes[start + i] as number) & (data[i] as number);
    }
    this.contents.changed();
    this.busyFor(this.#chip.kind.typicalMs.page, 'program', start, start + length);
  }

  /** SST25VF016B, 4.4.6: the first word brings the address, an even one; the last one of the memory ends the series. */
  programWord(data: Uint8Array, address: number, count: number): void {
    const state = this.#state;
    const start = (state.words ? state.nextWord : address) & ~1;
    if (count < 2) return;
    if (this.#isProtected(start, start + 2)) {
      state.words = false;
      this.#refuse('program');
      return;
    }
    state.nextWord = start + 2;
    state.words = state.nextWord < this.#chip.size;
    this.program(data, start, 2);
  }

  /** Bytes of a memory that needs no erase and no time (MR25H40 data sheet, "Write Data Bytes"). */
  writeThrough(address: number, byte: number): void {
    const at = address % this.#chip.size;
    if (!this.#state.writeEnabled || this.#isProtected(at, at + 1)) return;
    this.contents.bytes[at] = byte;
    this.contents.changed();
  }

  erase(from: number, length: number, ms: number): void {
    if (this.#isProtected(from, from + length)) {
      this.#refuse('erase');
      return;
    }
    this.contents.bytes.fill(0xff, from, from + length);
    this.contents.changed();
    this.busyFor(ms, length <= LARGEST_SECTOR ? 'erase' : undefined, from, from + length);
  }

  /** What is protected stays; the makers differ in what they say of it. */
  #refuse(job: Job): void {
    const [failed, flag] = job === 'erase' ? [FAILED.ERASE, FLAG.ERASE] : [FAILED.PROGRAM, FLAG.PROGRAM];
    switch (this.#chip.kind.refusal) {
      case 'flag-status':
        this.#state.failures |= flag | FLAG.PROTECTION;
        return;
      case 'status':
        this.#state.failures |= failed;
        return;
      default:
        this.done();
    }
  }

  #isProtected(from: number, to: number): boolean {
    const { kind, size } = this.#chip;
    if (this.#locks !== undefined && (kind.locks !== 'wps' || this.#status.has(2, SR3.WPS)))
      return this.#locks.covers(from, to);
    const range = protectedRange(this.#status.bytes, kind.protection, size);
    return from < range.to && to > range.from;
  }

  /** @param job what 75h may interrupt, with the addresses that it is about */
  busyFor(ms: number, job?: Job, from = 0, to = 0): void {
    // A program in the place of a suspended erase is not that erase.
    if (this.#state.suspendedNs === 0) Object.assign(this.#state, { job, jobFrom: from, jobTo: to });
    this.busy.start(ms * 1e6 * this.#sense.timeScale);
  }

  /** The write enable latch is cleared when what it allowed has ended, not before; between words it stays. */
  done(): void {
    if (!this.#state.words) this.#state.writeEnabled = false;
  }
}
