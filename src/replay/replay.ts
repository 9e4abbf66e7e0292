import {
  BusFault,
  I2C_M,
  type I2cMessage,
  i2cTarget,
  nackFault,
  type SpiTransfer,
  TEN_BIT_ADDRESS,
} from '../bus/index.ts';
import {
  type RecordedBytes,
  type RecordedTransfer,
  type Recording,
  recordedBusName,
  transferText,
} from '../recording/index.ts';
import { answerInto, isSame, type Request, recordedRequest } from './match.ts';
import type { Describe } from './meaning.ts';
import { PartQueue } from './part-queue.ts';

/** Mismatches that are told; the others are counted. */
const TOLD = 20;

/** How far a recording was replayed. Plain data. */
export interface ReplayReport {
  /** `boot.bus` */
  readonly file: string;
  /** Transfers that were answered. */
  readonly answered: number;
  /** Requests that the recording does not have there: the first 20 in words, and how many there were. */
  readonly mismatches: readonly string[];
  readonly mismatchCount: number;
  /** Lines that nobody has asked for; the first 20, and how many there are. */
  readonly left: readonly number[];
  readonly leftCount: number;
}

/** An edge of a line that comes behind a transfer, or (at the beginning) before the first. */
export interface ReplayedEdge {
  readonly controller: string;
  readonly line: number;
  readonly high: boolean;
}

/** Which bus of a board a request came on. */
export interface ReplayedBus {
  readonly kind: 'i2c' | 'spi';
  readonly number: number;
}

/**
 * The parts of a recording: they answer as they did. Within a part its order is strict, between parts there is none.
 * A request that is not the next one of its part fails with `EIO`, and says both.
 */
export class Replay {
  readonly recording: Recording;
  /** How its mismatches say transfers. */
  readonly #describe: Describe;
  /** By the name of the bus, and the unit on it. */
  readonly #queues = new Map<string, Map<number, PartQueue<Request>>>();
  /** Those of a bus that was asked for already. */
  readonly #onBus = new WeakMap<ReplayedBus, ReadonlyMap<number, PartQueue<Request>>>();
  /** By the line of the transfer in front of them; 0: before all. */
  readonly #edges = new Map<number, ReplayedEdge[]>();
  readonly #mismatches: string[] = [];
  #mismatchCount = 0;
  #answered = 0;
  /** Told of edges as they come. */
  onEdge: (edge: ReplayedEdge) => void = () => {};
  /** Told of the time that a transfer took on the wire, in ns. */
  onWire: (ns: number) => void = () => {};

  /** @throws {RecordingError} it was cut, has lost events, or lacks bytes that a part has to answer with */
  constructor(recording: Recording, describe: Describe = transferText) {
    this.recording = recording;
    this.#describe = describe;
    checkWhole(recording);
    let before = 0;
    recording.visit({
      plain: (bus, unit, entry, offset) => {
        before = entry.line;
        this.#queueOf(bus, unit).add(entry, offset);
      },
      entry: (entry, offset) => {
        const { what, line } = entry;
        if (what.kind === 'lost') return;
        if (what.kind === 'edge') {
          const known = recording.head.lines.get(what.name);
          if (known === undefined) return;
          const edges = this.#edges.get(before) ?? [];
          this.#edges.set(before, edges);
          edges.push({ controller: known.controller, line: known.line, high: what.high });
          return;
        }
        before = line;
        checkAnswers(recording, line, what);
        this.#queueOf(what.bus, unitOf(what.segments[0])).add(entry, offset);
      },
    });
  }

