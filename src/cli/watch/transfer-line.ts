import type { TracedBus, TracedTransfer } from '../../board/index.ts';
import { TEN_BIT_ADDRESS } from '../../bus/index.ts';
import { hexByte } from '../../bus/words.ts';
import { printable } from '../terminal/printable.ts';
import type { Paint } from '../terminal/style.ts';
import { type PartReader, unknownI2c, unknownSpi } from './part-reader.ts';

/** A transfer with all that is known of where it went. */
export interface WatchedTransfer {
  readonly transfer: TracedTransfer;
  readonly bus: TracedBus;
  /** `0x48 temp@48`, `cs 0 flash@0` */
  readonly target: string;
  /** `temp@48`; empty where the tree has no such part. */
  readonly part: string;
  /** What it means. */
  readonly text: string;
}

/** A transfer with its place and its meaning. */
export function watched(
  transfer: TracedTransfer,
  bus: TracedBus,
  readers: ReadonlyMap<number, PartReader>,
): WatchedTransfer {
  const [first] = transfer.segments;
  const unit = first?.target ?? 0;
  const reader =
    readers.get(first?.tenBit ? unit + TEN_BIT_ADDRESS : unit) ??
    (bus.kind === 'i2c' ? unknownI2c : unknownSpi);
  const place = bus.kind === 'i2c' ? hexByte(unit) : `cs ${unit}`;
  const others = transfer.segments.some(({ target }) => target !== unit) ? ' and others' : '';
  const target = `${place} ${reader.name}${others}`.trimEnd();
  return { transfer, bus, target, part: reader.name, text: reader.text(transfer) };
}

export function busName({ kind, number }: TracedBus): string {
  return `${kind}-${number}`;
}

/** In front of a transfer that failed, so that it is found without colours, too. */
const FAILED = '!';
const COLUMNS = { mark: 1, time: 10, bus: 7, target: 20, result: 10, duration: 8 } as const;

/** The line above the others. */
export function heading(paint: Paint): string {
  const { mark, time, bus, target, result, duration } = COLUMNS;
  const names = [
    'time/s'.padStart(mark + time),
    'bus'.padEnd(bus),
    'target'.padEnd(target),
    'result'.padEnd(result),
    'µs'.padStart(duration),
    'transfer',
  ];
  return `${paint('bold', names.join('  '))}\n`;
}

/** One transfer as a line. `began`: ms since 1970 that the times count from. */
export function transferLine(
  { transfer, bus, target, text }: WatchedTransfer,
  began: number,
  paint: Paint,
): string {
  const { fault, startedMs, durationMs } = transfer;
  const result = (fault ?? 'ok').padEnd(COLUMNS.result);
  const mark = fault === undefined ? ' ' : paint('red', FAILED);
  const fields = [
    mark + paint('dim', ((startedMs - began) / 1000).toFixed(6).padStart(COLUMNS.time)),
    busName(bus).padEnd(COLUMNS.bus),
    printable(target).padEnd(COLUMNS.target),
    paint(fault === undefined ? 'green' : 'red', result),
    Math.round(durationMs * 1000)
      .toString()
      .padStart(COLUMNS.duration),
    printable(text),
  ];
  return `${fields.join('  ')}\n`;
}

/** One transfer as a line of JSON. */
export function transferJson({ transfer, bus, part, text }: WatchedTransfer): string {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const { startedMs, durationMs, client, fault, nack, segments } = transfer;
  const line = {
    time: new Date(startedMs).toISOString(),
    bus: busName(bus),
    path: bus.path,
    client,
    part: part === '' ? null : part,
    fault: fault ?? null,
    ...(nack !== undefined && { nack }),
    microseconds: Math.round(durationMs * 1000),
    text,
    segments: segments.map(({ target, sent, received }) => ({
      [bus.kind === 'i2c' ? 'address' : 'chipSelect']: target,
      ...(sent === undefined ? {} : { sent: hex(sent.bytes), sentBytes: sent.length }),
      ...(received === undefined ? {} : { received: hex(received.bytes), receivedBytes: received.length }),
    })),
  };
  return `${JSON.stringify(line)}\n`;
}
