import {
  BusFault,
  I2C_M,
  type I2cAdapter,
  type I2cMessage,
  type SpiAdapter,
  type SpiTransfer,
} from '../bus/index.ts';
import {
  type RecordedBus,
  type RecordedEntry,
  type RecordedSegment,
  type RecordedTransfer,
  type Recording,
  recordedBusName,
} from '../recording/index.ts';
import { fits } from './match.ts';
import { type Describe, describer } from './meaning.ts';

/** What carries the buses of a recording. */
export interface PlayedBuses {
  i2c(number: number): I2cAdapter | undefined;
  /** With the mode bits of the part at a chip select. */
  spi(
    number: number,
    chipSelect: number,
  ): { readonly adapter: SpiAdapter; readonly mode: number } | undefined;
}

/** What came of a recording that was sent. */
export interface Played {
  /** Transfers that were carried out. */
  readonly sent: number;
  /** `boot.bus:12: expected …, got …` */
  readonly differences: readonly string[];
}

/** How long a polling loop may go on, in ms. */
const POLL_MS = 10_000;

/** A line that was sent and may come again, or need not have come: the next of its part tells. */
interface Open {
  readonly entry: RecordedEntry;
  readonly what: RecordedTransfer;
  readonly got: RecordedTransfer;
  readonly isAsExpected: boolean;
}

/**
 * Sends what a recording has, one transfer after the other, and compares the answers: a golden master of parts and adapters.
 * `repeat` is sent until the answer is that of the next line of its part, where that asks the same (a polling loop), and one that is refused until it is acknowledged; what answers
 * an `optional` or `repeat` line otherwise may be the answer of that next line. Lines of `any` are sent in their order; edges are passed over.
 * @throws {RecordingError} a bus that is not there, bytes that are to be sent and are not known
 */
export async function playAsController(recording: Recording, buses: PlayedBuses): Promise<Played> {
  const player = new Player(recording, buses, await describer(recording));
  for (const { entry } of recording.entries())
    if (entry.what.kind === 'transfer') await player.play(entry, entry.what);
  return player.end();
}

class Player {
  readonly #recording: Recording;
  readonly #buses: PlayedBuses;
  readonly #describe: Describe;
  readonly #differences: string[] = [];
  /** By part. */
  readonly #open = new Map<string, Open>();
  #sent = 0;

  constructor(recording: Recording, buses: PlayedBuses, describe: Describe) {
    this.#recording = recording;
    this.#buses = buses;
    this.#describe = describe;
  }

  async play(entry: RecordedEntry, what: RecordedTransfer): Promise<void> {
    const [first] = what.segments;
    const part = `${what.bus} ${first?.target} ${first?.tenBit}`;
    const open = this.#open.get(part);
    if (open !== undefined) this.#open.delete(part);
    const got =
      open === undefined ? await this.#send(entry.line, what) : await this.#after(open, entry, what);
    const isAsExpected = isAsRecorded(what, got);
    if (entry.how !== 'once') this.#open.set(part, { entry, what, got, isAsExpected });
    else if (!isAsExpected) this.#differ(entry.line, what, got);
  }

  end(): Played {
    for (const open of this.#open.values()) this.#close(open);
    return { sent: this.#sent, differences: this.#differences };
  }

  /** What answers a line behind one that may come again, or need not have come. */
  async #after(open: Open, entry: RecordedEntry, what: RecordedTransfer): Promise<RecordedTransfer> {
    const isRepeat = open.entry.how === 'repeat';
    if (!isSameRequest(open.what, what)) {
      // Who asks for an acknowledge, and nothing else, asks until there is one.
      if (isRepeat && open.isAsExpected && open.what.fault !== undefined)
        await this.#poll(open.entry.line, open.what, (got) => !isAsRecorded(open.what, got));
      else this.#close(open);
      return this.#send(entry.line, what);
    }
    if (!open.isAsExpected) return open.got;
    if (!isRepeat) return this.#send(entry.line, what);
    return this.#poll(entry.line, what, (got) => isAsRecorded(what, got) || !isAsRecorded(open.what, got));
  }

  /** Sends a line until its answer will do, for no longer than a polling loop may take. @returns the last answer */
  async #poll(
    line: number,
    what: RecordedTransfer,
    isEnough: (got: RecordedTransfer) => boolean,
  ): Promise<RecordedTransfer> {
    const until = performance.now() + POLL_MS;
    let got = await this.#send(line, what);
    while (!isEnough(got) && performance.now() < until) got = await this.#send(line, what);
    return got;
  }

