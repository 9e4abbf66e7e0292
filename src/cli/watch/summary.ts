import type { TracedBytes } from '../../board/index.ts';
import { busName, type WatchedTransfer } from '../../trace/decode.ts';
import type { Paint } from '../terminal/style.ts';
import { durationOf } from './transfer-line.ts';

interface Row {
  readonly bus: string;
  readonly target: string;
  transfers: number;
  sent: number;
  received: number;
  failed: number;
  totalMs: number;
  longestMs: number;
}

/** Targets that get a row of their own: a scan of all addresses must not make the table grow. */
const ROWS_MAX = 64;

/** What went to and came from each part. */
export class Summary {
  readonly #rows = new Map<string, Row>();

  add(one: WatchedTransfer): void {
    const { fault, segments } = one.transfer;
    const durationMs = durationOf(one.transfer);
    // A scan asks a hundred addresses where nobody is.
    const nobody = fault === 'ENXIO' && one.part === '';
    const row = this.#row(busName(one.bus), nobody ? 'no answer' : one.target);
    row.transfers++;
    row.totalMs += durationMs;
    row.longestMs = Math.max(row.longestMs, durationMs);
    if (fault !== undefined) {
      row.failed++;
      return;
    }
    for (const { sent, received } of segments) {
      row.sent += lengthOf(sent);
      row.received += lengthOf(received);
    }
  }

  text(dropped: number, paint: Paint): string {
    const head = ['bus', 'target', 'transfers', 'failed', 'sent', 'received', 'mean µs', 'longest µs'];
    const rows = [...this.#rows.values()].map((row) => [
      row.bus,
      row.target,
      String(row.transfers),
      String(row.failed),
      String(row.sent),
      String(row.received),
      String(Math.round((row.totalMs * 1000) / row.transfers)),
      String(Math.round(row.longestMs * 1000)),
    ]);
    const widths = head.map((name, i) =>
      Math.max(name.length, ...rows.map((row) => (row[i] as string).length)),
    );
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join('  ')
        .trimEnd();
    const lost =
      dropped === 0
        ? ''
        : `${dropped} more events are not shown: they came faster than they could be printed\n`;
    if (rows.length === 0) return `\nno transfers\n${lost}`;
    return `\n${[paint('bold', line(head)), ...rows.map(line)].join('\n')}\n${lost}`;
  }

  #row(bus: string, target: string): Row {
    const known = this.#rows.get(`${bus} ${target}`);
    if (known !== undefined) return known;
    const full = this.#rows.size >= ROWS_MAX;
    if (full && target !== 'others') return this.#row('', 'others');
    const row = { bus, target, transfers: 0, sent: 0, received: 0, failed: 0, totalMs: 0, longestMs: 0 };
    this.#rows.set(`${bus} ${target}`, row);
    return row;
  }
}

function lengthOf(bytes: TracedBytes | undefined): number {
  return bytes?.length ?? 0;
}
