import { addressOf, hexDigits, isTenBit } from '../../bus/index.ts';
import { oneLine } from '../../input/index.ts';
import type { TracedBus, TracedBytes, TracedEdge, TracedTransfer } from '../../trace/index.ts';
import {
  type RecordedBytes,
  type RecordedEntry,
  type RecordedLine,
  type RecordedTransfer,
  type RecordedTree,
  recordedBusName,
} from '../recorded.ts';
import { DataNames, dataText } from './data-blocks.ts';
import { durationText, parseDuration as roundedNs } from './duration.ts';
import { isHeadWord, MAGIC, VERSION } from './head.ts';
import { isBusPlace } from './parse-transfer.ts';
import { nameToken, PLAIN_WORD, quoted } from './tokens.ts';
import { i2cText, placeText, resultText, spiText } from './transfer-text.ts';

/** How a recording is written. */
export interface WriterOptions {
  /** `none`: it says no time, so that two of the same transfers are alike. Default `rounded`: three digits. */
  readonly times?: 'none' | 'rounded' | 'exact';
  /** False: its times are not since 1970, so it says no date. Default true. */
  readonly isDated?: boolean;
}

/** What a recording says of its board. */
export interface WrittenHead {
  readonly tree?: RecordedTree | undefined;
  readonly clock?: 'real' | 'stepped' | undefined;
  readonly buses: readonly TracedBus[];
}

/** Who asks when nothing else is said. */
const USUAL_CLIENT = 'the board';
/** Words that begin a line beside those of the head. */
const OTHER_WORDS = ['lost', 'end', 'data', 'any', 'repeat', 'optional', MAGIC];
const COLUMNS = { time: 8, place: 8, messages: 30, result: 16 } as const;

/** Writes a recording as it comes: whatever was written of it is right, and it is whole after `end`. */
export class RecordingWriter {
  readonly #write: (text: string) => void;
  readonly #times: 'none' | 'rounded' | 'exact';
  readonly #isDated: boolean;
  readonly #data = new DataNames();
  /** Data of the present line that is to follow it. */
  #blocks = '';
  readonly #lineNames = new Map<string, string>();
  #hasBegun = false;
  /** Where the times that were written have come to, in ns since the first entry. */
  #writtenNs = 0;
  #beganMs = 0;
  #entries = 0;

  constructor(write: (text: string) => void, { times = 'rounded', isDated = true }: WriterOptions = {}) {
    this.#write = write;
    this.#times = times;
    this.#isDated = isDated && times !== 'none';
  }

  /** How many entries were written. */
  get entries(): number {
    return this.#entries;
  }

  head({ tree, clock, buses }: WrittenHead): void {
    let text = `${MAGIC} ${VERSION}\n`;
    if (tree !== undefined) text += `tree  ${nameToken(tree.file)} sha256:${tree.sha256}\n`;
    if (clock !== undefined) text += `clock ${clock}\n`;
    for (const bus of buses)
      text += `bus   ${recordedBusName(bus)}${bus.path && ` ${nameToken(bus.path)}`}\n`;
    for (const bus of buses) {
      for (const { reg, name, compatible, addressWidth, size } of bus.parts) {
        const more = [
          ...compatible.map(nameToken),
          ...(addressWidth === undefined ? [] : [`address-width=${addressWidth}`]),
          ...(size === undefined ? [] : [`size=${size}`]),
        ];
        for (const unit of reg)
          text += `part  ${recordedBusName(bus)} ${unitText(bus.kind, unit)} ${[nameToken(name), ...more].join(' ')}\n`;
      }
    }
    this.#write(text);
  }

