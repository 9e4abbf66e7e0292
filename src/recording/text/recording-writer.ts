import { addressOf, hexDigits, isTenBit } from '../../bus/index.ts';
import { oneLine } from '../../input/index.ts';
import type { TracedBus, TracedBytes, TracedEdge, TracedTransfer } from '../../trace/index.ts';
import {
  type RecordedBytes,
  type RecordedEntry,
  type RecordedLine,
  type RecordedSegment,
  type RecordedTransfer,
  type RecordedTree,
  recordedBusName,
} from '../recorded.ts';
import { DataNames, dataText } from './data-blocks.ts';
import { exactDuration, NO_TIME, roundedDuration, type SaidDuration } from './duration.ts';
import { isHeadWord, MAGIC, VERSION } from './head.ts';
import { LineBuffer } from './line-buffer.ts';
import { isBusPlace } from './parse-transfer.ts';
import { nameToken, PLAIN_WORD, quoted } from './tokens.ts';
import { placeText, putMessages, putResult } from './transfer-text.ts';

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

/** When a transfer was. */
type WrittenTimes = Pick<TracedTransfer, 'startedMs' | 'queuedMs' | 'wireMs'>;

/** A transfer that may be written again, at another time. */
export interface WrittenTransfer {
  readonly recorded: RecordedTransfer;
  readonly comment: string;
  /** Its place and its messages, and its comment, when it was written twice. */
  messages?: Uint8Array;
  comments?: Uint8Array;
  wasWritten: boolean;
}

/** Who asks when nothing else is said. */
const USUAL_CLIENT = 'the board';
/** Words that begin a line beside those of the head. */
const OTHER_WORDS = ['lost', 'end', 'data', 'any', 'repeat', 'optional', MAGIC];
const COLUMNS = { time: 8, place: 8, messages: 30, result: 16 } as const;
const COMMENT_COLUMN = COLUMNS.time + COLUMNS.place + COLUMNS.messages + COLUMNS.result;
/** Bytes that are written at once. */
const CHUNK = 1 << 16;

/**
 * Writes a recording as it comes, some lines at once: whatever was written of it is right, and it is whole after `end`.
 */
export class RecordingWriter {
  readonly #write: (text: Uint8Array) => void;
  readonly #lines = new LineBuffer();
  /** How it says how long things took; undefined: not at all. */
  readonly #duration: ((ns: number) => SaidDuration) | undefined;
  readonly #isDated: boolean;
  readonly #data = new DataNames();
  /** Data of the present line that is to follow it. */
  #blocks = '';
  readonly #lineNames = new Map<string, string>();
  readonly #busNames = new Map<TracedBus, string>();
  /** The last bus and target, and how lines name them. */
  #place = { bus: '', target: 0, text: '' };
  #hasBegun = false;
  /** Where the times that were written have come to, in ns since the first entry. */
  #writtenNs = 0;
  #beganMs = 0;
  #entries = 0;

  /** @param write takes whole lines */
  constructor(write: (text: Uint8Array) => void, { times = 'rounded', isDated = true }: WriterOptions = {}) {
    this.#write = write;
    this.#duration = times === 'none' ? undefined : times === 'exact' ? exactDuration : roundedDuration;
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
    this.#lines.text(text);
    this.#lines.beginLine();
  }

  /**
   * A transfer that was carried out. `comment`: what it means; nobody reads it back. `isMasked`: its bytes are secret, and
   * only how many there were is written. @returns what writes it again; undefined: it has no messages, and is not written
   */
  transfer(
    bus: TracedBus,
    traced: TracedTransfer,
    comment = '',
    isMasked = false,
  ): WrittenTransfer | undefined {
    const { segments, fault, nack, client } = traced;
    if (segments.length === 0) return undefined;
    const recorded: RecordedTransfer = {
      kind: 'transfer',
      bus: this.#nameOf(bus),
      segments: isMasked ? segments.map(maskedSegment) : segments,
      fault,
      nack: nack ?? impliedNack(bus, traced),
      wireNs: traced.wireMs * 1e6,
      queuedNs: traced.queuedMs * 1e6,
      stretchedNs: traced.stretchedNs,
      attempts: traced.attempts,
      struck: traced.struck,
      client: client === USUAL_CLIENT || client === '' ? undefined : client,
    };
    const written: WrittenTransfer = { recorded, comment: isMasked ? '' : comment, wasWritten: false };
    this.again(written, traced);
    return written;
  }

  /** Writes a transfer that is the same as one before, but for its times. */
  again(written: WrittenTransfer, { startedMs, queuedMs, wireMs }: WrittenTimes): void {
    this.#timeAt(startedMs + queuedMs);
    const lines = this.#lines;
    const { recorded, comment, wasWritten } = written;
    // Few are written twice.
    written.wasWritten = true;
    if (written.messages === undefined) {
      const from = lines.length;
      this.#messages(recorded);
      if (wasWritten) written.messages = lines.since(from);
    } else lines.again(written.messages);
    this.#result(recorded, wireMs * 1e6);
    lines.trimEnd();
    if (written.comments === undefined) {
      const from = this.#comment(comment);
      if (wasWritten) written.comments = lines.since(from);
    } else if (written.comments.length > 0) {
      lines.padTo(COMMENT_COLUMN);
      lines.again(written.comments);
    }
    this.#endLine();
  }

  edge({ startedMs, controller, line, name, high }: TracedEdge): void {
    const known = this.#declared({ name, controller, line });
    this.#timeAt(startedMs);
    this.#edge(known, high);
  }

