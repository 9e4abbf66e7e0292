import { plainJson } from '../../input/index.ts';
import { busName } from '../../trace/decode.ts';
import type { TracedBus } from '../../trace/index.ts';
import type { Captured } from '../captured.ts';
import type { Meaning } from '../meaning.ts';

/** Groups of tracks, as processes are. */
const GROUP = { buses: 1, clients: 2, lines: 3 } as const;

/**
 * Writes what happened as a trace of events in JSON, which ui.perfetto.dev and chrome://tracing open: a track for each bus
 * (time on the wire), each client (from its request to the end) and each line. It answers who waited for whom.
 */
export function writePerfetto(captured: Captured, meaning: Meaning, put: (text: string) => void): void {
  const tracks = new Map<string, number>();
  let isFirst = true;
  const event = (one: object) => {
    put(`${isFirst ? '' : ',\n'}${plainJson(one)}`);
    isFirst = false;
  };
  const track = (group: keyof typeof GROUP, name: string): { readonly pid: number; readonly tid: number } => {
    const key = `${group} ${name}`;
    let tid = tracks.get(key);
    if (tid === undefined) {
      tid = tracks.size + 1;
      tracks.set(key, tid);
      event({ ph: 'M', name: 'thread_name', pid: GROUP[group], tid, args: { name } });
    }
    return { pid: GROUP[group], tid };
  };
  put('{"displayTimeUnit":"ns","traceEvents":[\n');
  for (const [name, pid] of Object.entries(GROUP))
    event({ ph: 'M', name: 'process_name', pid, args: { name } });
  for (const { atNs, what } of captured.events) {
    const ts = atNs / 1000;
    if (what.kind === 'lost') {
      event({ ph: 'i', s: 'g', ts, pid: GROUP.buses, tid: 0, name: `${what.count} events were lost` });
      continue;
    }
    if (what.kind === 'edge') {
      const name = what.name || `line${what.line}`;
      event({ ph: 'C', ts, ...track('lines', name), name, args: { level: what.high ? 1 : 0 } });
      continue;
    }
    const bus = captured.buses[what.bus] as TracedBus;
    const { part, text, target } = meaning(what);
    const args = {
      target,
      ...(what.fault && { errno: what.fault }),
      attempts: what.attempts,
      injected: what.struck,
    };
    const name = `${what.fault ? `${what.fault}: ` : ''}${part === '' ? target : part}: ${text}`;
    event({ ph: 'X', ts, dur: what.wireMs * 1000, ...track('buses', busName(bus)), name, args });
    if (what.client === '') continue;
    const queued = what.queuedMs * 1000;
    const client = track('clients', what.client);
    event({
      ph: 'X',
      ts: ts - queued,
      dur: queued + what.wireMs * 1000,
      ...client,
      name,
      args: { waited_us: queued },
    });
  }
  put('\n]}\n');
}