  /**
   * A transfer that was carried out. `comment`: what it means; nobody reads it back. `isMasked`: its bytes are secret, and
   * only how many there were is written.
   */
  transfer(bus: TracedBus, traced: TracedTransfer, comment = '', isMasked = false): void {
    const { segments, fault, nack, client } = traced;
    if (segments.length === 0) return;
    const recorded: RecordedTransfer = {
      kind: 'transfer',
      bus: recordedBusName(bus),
      segments: isMasked
        ? segments.map(({ sent, received, ...segment }) => ({
            ...segment,
            sent: masked(sent),
            received: masked(received),
          }))
        : segments,
      fault,
      nack: nack ?? impliedNack(bus, traced),
      wireNs: traced.wireMs * 1e6,
      queuedNs: traced.queuedMs * 1e6,
      stretchedNs: traced.stretchedNs,
      attempts: traced.attempts,
      struck: traced.struck,
      client: client === USUAL_CLIENT || client === '' ? undefined : client,
    };
    this.#entry(
      this.#timeAt(traced.startedMs + traced.queuedMs),
      this.#transferText(recorded),
      isMasked ? '' : comment,
    );
  }

  edge({ startedMs, controller, line, name, high }: TracedEdge): void {
    const key = `${controller} ${line}`;
    const known = this.#lineNames.get(key) ?? this.#declare(key, { name, controller, line });
    this.#entry(this.#timeAt(startedMs), `${lineToken(known)}  ${high ? 'rises' : 'falls'}`, '');
  }

  /** So many events were lost here. */
  lost(count: number): void {
    this.#entry(this.#times === 'none' ? '' : '+0', `lost ${count}`, '');
  }

  /** What was read from a recording, as it was. */
  entry(
    { afterNs, what }: Pick<RecordedEntry, 'afterNs' | 'what'>,
    lines: ReadonlyMap<string, RecordedLine>,
  ): void {
    const time = afterNs === undefined ? '' : `+${this.#duration(afterNs)}`;
    if (what.kind === 'lost') this.#entry(time, `lost ${what.count}`, '');
    else if (what.kind === 'transfer') this.#entry(time, this.#transferText(what), '');
    else {
      const line = lines.get(what.name) ?? { name: what.name, controller: '', line: 0 };
      const key = `${line.controller} ${line.line}`;
      const name = this.#lineNames.get(key) ?? this.#declare(key, line);
      this.#entry(time, `${lineToken(name)}  ${what.high ? 'rises' : 'falls'}`, '');
    }
  }

  /** The recording is whole. */
  end(): void {
    this.#write(`end ${this.#entries}\n`);
  }

  #transferText(transfer: RecordedTransfer): string {
    const { bus, segments } = transfer;
    const put = (bytes: Uint8Array): string => {
      const { name, isNew } = this.#data.put(bytes);
      if (isNew) this.#blocks += dataText(name, bytes);
      return name;
    };
    const messages = bus.startsWith('i2c') ? i2cText(transfer, put) : spiText(transfer, put);
    const result = resultText(transfer, this.#times);
    const place = placeText(bus, segments[0]?.target ?? 0).padEnd(COLUMNS.place);
    return `${place} ${result === '' ? messages : `${messages.padEnd(COLUMNS.messages)}  ${result}`}`;
  }

  #entry(time: string, text: string, comment: string): void {
    const line = (time === '' ? text : `${time.padEnd(COLUMNS.time)}  ${text}`).trimEnd();
    const width = COLUMNS.time + COLUMNS.place + COLUMNS.messages + COLUMNS.result;
    // A line break in it would be a line of its own.
    const end = comment === '' ? '' : `  ; ${oneLine(comment)}`;
    this.#write(`${end === '' ? line : line.padEnd(width)}${end}\n${this.#blocks}`);
    this.#blocks = '';
    this.#entries++;
  }

  /** The time from the entry before: a rounding is made good by the next. */
  #timeAt(ms: number): string {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#beganMs = ms;
      if (this.#isDated) this.#write(`began ${new Date(ms).toISOString()}\n`);
    }
    if (this.#times === 'none') return '';
    const ns = Math.max(0, (ms - this.#beganMs) * 1e6 - this.#writtenNs);
    const text = this.#duration(ns);
    this.#writtenNs += this.#times === 'exact' ? Math.round(ns) : (roundedNs(text) ?? ns);
    return `+${text}`;
  }

  #duration(ns: number): string {
    return durationText(ns, this.#times === 'exact');
  }

  #declare(key: string, { name, controller, line }: RecordedLine): string {
    const plain = name === '' ? `line${line}` : name;
    const taken = new Set(this.#lineNames.values());
    let free = plain;
    for (let more = 2; taken.has(free); more++) free = `${plain}-${more}`;
    this.#lineNames.set(key, free);
    this.#write(`line  ${nameToken(free)} ${nameToken(controller)} ${line}\n`);
    return free;
  }
}

/** A line's name as the first word of what happened: quoted where it would be another word of the grammar. */
function lineToken(name: string): string {
  const isTaken = OTHER_WORDS.includes(name) || isHeadWord(name) || isBusPlace(name) || name.startsWith('+');
  return isTaken || !PLAIN_WORD.test(name) ? quoted(name) : name;
}

/** `48`, of ten bits `048`; a chip select as it is. */
function unitText(kind: TracedBus['kind'], unit: number): string {
  return kind === 'i2c' ? hexDigits(addressOf(unit), isTenBit(unit) ? 3 : 2) : String(unit);
}

function masked(bytes: TracedBytes | undefined): RecordedBytes | undefined {
  return bytes && { bytes: new Uint8Array(0), length: bytes.length };
}

/** An adapter need not tell which of one address was refused. */
function impliedNack({ kind }: TracedBus, { fault, segments }: TracedTransfer): RecordedTransfer['nack'] {
  return kind === 'i2c' && fault === 'ENXIO' && segments.length === 1 ? { message: 0, byte: -1 } : undefined;
}
