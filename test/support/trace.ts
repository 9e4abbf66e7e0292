import type { ToldEvent, TracedTransfer, TraceEvent, TransferRecord } from '../../src/trace/index.ts';

/** What a transfer met that met nothing: its turn came at once, and it took 250 µs. */
export const SMOOTH = { queuedMs: 0, wireMs: 0.25, attempts: 1, stretchedNs: 0, struck: [] } as const;

/** The record of a transfer of the board that went well. */
export function recordOf(more: Partial<TransferRecord> = {}): TransferRecord {
  return { bus: '/i2c', client: 'the board', startedMs: 1000, ...SMOOTH, fault: undefined, ...more };
}

/** A transfer as it is read from a trace. */
export function transferOf(more: Partial<TracedTransfer> = {}): TracedTransfer {
  const common = { kind: 'transfer', sequence: 1, bus: 0, client: 'the board', startedMs: 1000 } as const;
  return { ...common, ...SMOOTH, fault: undefined, segments: [], ...more };
}

/** An event as a source tells it. */
export function toldOf(event: TraceEvent | undefined): ToldEvent | undefined {
  return (
    event && {
      what: event,
      endedMs: event.startedMs + (event.kind === 'edge' ? 0 : event.queuedMs + event.wireMs),
    }
  );
}
