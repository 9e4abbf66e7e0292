import { describe, expect, it } from 'vitest';
import type { Happening, Rows } from '../../src/monitor/row.ts';
import { RowTable } from '../../src/monitor/row-table.ts';

const happening = (text: string): Happening => ({
  ...{ bus: 'i2c-1', target: '0x48', part: '', client: 'a', text, segments: [] },
});
const rows = (first: number, of: readonly number[], told: readonly string[] = []): Rows => ({
  ...{ first, of, told: told.map(happening) },
  at: of.map((_, i) => (first + i) * 10),
  queued: of.map(() => 1),
  wire: of.map(() => 2),
});
const seen = (table: RowTable) =>
  Array.from({ length: table.length }, (_, place) => {
    const { n, at, text } = table.row(place) as { n: number; at: number; text: string };
    return `${n} ${at} ${text}`;
  });

describe('the rows that a page keeps', () => {
  it('drops the oldest, and goes on with what was told before', () => {
    const table = new RowTable();
    table.add(rows(1, [0, 1, 0], ['a', 'b']));
    table.add(rows(4, [2, 1], ['c']));
    table.drop(3);
    expect(seen(table)).toEqual(['4 40 c', '5 50 b']);
    // Only the dropped ones were `a`; the stream may name it all the same.
    table.add(rows(6, [0, 3], ['d']));
    expect(seen(table)).toEqual(['4 40 c', '5 50 b', '6 60 a', '7 70 d']);
    expect([table.placeOf(6), table.placeAt(45), table.row(4)]).toEqual([2, 1, undefined]);
    expect([table.start(0), table.end(0)]).toEqual([41, 43]);
  });

  it('takes anew what a stream tells anew, and grows', () => {
    const table = new RowTable();
    table.add(rows(1, [0], ['a']));
    table.add({ ...rows(2, [0], ['b']), anew: true });
    expect(seen(table)).toEqual(['1 10 a', '2 20 b']);
    table.forgetTold();
    const many = Array.from({ length: 50_000 }, () => 0);
    table.add(rows(3, many, ['c']));
    expect(table.length).toBe(50_002);
    expect(seen(table).at(-1)).toBe('50002 500020 c');
    expect(seen(table)[0]).toBe('1 10 a');
  });
});
