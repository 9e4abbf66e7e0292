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
  const { fault, startedMs } = transfer;
  const result = (fault ?? 'ok').padEnd(COLUMNS.result);
  const mark = fault === undefined ? ' ' : paint('red', FAILED);
  const fields = [
    mark + timeText(startedMs - began, paint),
    busName(bus).padEnd(COLUMNS.bus),
    oneLine(target).padEnd(COLUMNS.target),
    paint(fault === undefined ? 'green' : 'red', result),
    microseconds(durationOf(transfer)).toString().padStart(COLUMNS.duration),
    oneLine(text + notesText(transfer)),
  ];
  return `${fields.join('  ')}\n`;
}

/** An edge of a line as a line. `began`: as in `transferLine`. */
export function edgeLine(
  { startedMs, controller, line, name, high }: TracedEdge,
  began: number,
  paint: Paint,
): string {
  const fields = [
    ` ${timeText(startedMs - began, paint)}`,
    'gpio'.padEnd(COLUMNS.bus),
    oneLine(`${controller} ${line} ${name}`.trimEnd()).padEnd(COLUMNS.target),
    ''.padEnd(COLUMNS.result),
    ''.padEnd(COLUMNS.duration),
    high ? 'rises' : 'falls',
  ];
  return `${fields.join('  ')}\n`;
}

/** An edge of a line as a line of JSON. */
export function edgeJson({ sequence, startedMs, controller, line, name, high }: TracedEdge): string {
  const time = new Date(startedMs).toISOString();
  return `${plainJson({ sequence, time, controller, line, name: name === '' ? null : name, high })}\n`;
}

function timeText(ms: number, paint: Paint): string {
  return paint('dim', (ms / 1000).toFixed(6).padStart(COLUMNS.time));
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
