import { bytesAt } from '../input/index.ts';
import { Recording, RecordingError, type WriterOptions } from '../recording/index.ts';
import type { TracedBus } from '../trace/index.ts';
import type { Captured } from './captured.ts';
import { capturedFrom } from './from-recording.ts';
import { type Meaning, meaningOn } from './meaning.ts';
import { Capture } from './pcapng/capture.ts';
import { CaptureError } from './pcapng/packets.ts';
import { readCapture } from './pcapng/read.ts';
import { readSigrok } from './sigrok/read.ts';
import { writeSigrok } from './sigrok/write.ts';
import { writeTable } from './text/csv-table.ts';
import { readFtrace } from './text/ftrace.ts';
import { writePerfetto } from './text/perfetto.ts';
import { readSaleae } from './text/saleae.ts';
import { writeRecording } from './to-recording.ts';
import { readVcd } from './vcd/read.ts';
import { writeVcd } from './vcd/write.ts';
import { decodeWave, type WaveOptions } from './wave/decode.ts';
import { Drawing } from './wave/drawing.ts';
import { WaveError } from './wave/samples.ts';

/** Longest file that is read: text of more is no string of Node's. */
const BYTES_MAX = 2 ** 29;

/** How a trace is read. */
export type ReadOptions = WaveOptions;

/** How a trace is written. */
export interface WriteOptions {
  /** Times of recordings. */
  readonly times: NonNullable<WriterOptions['times']>;
  /** Comments of recordings say what transfers mean. */
  readonly describe: boolean;
  /** In `.sr`, nothing happens for no longer than this; undefined: for as long as it did. */
  readonly idleNs: number | undefined;
}

type Put = (bytes: Uint8Array | string) => void;

interface Format {
  /** `sigrok session` */
  readonly title: string;
  readonly endings: readonly string[];
  read?(file: string, bytes: Buffer, options: ReadOptions): Captured;
  /** @returns what the output does not have: a sentence each */
  write?(captured: Captured, put: Put, meaning: Meaning, options: WriteOptions): readonly string[];
}

