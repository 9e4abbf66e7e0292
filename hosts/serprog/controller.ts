import {
  BusFault,
  BYTE_WORDS,
  checkDelays,
  checkSpiData,
  type DeviceNode,
  type HostAdapter,
  NodeError,
  SPI_MODE,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import {
  clockTooSlow,
  type HalfDuplex,
  halfDuplex,
  hasDelays,
  type LinkOpener,
  type Move,
  paused,
  type Segment,
  type Step,
  segmentsOf,
  slowestClock,
} from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import { command, type Programmer, SerprogConnection, setFrequency } from './connection.ts';
import { ANSWER, COMMAND, CS_MODE, SPI_DUPLEX, spiOperation } from './protocol.ts';

/** Where chip select is held by hand, long moves are cut, so that a deadline can be kept. */
const PIECE = 4096;

/** The SPI bus of a serprog programmer: SPI mode 0, half duplex unless the programmer can do both. */
export class SerprogSpiController implements SpiController {
  readonly #chipSelects: number;
  readonly #connection: SerprogConnection;
  /** What the programmer was told last. */
  #chipSelect: number | undefined;
  #asked: number | undefined;
  /** The chip that the last message left selected. */
  #held: number | undefined;

  constructor(connection: SerprogConnection, chipSelects: number) {
    this.#connection = connection;
    connection.onReset = () => {
      this.#chipSelect = undefined;
      this.#asked = undefined;
      this.#held = undefined;
    };
    this.#chipSelects = chipSelects;
  }

  /** With what the programmer said of itself, once it was open. */
  get capabilities(): SpiCapabilities {
    const { programmer } = this.#connection;
    const own = { ...SPI_CAPABILITIES, chipSelects: this.#chipSelects };
    if (programmer === undefined) return own;
    const fullDuplex = this.#connection.knows(COMMAND.SET_SPI_MODE);
    // Where chip select is held by command, longer messages go in pieces.
    if (this.#connection.knows(COMMAND.SET_CS_MODE)) return { ...own, fullDuplex };
    return { ...own, fullDuplex, maxWriteLength: programmer.maxWrite, maxReadLength: programmer.maxRead };
  }

  get description(): string {
    return this.#connection.description;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      this.#check(chipSelect, mode, transfers);
      await this.#transfer(chipSelect, mode, transfers, signal);
    } catch (fault) {
      // After an abort nothing is waited for: recovery deselects.
      if (signal?.aborted) this.#held = undefined;
      await this.deselect();
      throw fault;
    }
  }

  async deselect(): Promise<void> {
    if (this.#held === undefined) return;
    this.#held = undefined;
    await this.#connection.ready();
    await this.#connection.run(release());
  }

  async #transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const programmer = await this.#connection.ready(signal);
    if (this.#held !== undefined && this.#held !== chipSelect) await this.deselect();
    const held = this.#held !== undefined;
    const { segments, finish } = segmentsOf(mode, transfers);
    // Everything is planned before anything is sent, so what cannot be done is refused in time.
    const steps = [
      ...this.#settings(chipSelect, transfers, held),
      ...segments.flatMap((segment, i) => this.#segment(segment, held && i === 0, programmer)),
    ];
    let bytes = 0;
    for (const { moves } of segments) for (const { length } of moves) bytes += length;
    this.#held = undefined;
    // At 100 kHz, slower than any programmer known, a byte takes 80 µs.
    const fault = await this.#connection.run(steps, signal, bytes * 0.08);
    const keep = segments.at(-1)?.keep === true;
    if (keep || (fault !== undefined && this.#connection.knows(COMMAND.SET_CS_MODE))) this.#held = chipSelect;
    if (fault !== undefined) throw fault;
    finish();
  }

  #settings(chipSelect: number, transfers: readonly SpiTransfer[], held: boolean): Step[] {
    const steps: Step[] = [];
    if (this.#chipSelect !== chipSelect && this.#connection.knows(COMMAND.SET_CHIP_SELECT)) {
      steps.push({
        ...command(COMMAND.SET_CHIP_SELECT, Uint8Array.of(chipSelect), ([answer]) => {
          if (answer !== ANSWER.ACK) {
            return new BusFault(
              'EINVAL',
              `${this.description} has no chip select ${chipSelect}: lower num-cs`,
            );
          }
          this.#chipSelect = chipSelect;
          return undefined;
        }),
        wait: true,
      });
    }
    // All that a message sends goes at the slowest speed that it names; without one the clock stays.
    const wanted = slowestClock(transfers);
    const isNew = wanted !== undefined && this.#asked !== wanted;
    if (!held && isNew && this.#connection.knows(COMMAND.SET_FREQUENCY)) {
      const step = setFrequency(wanted, (chosen) => {
        // A programmer takes a faster clock only where it has none that is as slow.
        if (chosen > wanted) return clockTooSlow('SPI', wanted, this.description, chosen);
        this.#asked = wanted;
        return undefined;
      });
      steps.push({ ...step, wait: true });
    }
    return steps;
  }

  #segment(segment: Segment, held: boolean, { maxWrite, maxRead }: Programmer): Step[] {
    const { transfers, moves, keep } = segment;
    const parts = halfDuplex(moves, { write: maxWrite, read: maxRead });
    const duplexMax = Math.min(maxWrite, maxRead, PIECE);
    const [only] = parts;
    const atOnce = only === undefined || !('tx' in only) || only.length <= duplexMax;
    if (parts.length <= 1 && atOnce && !held && !keep && !hasDelays(segment)) {
      if (only !== undefined) return this.#part(only, duplexMax);
      if (!this.#connection.knows(COMMAND.SET_CS_MODE)) return [];
    }
    if (!this.#connection.knows(COMMAND.SET_CS_MODE))
      throw this.#cannotHold(segment, parts.length, maxWrite, maxRead);
    const first = transfers[0];
    const last = transfers.at(-1);
    const steps: Step[] = [];
    if (!held) steps.push({ ...csMode(CS_MODE.SELECTED), ...paused(first?.csSetupNs ?? 0) });
    const pieces = { write: Math.min(maxWrite, PIECE), read: Math.min(maxRead, PIECE) };
    steps.push(...halfDuplex(moves, pieces).flatMap((part) => this.#part(part, duplexMax)));
    const before = steps.pop();
    if (before !== undefined) steps.push({ ...before, ...paused(last?.csHoldNs ?? 0) });
    if (!keep) steps.push(...release(last?.csInactiveNs));
    return steps;
  }

  #part(part: Move | HalfDuplex, duplexMax: number): Step[] {
    if (!('tx' in part)) return [operation(part.write, part.read)];
    if (!this.#connection.knows(COMMAND.SET_SPI_MODE)) {
      throw new BusFault(
        'EOPNOTSUPP',
        `${this.description} cannot send and receive at the same time: split the transfer into one that sends and one that receives`,
      );
    }
    const { tx, rx, length } = part;
    const duplex = (mode: number) => command(COMMAND.SET_SPI_MODE, Uint8Array.of(mode), accepted);
    const steps: Step[] = [{ ...duplex(SPI_DUPLEX.FULL), wait: true }];
    for (let from = 0; from < length; from += duplexMax) {
      const sent = (tx ?? new Uint8Array(length)).subarray(from, from + duplexMax);
      steps.push(operation(sent, (rx ?? new Uint8Array(length)).subarray(from, from + duplexMax)));
    }
    return [...steps, duplex(SPI_DUPLEX.HALF)];
  }

  #cannotHold({ moves, keep }: Segment, parts: number, maxWrite: number, maxRead: number): BusFault {
    const tooLong = moves.some(
      ({ tx, rx, length }) => length > (rx === undefined || tx ? maxWrite : maxRead),
    );
    if (tooLong && !keep) {
      return new BusFault(
        'EMSGSIZE',
        `${this.description} takes ${maxWrite} bytes to send and ${maxRead} to receive in one go`,
      );
    }
    return new BusFault(
      'EOPNOTSUPP',
      `${this.description} cannot keep the chip selected over ${keep ? 'several messages' : `${parts} operations`}: send first, then receive, in one message`,
    );
  }

  #check(chipSelect: number, mode: number, transfers: readonly SpiTransfer[]): void {
    const chipSelects = this.#chipSelects;
    if (!(chipSelect >= 0 && chipSelect < chipSelects)) {
      throw new BusFault('EINVAL', `invalid chip select ${chipSelect}: this bus has ${chipSelects} (num-cs)`);
    }
    const strange = mode & ~SPI_MODE.LSB_FIRST;
    if (strange !== 0) {
      throw new BusFault(
        'EOPNOTSUPP',
        `unsupported SPI mode bits 0x${strange.toString(16)}: a serprog programmer supports only mode 0 and LSB_FIRST`,
      );
    }
    for (const transfer of transfers) checkTransfer(transfer);
  }
}

function operation(write: Uint8Array, read: Uint8Array): Step {
  return {
    send: spiOperation(write, read.length),
    reply: 1 + read.length,
    prefix: Uint8Array.of(ANSWER.ACK),
    refusal: ANSWER.NAK,
    done: (reply) => {
      if (reply[0] !== ANSWER.ACK) return accepted(reply);
      read.set(reply.subarray(1));
      return undefined;
    },
  };
}

function csMode(mode: number): Step {
  return command(COMMAND.SET_CS_MODE, Uint8Array.of(mode), accepted);
}

function release(inactiveNs = 0): Step[] {
  return [{ ...csMode(CS_MODE.DESELECTED), ...paused(inactiveNs) }, csMode(CS_MODE.AUTO)];
}

function accepted([answer]: Uint8Array): BusFault | undefined {
  return answer === ANSWER.ACK ? undefined : new BusFault('EIO', 'the programmer refused the operation');
}

function checkTransfer(transfer: SpiTransfer): void {
  const { txNbits, rxNbits, wordDelayNs, csSetupNs, csHoldNs, csInactiveNs } = transfer;
  checkSpiData(transfer, 'a serprog programmer', BYTE_WORDS);
  if (txNbits > 1 || rxNbits > 1 || wordDelayNs > 0) {
    throw new BusFault(
      'EOPNOTSUPP',
      'a serprog programmer has one data line each way and no delays between words',
    );
  }
  checkDelays(SPI_CAPABILITIES.maxCsSetupNs, csSetupNs, csHoldNs, csInactiveNs);
}

/** A serprog programmer. */
export class SerprogAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly unavailable: () => BusFault | undefined;
  readonly spi: SerprogSpiController;
  readonly #connection: SerprogConnection;

  constructor(
    name: string,
    chipSelects: number,
    openLink: LinkOpener,
    unavailable: () => BusFault | undefined = () => undefined,
  ) {
    this.#connection = new SerprogConnection(name, openLink);
    this.unavailable = unavailable;
    this.spi = new SerprogSpiController(this.#connection, chipSelects);
  }

  get description(): string {
    return this.#connection.description;
  }

  open(): Promise<void> {
    return this.#connection.open();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** Reads `num-cs`. @throws {NodeError} */
export function chipSelectsOf(node: DeviceNode): number {
  const count = node.u32('num-cs') ?? 1;
  if (count >= 1 && count <= 256) return count;
  throw new NodeError(node, 'num-cs', `invalid number of chip selects ${count}: expected 1 to 256`);
}
