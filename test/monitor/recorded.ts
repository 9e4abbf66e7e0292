import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { BoardControl, ControlEvent } from '../../src/board/index.ts';
import { BusFault, I2C_M, type SpiTransfer } from '../../src/bus/index.ts';
import { capturedFrom } from '../../src/formats/index.ts';
import { startMonitor } from '../../src/monitor/index.ts';
import { Recording } from '../../src/recording/index.ts';
import { RECORD_MAX } from '../../src/trace/format.ts';
import {
  type TracedBytes,
  type TraceEvent,
  TraceReader,
  TraceWriter,
  traceMemory,
} from '../../src/trace/index.ts';

/** A running board that tells what a recording has, and nothing more. */
function controlOf(file: string): BoardControl {
  const { buses, board: of, events } = capturedFrom(new Recording(file, readFileSync(file)));
  const toWire = (what: ReturnType<typeof capturedFrom>['events'] extends Iterable<infer E> ? E : never) => {
    const event = (what as { what: TraceEvent | { kind: 'lost'; count: number } }).what;
    return event.kind === 'lost'
      ? { event: 'lost', board: 0, count: event.count }
      : { event: 'happened', board: 0, what: event, record: () => recordOf(event) };
  };
  return {
    ask: async <Result>({ call }: { call: string }) =>
      (call === 'describe'
        ? { pid: 1, board: file, parts: [], lines: [], buses: [], real: [] }
        : []) as Result,
    watch: async (_, told) => {
      told({ event: 'board', board: 0, buses, ...(of && { of }) });
      for (const event of events) told(toWire(event) as ControlEvent);
      return { over: new Promise(() => {}), pause: () => {}, resume: () => {} };
    },
    close: () => {},
  };
}

const memory = traceMemory(4 * RECORD_MAX);
const [writer, reader] = [new TraceWriter(memory), new TraceReader(memory)];

/** The record that a back-end makes of it. */
function recordOf(event: TraceEvent): Uint8Array<ArrayBuffer> {
  if (event.kind === 'edge') writer.edge(event.sequence, event);
  else {
    const bytesOf = (bytes: TracedBytes | undefined) => {
      if (bytes?.bytes.length !== bytes?.length) throw new Error('not all of it was recorded');
      return bytes?.bytes as Uint8Array;
    };
    const isSpi = event.segments.some(({ sent, received }) => sent !== undefined && received !== undefined);
    writer.transfer(event.bus, event.sequence, {
      ...event,
      bus: '',
      fault: event.fault && new BusFault(event.fault, undefined, event.nack && { nack: event.nack }),
      ...(isSpi
        ? {
            chipSelect: event.segments[0]?.target ?? 0,
            transfers: event.segments.map(
              ({ sent, received }) => ({ tx: bytesOf(sent), rx: bytesOf(received) }) as SpiTransfer,
            ),
          }
        : {
            messages: event.segments.map(({ target, tenBit, sent, received }) => ({
              addr: target,
              flags: (received === undefined ? 0 : I2C_M.RD) | (tenBit ? I2C_M.TEN : 0),
              buf: bytesOf(sent ?? received),
            })),
          }),
    });
  }
  return reader.take() as Uint8Array<ArrayBuffer>;
}

/** The page of a recording as if its board told it; ends with the test. */
export async function monitoredRecording(file: string) {
  const monitor = await startMonitor({ find: async () => controlOf(file) });
  onTestFinished(() => monitor.close());
  const { origin, hash } = new URL(monitor.url);
  const Authorization = `Bearer ${hash.slice('#t='.length)}`;
  return {
    monitor,
    origin,
    Authorization,
    get: (path: string) => fetch(`${origin}${path}`, { headers: { Authorization } }),
    save: (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${origin}/api/save`, {
        method: 'POST',
        headers: { Authorization, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}
