import type { TracedEdge, TracedTransfer } from '../../board/index.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import { busName, notesText, type WatchedTransfer } from '../../trace/decode.ts';
import type { Paint } from '../terminal/style.ts';

/** From its request to its end, in ms: the wait for its turn included. */
export function durationOf({ queuedMs, wireMs }: TracedTransfer): number {
  return queuedMs + wireMs;
}

/** In front of a transfer that failed, so that it is found without colours, too. */
const FAILED = '!';

/** How wide the columns of a table are, and what parts them. */
export interface Columns {
  readonly mark: number;
  readonly time: number;
  readonly bus: number;
  readonly target: number;
  readonly result: number;
  readonly duration: number;
  readonly gap: string;
}

const WIDE: Columns = { mark: 1, time: 10, bus: 7, target: 20, result: 10, duration: 8, gap: '  ' };
/** Leaves 31 of 80 columns for what a transfer means. */
export const NARROW: Columns = { mark: 1, time: 10, bus: 6, target: 14, result: 7, duration: 6, gap: ' ' };

/** The line above the others. */
export function heading(paint: Paint, columns = WIDE): string {
  const { mark, time, bus, target, result, duration, gap } = columns;
  const names = [
    'time/s'.padStart(mark + time),
    'bus'.padEnd(bus),
    'target'.padEnd(target),
    'result'.padEnd(result),
    'µs'.padStart(duration),
    'transfer',
  ];
  return `${paint('bold', names.join(gap))}\n`;
}

/** One transfer as a line. `began`: ms since 1970 that the times count from. */
export function transferLine(
  { transfer, bus, target, text }: WatchedTransfer,
  began: number,
  paint: Paint,
  columns = WIDE,
): string {
  const { fault, startedMs } = transfer;
  const result = (fault ?? 'ok').padEnd(columns.result);
  const mark = fault === undefined ? ' ' : paint('red', FAILED);
  const fields = [
    mark + timeText(startedMs - began, paint, columns),
    busName(bus).padEnd(columns.bus),
    oneLine(target).padEnd(columns.target),
    paint(fault === undefined ? 'green' : 'red', result),
    microseconds(durationOf(transfer)).toString().padStart(columns.duration),
    oneLine(text + notesText(transfer)),
  ];
  return `${fields.join(columns.gap)}\n`;
}

/** An edge of a line as a line. `began`: as in `transferLine`. */
export function edgeLine(
  { startedMs, controller, line, name, high }: TracedEdge,
  began: number,
  paint: Paint,
  columns = WIDE,
): string {
  const fields = [
    ` ${timeText(startedMs - began, paint, columns)}`,
    'gpio'.padEnd(columns.bus),
    oneLine(`${controller} ${line} ${name}`.trimEnd()).padEnd(columns.target),
    ''.padEnd(columns.result),
    ''.padEnd(columns.duration),
    high ? 'rises' : 'falls',
  ];
  return `${fields.join(columns.gap)}\n`;
}

/** An edge of a line as a line of JSON. */
export function edgeJson({ sequence, startedMs, controller, line, name, high }: TracedEdge): string {
  const time = new Date(startedMs).toISOString();
  return `${plainJson({ sequence, time, controller, line, name: name === '' ? null : name, high })}\n`;
}

function timeText(ms: number, paint: Paint, { time }: Columns): string {
  return paint('dim', (ms / 1000).toFixed(6).padStart(time));
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}

/** One transfer as a line of JSON. */
export function transferJson({ transfer, bus, part, text }: WatchedTransfer): string {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const { sequence, startedMs, queuedMs, wireMs, attempts, stretchedNs, struck } = transfer;
  const { client, fault, nack, segments } = transfer;
  const line = {
    sequence,
    time: new Date(startedMs).toISOString(),
    bus: busName(bus),
    path: bus.path,
    client,
    part: part === '' ? null : part,
    fault: fault ?? null,
    ...(nack !== undefined && { nack }),
    microseconds: microseconds(durationOf(transfer)),
    queuedMicroseconds: microseconds(queuedMs),
    wireMicroseconds: microseconds(wireMs),
    ...(attempts > 1 && { attempts }),
    ...(stretchedNs > 0 && { stretchedMicroseconds: microseconds(stretchedNs / 1e6) }),
    ...(struck.length > 0 && { injected: struck }),
    text,
    segments: segments.map(({ target, sent, received }) => ({
      [bus.kind === 'i2c' ? 'address' : 'chipSelect']: target,
      ...(sent === undefined ? {} : { sent: hex(sent.bytes), sentBytes: sent.length }),
      ...(received === undefined ? {} : { received: hex(received.bytes), receivedBytes: received.length }),
    })),
  };
  return `${plainJson(line)}\n`;
}