  #close({ entry, what, got, isAsExpected }: Open): void {
    if (!isAsExpected) this.#differ(entry.line, what, got);
  }

  #differ(line: number, wanted: RecordedTransfer, got: RecordedTransfer): void {
    const sentence = `expected ${this.#describe(wanted)}; got ${this.#describe(got)}`;
    this.#differences.push(`${this.#recording.file}:${line}: ${sentence}`);
  }

  #send(line: number, what: RecordedTransfer): Promise<RecordedTransfer> {
    this.#sent++;
    return carryOut(this.#recording, line, what, this.#buses);
  }
}

/** Whether two lines ask the same, whatever is answered. */
function isSameRequest(one: RecordedTransfer, other: RecordedTransfer): boolean {
  return (
    one.segments.length === other.segments.length &&
    one.segments.every(({ target, tenBit, sent, received }, i) => {
      const theirs = other.segments[i] as RecordedSegment;
      return (
        target === theirs.target &&
        tenBit === theirs.tenBit &&
        received?.length === theirs.received?.length &&
        (sent === undefined
          ? theirs.sent === undefined
          : theirs.sent !== undefined && fits(sent.bytes, theirs.sent))
      );
    })
  );
}

async function carryOut(
  recording: Recording,
  line: number,
  transfer: RecordedTransfer,
  buses: PlayedBuses,
): Promise<RecordedTransfer> {
  const bus = recording.head.buses.get(transfer.bus) as RecordedBus;
  const missing = () => recording.error(line, `not found: bus ${recordedBusName(bus)} on this board`);
  const { segments } = transfer;
  for (const { sent } of segments)
    if (sent !== undefined && (sent.bytes.length < sent.length || sent.isOpen || sent.known !== undefined))
      throw recording.error(line, 'bytes that are to be sent are not known (masked, cut, or a pattern)');
  let fault: BusFault | undefined;
  let received: readonly (Uint8Array | undefined)[];
  if (bus.kind === 'i2c') {
    const adapter = buses.i2c(bus.number);
    if (adapter === undefined) throw missing();
    const messages = segments.map(messageOf);
    fault = await faultOf(() => adapter.transfer(messages));
    received = messages.map(({ flags, buf }) => ((flags & I2C_M.RD) === 0 ? undefined : buf));
  } else {
    const chipSelect = segments[0]?.target ?? 0;
    const found = buses.spi(bus.number, chipSelect);
    if (found === undefined) throw missing();
    const transfers = segments.map(spiTransferOf);
    fault = await faultOf(() => found.adapter.transfer(chipSelect, found.mode, transfers));
    received = transfers.map(({ rx }) => rx);
  }
  return {
    ...transfer,
    fault: fault?.code,
    nack: fault?.nack,
    segments: segments.map((segment, i) => {
      const bytes = received[i];
      if (bytes === undefined) return segment;
      const isLost = fault !== undefined;
      return { ...segment, received: { bytes: isLost ? new Uint8Array(0) : bytes, length: bytes.length } };
    }),
  };
}

async function faultOf(work: () => Promise<void>): Promise<BusFault | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return BusFault.from(thrown);
  }
}

function messageOf({ target, tenBit, sent, received }: RecordedSegment): I2cMessage {
  const flags = (sent === undefined ? I2C_M.RD : 0) | (tenBit ? I2C_M.TEN : 0);
  return {
    addr: target,
    flags,
    buf: sent === undefined ? new Uint8Array(received?.length ?? 0) : sent.bytes,
  };
}

function spiTransferOf({ sent, received }: RecordedSegment): SpiTransfer {
  return {
    ...{ tx: sent?.bytes, rx: received && new Uint8Array(received.length) },
    ...{ speedHz: 0, bitsPerWord: 0, csChange: false, txNbits: 0, rxNbits: 0 },
    ...{ wordDelayNs: 0, csSetupNs: 0, csHoldNs: 0, csInactiveNs: 0 },
  };
}

/** The same errno at the same place, and the same bytes as far as the recording knows them. */
function isAsRecorded(wanted: RecordedTransfer, got: RecordedTransfer): boolean {
  if (wanted.fault !== got.fault) return false;
  if (wanted.fault !== undefined)
    return (
      wanted.nack === undefined ||
      got.nack === undefined ||
      (wanted.nack.message === got.nack.message && wanted.nack.byte === got.nack.byte)
    );
  return wanted.segments.every(({ received }, i) => {
    const bytes = got.segments[i]?.received?.bytes;
    return received === undefined || bytes === undefined || fits(bytes, received);
  });
}
