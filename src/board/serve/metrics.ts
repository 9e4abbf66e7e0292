import { oneLine } from '../../input/index.ts';
import type { BusReport } from '../thread/protocol.ts';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * What a served board did, in the text format of Prometheus (version 0.0.4).
 * @param buses with their names: `i2c1`
 * @param frontEnds how many are connected at each socket: `left/i2c1`
 */
export function metricsText(
  buses: readonly { readonly name: string; readonly report: BusReport }[],
  frontEnds: readonly { readonly name: string; readonly count: number }[],
): string {
  const perBus = (value: (report: BusReport) => number): Sample[] =>
    buses.map(({ name, report }) => ({ labels: { bus: name }, value: value(report) }));
  const faults = buses.flatMap(({ name, report }) =>
    Object.entries(report.counters.faults).map(([errno, value]) => ({ labels: { bus: name, errno }, value })),
  );
  const connected = frontEnds.map(({ name, count }) => ({ labels: { bus: name }, value: count }));
  const isUp = ({ state }: BusReport) => (state === 'open' ? 1 : 0);
  return [
    family(
      'dtbus_transfers_total',
      'counter',
      'Transfers that went well.',
      perBus((bus) => bus.counters.transfers),
    ),
    family(
      'dtbus_bytes_total',
      'counter',
      'Bytes of transfers that went well, addresses of I2C messages among them.',
      perBus((bus) => bus.counters.bytes),
    ),
    family('dtbus_faults_total', 'counter', 'Transfers that failed, by errno.', faults),
    family('dtbus_bus_up', 'gauge', 'Whether the adapter of the bus is open.', perBus(isUp)),
    family('dtbus_front_ends', 'gauge', 'Front-ends that are connected.', connected),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory of dtbus.', [
      { value: process.memoryUsage.rss() },
    ]),
    family('process_start_time_seconds', 'gauge', 'When dtbus started, in seconds since 1970.', [
      { value: Math.round(performance.timeOrigin) / 1000 },
    ]),
  ].join('');
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const text = Object.entries(labels).map(([label, word]) => `${label}="${escaped(word)}"`);
    return `${name}${text.length === 0 ? '' : `{${text.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** Text format 0.0.4 escapes three characters; what else begins a line or is obeyed by a terminal is shown. */
const escaped = (word: string): string =>
  oneLine(word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n'));