/** Every format, by the name that `--from` and `--to` take. */
export const FORMATS = {
  bus: {
    title: "dtbus's recording",
    endings: ['.bus'],
    read: (file, bytes) => capturedFrom(new Recording(file, bytes)),
    write: (captured, put, meaning, { describe, times }) => {
      writeRecording(captured, put, { times, meaning: describe ? meaning : undefined });
      return [];
    },
  },
  pcapng: {
    title: 'capture file for Wireshark',
    endings: ['.pcapng', '.pcap'],
    read: (_, bytes) => readCapture(bytes),
    write: writePcapng,
  },
  vcd: {
    title: 'waves',
    endings: ['.vcd'],
    read: (_, bytes, options) => decodeWave(readVcd(bytes.toString('latin1')), options),
    write: (captured, put, meaning) => {
      const drawing = Drawing.of(captured, { textOf: (transfer) => sentenceOf(meaning, transfer) });
      writeVcd(captured, drawing, put);
      return drawnNotes(drawing);
    },
  },
  sr: {
    title: 'session of sigrok and PulseView',
    endings: ['.sr'],
    read: (_, bytes, options) => decodeWave(readSigrok(bytes), options),
    write: (captured, put, _, { idleNs }) => {
      const drawing = Drawing.of(captured, { idleNs });
      writeSigrok(captured, drawing, put);
      return drawnNotes(drawing);
    },
  },
  csv: {
    title: "table of Saleae's Logic 2, a row for each byte",
    endings: ['.csv'],
    read: (_, bytes, options) => readSaleae(bytes.toString('utf8'), options),
    write: (captured, put, meaning) => {
      writeTable(captured, meaning, put);
      return [];
    },
  },
  perfetto: {
    title: 'trace for ui.perfetto.dev',
    endings: ['.json'],
    write: (captured, put, meaning) => {
      writePerfetto(captured, meaning, put);
      return [];
    },
  },
  ftrace: {
    title: "text of the kernel's trace events i2c, smbus and spi",
    endings: ['.txt', '.trace', '.ftrace'],
    read: (_, bytes) => readFtrace(bytes.toString('utf8')),
  },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;

/** The format of a file by its ending; undefined: of none. */
export function formatOf(file: string): FormatName | undefined {
  const names = Object.keys(FORMATS) as FormatName[];
  return names.find((name) => FORMATS[name].endings.some((ending) => file.toLowerCase().endsWith(ending)));
}

/** Formats that can be read, or written. */
export function formatsThat(can: 'read' | 'write'): readonly FormatName[] {
  return (Object.keys(FORMATS) as FormatName[]).filter(
    (name) => (FORMATS[name] as Format)[can] !== undefined,
  );
}

/** What happened, by a file. @throws {RecordingError} with the line, where the format has lines */
export function readTrace(file: string, format: FormatName, options: ReadOptions): Captured {
  return traceOf(file, bytesOf(file), format, options);
}

/** As `readTrace`, of bytes that are there. @param name what errors say of where they are from */
export function traceOf(name: string, bytes: Buffer, format: FormatName, options: ReadOptions): Captured {
  checkLength(name, bytes);
  const { read } = FORMATS[format] as Format;
  if (read === undefined)
    throw new RecordingError(
      name,
      undefined,
      `${format} cannot be read; expected ${formatsThat('read').join(', ')}`,
    );
  try {
    return read(name, bytes, options);
  } catch (thrown) {
    if (thrown instanceof WaveError) throw new RecordingError(name, thrown.line, thrown.message);
    if (thrown instanceof CaptureError) throw new RecordingError(name, undefined, thrown.message);
    throw thrown;
  }
}

function bytesOf(file: string): Buffer {
  return bytesAt(file, (trouble) => RecordingError.unreadable(file, trouble));
}

function checkLength(name: string, { length }: Buffer): void {
  if (length > BYTES_MAX)
    throw new RecordingError(name, undefined, `longer than ${BYTES_MAX} bytes; convert a part of it`);
}

/** Writes what happened. @returns what the output does not have, a sentence each */
export async function writeTrace(
  captured: Captured,
  format: FormatName,
  put: Put,
  options: WriteOptions,
): Promise<readonly string[]> {
  const meaning = await meaningOn(captured.buses);
  const { write } = FORMATS[format] as Format;
  if (write === undefined)
    throw new Error(`${format} cannot be written; expected ${formatsThat('write').join(', ')}`);
  return write(captured, put, meaning, options);
}

function writePcapng(captured: Captured, put: Put, meaning: Meaning): readonly string[] {
  const capture = new Capture(put);
  let left = 0;
  for (const { what } of captured.events) {
    if (what.kind === 'transfer') capture.add(meaning(what));
    else left++;
  }
  return left === 0 ? [] : [`${left} edges and losses have no place in a capture file`];
}

function sentenceOf(meaning: Meaning, transfer: Parameters<Meaning>[0]): string {
  const { part, text } = meaning(transfer);
  return `${transfer.fault ? `${transfer.fault}: ` : ''}${part === '' ? '' : `${part}: `}${text}`;
}

function drawnNotes({ leftBytes, leftTransfers, cutNs }: Drawing): readonly string[] {
  return [
    'the waveforms are synthesised from bytes: they have ideal edges, and SPI is drawn in mode 0',
    ...(leftBytes === 0
      ? []
      : [`${leftBytes} bytes are not known (cut, masked or lost by a fault); they are left out`]),
    ...(leftTransfers === 0 ? [] : [`${leftTransfers} transfers that failed without a place are left out`]),
    ...(cutNs === 0 ? [] : [`${Number((cutNs / 1e9).toPrecision(3))} s without traffic are left out`]),
  ];
}

/** Buses by their parts of another trace: what an import does not know of a board. */
export function withParts(captured: Captured, buses: readonly TracedBus[]): Captured {
  const partsOf = ({ kind, number }: TracedBus) =>
    buses.find((bus) => bus.kind === kind && bus.number === number)?.parts ?? [];
  return { ...captured, buses: captured.buses.map((bus) => ({ ...bus, parts: partsOf(bus) })) };
}
