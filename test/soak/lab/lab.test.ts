import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HAS_SERVER, SERVER } from '../../lab/nats-server.ts';
import { check, type History, type Line } from './check.mjs';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;
const TRANSFERS = 500;

/** The short form of `npm run soak:lab`; what it holds and how stands there. */
describe.skipIf(!HAS_SERVER || !HAS_OPENSSL)(
  `a lab in which everything goes wrong once (skipped where ${SERVER} or openssl is not installed)`,
  () => {
    it('sends nothing twice, loses nothing without an errno, sends nothing without a lease, and nothing hangs', async () => {
      const script = fileURLToPath(new URL('lab.mjs', import.meta.url));
      const words = [script, String(TRANSFERS), '20261129'];
      const { stdout } = await promisify(execFile)(process.execPath, words).catch((error) => error);
      expect(stdout).toMatch(/"done":[1-9]\d\d/);
      expect(stdout).toMatch(/no fault\n$/);
    }, 240_000);
  },
);

/** Two clients with a lease each, one after the other, and two transfers of the first. */
const client = (who: string, ...calls: readonly Line[]): readonly Line[] => [
  { event: 'leases', at: 0, who, fence: who === 'ada' ? 7 : 8 },
  ...calls,
  { event: 'stopped', at: 100 },
];
const asks = (tag: string, at: number, who = 'ada'): Line => ({ event: 'asks', at, tag, who, bus: 'i2c-1' });
const ends = (tag: string, at: number, code?: string): Line => ({ event: 'ends', at, tag, code });
const GOOD = [asks('1', 12), asks('2', 13), ends('1', 20), ends('2', 21)];
const LEASES: readonly Line[] = [
  { event: 'started', at: 1 },
  { event: 'granted', at: 10, who: 'ada', buses: ['i2c-1'] },
  { event: 'ended', at: 40, who: 'ada', reason: 'given back' },
  { event: 'granted', at: 50, who: 'bob', buses: ['i2c-1'] },
  { event: 'ended', at: 90, who: 'bob', reason: 'given back' },
];
const WIRE = [
  { tag: '1', at: 15 },
  { tag: '2', at: 16 },
];
function wrongIn(change: {
  readonly calls?: readonly Line[];
  readonly leases?: readonly Line[];
  readonly records?: History['wires'][number]['records'];
  readonly hasAdapter?: boolean;
}) {
  const { calls = GOOD, leases = LEASES, records = WIRE, hasAdapter = false } = change;
  return check({
    clients: [client('ada', ...calls), client('bob')],
    hosts: { desk: leases },
    wires: [{ host: 'desk', bus: 'i2c-1', hasAdapter, records }],
  }).wrong;
}
const renamed = (index: number, line: Partial<Line>) =>
  LEASES.with(index, { ...LEASES[index], ...line } as Line);

describe('the checker of its histories', () => {
  it('finds nothing wrong where nothing is', () => {
    expect(wrongIn({})).toEqual([]);
  });

  it.each([
    ['a transfer that is twice on the wire', { records: [...WIRE, { tag: '2', at: 17 }] }, 'sent twice: 2'],
    ['one that succeeded and never was there', { records: WIRE.slice(1) }, 'lost without an errno: 1'],
    [
      'one that nobody asked for',
      { records: [...WIRE, { tag: '9', at: 17 }] },
      'sent, and nobody asked for it: 9',
    ],
    [
      'one that came before it was asked for',
      { records: [{ tag: '1', at: 11 }, ...WIRE.slice(1)] },
      'sent before',
    ],
    [
      'one that came after its end',
      { records: WIRE.with(1, { tag: '2', at: 22 }) },
      'sent after it had ended: 2',
    ],
    ['two that changed places', { records: WIRE.toReversed() }, 'out of order: 1 on i2c-1'],
    [
      'one that was refused and sent',
      { calls: GOOD.with(3, ends('2', 21, 'EACCES')) },
      'refused, and sent: 2: EACCES',
    ],
    [
      'a failure without an errno',
      { calls: GOOD.with(3, ends('2', 21, 'TypeError: x')) },
      'failed without an errno',
    ],
    ['a call that does not end', { calls: GOOD.slice(0, 3) }, 'has no end: 2'],
    [
      'a client that says that it hangs',
      { calls: [...GOOD, { event: 'hangs', at: 30, what: 'it' }] },
      'hangs: it',
    ],
    [
      'bytes of another',
      { calls: GOOD.with(3, { ...ends('2', 21), isOther: true }) },
      'read what another wrote: 2',
    ],
    [
      'a lease that lasts too long',
      { leases: [...LEASES, { event: 'outlived', at: 95, who: 'bob' }] },
      'outlived',
    ],
    ['a bus that two have', { leases: LEASES.toSpliced(2, 1) }, 'held by two: i2c-1'],
    ['a transfer before the lease', { leases: renamed(1, { at: 15.5 }) }, 'sent without a lease: 1 of ada'],
    ['one behind the lease', { leases: renamed(2, { at: 15 }) }, 'sent after its lease: 2 of ada'],
    [
      'one behind a lease, through an adapter, when another has the bus',
      { leases: renamed(2, { at: 14 }).with(3, { ...(LEASES[3] as Line), at: 15.5 }), hasAdapter: true },
      'sent while another had the bus: 2 of ada',
    ],
  ] as const)('finds %s', (_, change, wrong) => {
    expect(wrongIn(change)).toEqual([expect.stringContaining(wrong)]);
  });

  it('lets one that is on its way through an adapter end behind its lease, while nobody else has the bus', () => {
    expect(wrongIn({ leases: renamed(2, { at: 15 }), hasAdapter: true })).toEqual([]);
  });

  it('finds a fence that does not grow', () => {
    const back = [
      client('ada', ...GOOD),
      client('bob').map((line) => (line['fence'] ? { ...line, fence: 7 } : line)),
    ];
    const wires = [{ host: 'desk', bus: 'i2c-1', hasAdapter: false, records: WIRE }];
    expect(check({ clients: back as Line[][], hosts: { desk: LEASES }, wires }).wrong).toEqual([
      'a fence that does not grow: bob on desk: 7 behind 7',
    ]);
  });
});