  #queueOf(bus: string, unit: number): PartQueue<Request> {
    const known = this.#queues.get(bus)?.get(unit);
    if (known !== undefined) return known;
    const queues = this.#queues.get(bus) ?? new Map<number, PartQueue<Request>>();
    this.#queues.set(bus, queues);
    const queue = new PartQueue<Request>(this.recording, isSame);
    queues.set(unit, queue);
    return queue;
  }

  /** Edges that come before any transfer. */
  begin(): void {
    this.#tellEdges(0);
  }

  get report(): ReplayReport {
    const left = [...this.#queues.values()]
      .flatMap((queues) => [...queues.values()])
      .flatMap((queue) => queue.left)
      .sort((a, b) => a - b);
    return {
      file: this.recording.file,
      answered: this.#answered,
      mismatches: this.#mismatches,
      mismatchCount: this.#mismatchCount,
      left: left.slice(0, TOLD),
      leftCount: left.length,
    };
  }

  /** Answers an I2C transaction. @throws {BusFault} the recorded one; `EIO`: the recording has another there */
  i2c(bus: ReplayedBus, messages: readonly I2cMessage[]): void {
    const request = { kind: 'i2c', messages } as const;
    const [first] = messages;
    if (first === undefined) return;
    const { line, transfer } = this.#take(bus, i2cTarget(first), request);
    const { segments, nack, fault } = transfer;
    for (let i = 0; i < messages.length; i++) {
      // What came before a NACK did come.
      if (fault !== undefined && !(nack !== undefined && i < nack.message)) break;
      const received = segments[i]?.received;
      const { flags, buf } = messages[i] as I2cMessage;
      if (received !== undefined && (flags & I2C_M.RD) !== 0) answerInto(buf, received);
    }
    this.#finish(line, transfer, () => {
      const refused = nack && messages[nack.message];
      return refused && nack && nackFault(refused, nack);
    });
  }

  /** Answers an SPI message. @throws {BusFault} as `i2c` */
  spi(bus: ReplayedBus, chipSelect: number, transfers: readonly SpiTransfer[]): void {
    const { line, transfer } = this.#take(bus, chipSelect, { kind: 'spi', chipSelect, transfers });
    if (transfer.fault === undefined)
      transfers.forEach(({ rx }, i) => {
        const received = transfer.segments[i]?.received;
        if (rx !== undefined && received !== undefined) answerInto(rx, received);
      });
    this.#finish(line, transfer, () => undefined);
  }

  #finish(line: number, transfer: RecordedTransfer, nackOf: () => BusFault | undefined): void {
    this.#answered++;
    this.onWire(transfer.wireNs ?? 0);
    this.#tellEdges(line);
    const { fault } = transfer;
    if (fault === undefined) return;
    const place = nackOf();
    if (place?.code === fault) throw place;
    throw new BusFault(
      fault,
      `as in ${this.recording.file}:${line}`,
      transfer.nack && { nack: transfer.nack },
    );
  }

  #tellEdges(line: number): void {
    const edges = this.#edges.get(line);
    if (edges !== undefined) for (const edge of edges) this.onEdge(edge);
  }

  #take(bus: ReplayedBus, unit: number, request: Request) {
    const queue = this.#queuesOn(bus).get(unit);
    const found = queue?.take(request);
    if (found !== undefined) return found;
    const sentence = this.#mismatch(recordedBusName(bus), queue, request);
    this.#mismatchCount++;
    if (this.#mismatches.length < TOLD) this.#mismatches.push(sentence);
    throw new BusFault('EIO', sentence);
  }

  #queuesOn(bus: ReplayedBus): ReadonlyMap<number, PartQueue<Request>> {
    const known = this.#onBus.get(bus);
    if (known !== undefined) return known;
    const queues = this.#queues.get(recordedBusName(bus)) ?? new Map<number, PartQueue<Request>>();
    this.#onBus.set(bus, queues);
    return queues;
  }

  #mismatch(bus: string, queue: PartQueue<Request> | undefined, request: Request): string {
    const { file } = this.recording;
    const got = `got ${this.#describe(recordedRequest(bus, request))}`;
    if (queue === undefined)
      return `${file}: not recorded: a transfer to this address or chip select; ${got}`;
    const expected = queue.expected;
    if (expected === undefined)
      return `${file}:${queue.lastLine}: expected no transfer to it after this one; ${got}`;
    return `${file}:${expected.line}: expected ${this.#describe(expected.transfer)}; ${got}`;
  }
}

function unitOf(first: RecordedTransfer['segments'][number] | undefined): number {
  const { target = 0, tenBit = false } = first ?? {};
  return tenBit ? target + TEN_BIT_ADDRESS : target;
}

/** @throws {RecordingError} with the line */
function checkWhole(recording: Recording): void {
  const { cut, lines, lost } = recording.summary;
  if (cut !== undefined)
    throw recording.error(lines, 'the recording is cut here, and a replay needs all of it; record it again');
  if (lost === 0) return;
  for (const { entry } of recording.entries())
    if (entry.what.kind === 'lost')
      throw recording.error(
        entry.line,
        `${entry.what.count} events were lost here, and a replay needs all of them; record it again`,
      );
}

/** @throws {RecordingError} bytes that were received are not there, or those that were sent are cut */
function checkAnswers(recording: Recording, line: number, { segments, fault, nack }: RecordedTransfer): void {
  segments.forEach(({ sent, received }, index) => {
    const came = fault === undefined || (nack !== undefined && index < nack.message);
    const lacking =
      (came && lacks(received) && received) || (lacks(sent) && sent && sent.bytes.length > 0 && sent);
    if (!lacking) return;
    const { bytes, length } = lacking;
    throw recording.error(
      line,
      bytes.length === 0
        ? `${length} bytes that came in are masked, and a replay answers with them; record it without --mask`
        : `${bytes.length} of ${length} bytes were kept, and a replay needs all of them`,
    );
  });
}

function lacks(bytes: RecordedBytes | undefined): boolean {
  return bytes !== undefined && bytes.bytes.length < bytes.length;
}
