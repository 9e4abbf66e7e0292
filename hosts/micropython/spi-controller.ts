import { BusFault, type SpiCapabilities, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import { checkSpiMessage, type Move, segmentsOf, slowestClock } from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import type { MicropythonConnection } from './connection.ts';
import { operation, SPI_OP } from './driver.ts';
import { boardFault } from './errno.ts';
import { DEFAULT_SPI_HZ } from './setup.ts';

const WHO = 'a MicroPython board';
/** One call moves so much; the chip stays selected between two. */
const PIECE = 1024;

/** The SPI bus of a board. Chip selects are pins that the driver switches. */
export class MicropythonSpiController implements SpiController {
  readonly capabilities: SpiCapabilities;
  readonly #connection: MicropythonConnection;
  /** Clock and mode that the board was told. */
  #told = '';
  /** The chip that the last message left selected. */
  #held: { readonly chipSelect: number; readonly mode: number } | undefined;

  constructor(connection: MicropythonConnection, chipSelects: number) {
    this.#connection = connection;
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects };
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The bus was made anew. */
  forget(): void {
    this.#told = '';
    this.#held = undefined;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      await this.#connection.turns.take(() => this.#transfer(chipSelect, mode, transfers, signal), signal);
    } catch (error) {
      if (signal?.aborted) this.#held = undefined;
      await this.deselect();
      throw error;
    }
  }

  async deselect(): Promise<void> {
    await this.#connection.turns.take(() => this.#deselect());
  }

  async #deselect(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    await this.#connection.ready();
    await this.#run([operation(SPI_OP.DESELECT, held.chipSelect)], 0, 0, undefined);
  }

  async #transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.#connection.ready(signal);
    if (this.#held !== undefined && (this.#held.chipSelect !== chipSelect || this.#held.mode !== mode))
      await this.#deselect();
    let selected = this.#held !== undefined;
    this.#held = undefined;
    const hz = slowestClock(transfers) ?? DEFAULT_SPI_HZ;
    const { segments, finish } = segmentsOf(mode, transfers);
    const plan = new Plan((program, due) => this.#run(program, due, hz, signal));
    if (this.#told !== `${hz} ${mode & 3}`) plan.add(setUp(mode & 3, hz));
    for (const { moves, keep } of segments) {
      if (!selected) plan.add(operation(SPI_OP.SELECT, chipSelect));
      for (const move of moves) await plan.move(move);
      selected = keep;
      if (!keep) plan.add(operation(SPI_OP.DESELECT, chipSelect));
    }
    this.#told = '';
    await plan.flush();
    this.#told = `${hz} ${mode & 3}`;
    if (selected) this.#held = { chipSelect, mode };
    finish();
  }

  async #run(
    program: readonly Uint8Array[],
    due: number,
    hz: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const bytes = Buffer.concat(program);
    const busyMs = hz === 0 ? 0 : ((bytes.length + due) * 16_000) / hz;
    const { errno, data } = await this.#connection.call('p', bytes, due, busyMs, signal);
    if (errno !== 0) throw boardFault(errno, this.description);
    return data;
  }
}

/** Collects operations until a call is full. */
class Plan {
  readonly #run: (program: readonly Uint8Array[], due: number) => Promise<Uint8Array>;
  #program: Uint8Array[] = [];
  #reads: Uint8Array[] = [];
  #size = 0;

  constructor(run: (program: readonly Uint8Array[], due: number) => Promise<Uint8Array>) {
    this.#run = run;
  }

  add(step: Uint8Array): void {
    this.#program.push(step);
  }

  async move({ tx, rx, length }: Move): Promise<void> {
    for (let from = 0; from < length; ) {
      if (this.#size >= PIECE) await this.flush();
      const to = Math.min(length, from + PIECE - this.#size);
      const out = tx?.subarray(from, to) ?? (rx === undefined ? new Uint8Array(to - from) : undefined);
      if (out === undefined) this.add(operation(SPI_OP.READ, to - from));
      else this.add(operation(rx === undefined ? SPI_OP.WRITE : SPI_OP.EXCHANGE, to - from, out));
      if (rx !== undefined) this.#reads.push(rx.subarray(from, to));
      this.#size += to - from;
      from = to;
    }
  }

  /** @throws {BusFault} */
  async flush(): Promise<void> {
    const program = this.#program;
    const reads = this.#reads;
    this.#program = [];
    this.#reads = [];
    this.#size = 0;
    const due = reads.reduce((length, { length: one }) => length + one, 0);
    const data = await this.#run(program, due);
    if (data.length < due) throw new BusFault('EPROTO', `${WHO} answered ${data.length} bytes, not ${due}`);
    let at = 0;
    for (const into of reads) {
      into.set(data.subarray(at, at + into.length));
      at += into.length;
    }
  }
}

function setUp(mode: number, hz: number): Uint8Array {
  const speed = new Uint8Array(4);
  new DataView(speed.buffer).setUint32(0, hz, true);
  return operation(SPI_OP.SETUP, mode, speed);
}
