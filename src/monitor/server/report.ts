import type { Captured } from '../../formats/index.ts';
import { busName } from '../../trace/decode.ts';
import type { EdgeRow, Lane, Row, TransferRow } from '../row.ts';
import { reportPage } from './report-page.ts';
import { edgeHappening, happeningOf, lineName, timesOf } from './row-of.ts';

/** The page of what was captured. @returns its HTML */
export async function reportOf(file: string, { buses, events, beganMs = 0 }: Captured): Promise<string> {
  const { meaningOn } = await import('../../formats/index.ts');
  const meaning = await meaningOn(buses);
  const lanes: Lane[] = buses.map((bus) => ({ name: busName(bus), kind: bus.kind, path: bus.path }));
  const rows: Row[] = [];
  let lost = 0;
  for (const { atNs, what } of events) {
    const at = beganMs + atNs / 1e6;
    if (what.kind === 'transfer') {
      // Its time is that of its turn here: nothing of the wait stands in front of it.
      rows.push({
        ...happeningOf(meaning(what)),
        ...{ n: rows.length + 1, ...timesOf(what), at: at - what.queuedMs },
      } as TransferRow);
    } else if (what.kind === 'edge') {
      const name = lineName(what);
      if (!lanes.some((lane) => lane.name === name))
        lanes.push({ name, kind: 'line', path: what.controller });
      rows.push({ ...edgeHappening(what), n: rows.length + 1, at } as EdgeRow);
    } else lost += what.count;
  }
  return reportPage({ board: file, lanes, rows, lost });
}