  /** So many events were lost here. */
  lost(count: number): void {
    if (this.#duration !== undefined) this.#time(NO_TIME);
    this.#lost(count);
  }

  /** What was read from a recording, as it was. */
  entry(
    { afterNs, what }: Pick<RecordedEntry, 'afterNs' | 'what'>,
    lines: ReadonlyMap<string, RecordedLine>,
  ): void {
    // What is declared stands before the line that names it.
    const name = what.kind === 'edge' ? this.#declared(lines.get(what.name) ?? unknownLine(what.name)) : '';
    if (afterNs !== undefined) this.#time((this.#duration ?? roundedDuration)(afterNs));
    if (what.kind === 'lost') this.#lost(what.count);
    else if (what.kind === 'edge') this.#edge(name, what.high);
    else {
      this.#messages(what);
      this.#result(what, what.wireNs);
      this.#end();
    }
  }

  /** Writes the lines that wait to be written. */
  flush(): void {
    if (this.#lines.length === 0) return;
    // A stream keeps what it is given until it is written.
    const text = this.#lines.bytes.slice();
    this.#lines.clear();
    this.#write(text);
  }

  /** The recording is whole. */
  end(): void {
    this.#lines.text(`end ${this.#entries}`);
    this.#lines.endLine();
    this.flush();
  }

  readonly #put = (bytes: Uint8Array): string => {
    const { name, isNew } = this.#data.put(bytes);
    if (isNew) this.#blocks += dataText(name, bytes);
    return name;
  };

  /** Where it goes, and its messages, up to the column of the result; there is a blank at the end. */
  #messages(transfer: RecordedTransfer): void {
    const lines = this.#lines;
    const { bus, segments } = transfer;
    const target = segments[0]?.target ?? 0;
    const place = this.#place;
    if (place.bus !== bus || place.target !== target)
      this.#place = { bus, target, text: `${placeText(bus, target).padEnd(COLUMNS.place)} ` };
    lines.text(this.#place.text);
    const begin = lines.column;
    putMessages(lines, bus.startsWith('spi') ? 'spi' : 'i2c', transfer, this.#put);
    lines.padTo(begin + COLUMNS.messages);
    lines.text(' ');
  }

  /** Blanks before a result that says nothing are taken away with the end of the line. */
  #result(transfer: RecordedTransfer, wireNs: number | undefined): void {
    putResult(this.#lines, transfer, wireNs, this.#duration);
  }

  #edge(name: string, high: boolean): void {
    this.#lines.text(`${lineToken(name)}  ${high ? 'rises' : 'falls'}`);
    this.#end();
  }

  #lost(count: number): void {
    this.#lines.text(`lost ${count}`);
    this.#end();
  }

  /** Ends the line of an entry that has no comment. */
  #end(): void {
    this.#lines.trimEnd();
    this.#endLine();
  }

  /** @returns where it begins, behind the blanks in front of it */
  #comment(comment: string): number {
    const lines = this.#lines;
    if (comment === '') return lines.length;
    lines.padTo(COMMENT_COLUMN);
    const from = lines.length;
    lines.text('  ; ');
    // A line break in it would be a line of its own.
    lines.text(oneLine(comment));
    return from;
  }

  #endLine(): void {
    const lines = this.#lines;
    lines.endLine();
    if (this.#blocks !== '') {
      lines.text(this.#blocks);
      this.#blocks = '';
      lines.beginLine();
    }
    this.#entries++;
    if (lines.length >= CHUNK) this.flush();
  }

  /** The time from the entry before: a rounding is made good by the next. */
  #timeAt(ms: number): void {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#beganMs = ms;
      if (this.#isDated) {
        this.#lines.text(`began ${new Date(ms).toISOString()}`);
        this.#lines.endLine();
      }
    }
    if (this.#duration === undefined) return;
    const said = this.#duration(Math.max(0, (ms - this.#beganMs) * 1e6 - this.#writtenNs));
    this.#writtenNs += said.ns;
    this.#time(said);
  }

  #time({ text }: SaidDuration): void {
    const lines = this.#lines;
    const begin = lines.column;
    lines.text('+');
    lines.text(text);
    lines.padTo(begin + COLUMNS.time);
    lines.text('  ');
  }

  #nameOf(bus: TracedBus): string {
    const known = this.#busNames.get(bus);
    if (known !== undefined) return known;
    const name = recordedBusName(bus);
    this.#busNames.set(bus, name);
    return name;
  }

  /** @returns the name by which a line is written, which is declared by now */
  #declared(line: RecordedLine): string {
    const key = `${line.controller} ${line.line}`;
    return this.#lineNames.get(key) ?? this.#declare(key, line);
  }

  #declare(key: string, { name, controller, line }: RecordedLine): string {
    const plain = name === '' ? `line${line}` : name;
    const taken = new Set(this.#lineNames.values());
    let free = plain;
    for (let more = 2; taken.has(free); more++) free = `${plain}-${more}`;
    this.#lineNames.set(key, free);
    this.#lines.text(`line  ${nameToken(free)} ${nameToken(controller)} ${line}`);
    this.#lines.endLine();
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

function unknownLine(name: string): RecordedLine {
  return { name, controller: '', line: 0 };
}

function maskedSegment({ sent, received, ...segment }: RecordedSegment): RecordedSegment {
  return { ...segment, sent: masked(sent), received: masked(received) };
}

function masked(bytes: TracedBytes | undefined): RecordedBytes | undefined {
  return bytes && { bytes: new Uint8Array(0), length: bytes.length };
}

/** An adapter need not tell which of one address was refused. */
function impliedNack({ kind }: TracedBus, { fault, segments }: TracedTransfer): RecordedTransfer['nack'] {
  return kind === 'i2c' && fault === 'ENXIO' && segments.length === 1 ? { message: 0, byte: -1 } : undefined;
}
