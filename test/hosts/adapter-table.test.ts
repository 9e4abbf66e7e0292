import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sheets as busPirate } from '../../hosts/bus-pirate/index.ts';
import { sheets as serprog } from '../../hosts/serprog/index.ts';
import { sheets as simulated } from '../../hosts/simulated/index.ts';
import type { AdapterSheet } from '../../src/bus/index.ts';

interface Script {
  readonly COMMAND: string;
  sheetsOf(): Promise<AdapterSheet[]>;
  faultCatalogue(): Promise<object>;
  faultsWith(text: string, catalogue: object): string;
  readFaults(): string;
  readmeWith(text: string, sheets: readonly AdapterSheet[], catalogue: object): string;
}

const script: Script = await import(new URL('../support/adapter-table.mjs', import.meta.url).href);
const readme = readFileSync(new URL('../../hosts/README.md', import.meta.url), 'utf8');

describe('the tables of adapters in hosts/README.md', () => {
  it('say what the adapters say of themselves', async () => {
    const made = script.readmeWith(readme, await script.sheetsOf(), await script.faultCatalogue());
    expect(readme, `out of date: run ${script.COMMAND}`).toBe(made);
  });

  it('and that of faults in docs/faults.md are made', async () => {
    const made = script.faultsWith(script.readFaults(), await script.faultCatalogue());
    expect(script.readFaults(), `out of date: run ${script.COMMAND}`).toBe(made);
  });

  it('have every folder that has adapters', async () => {
    const names = (await script.sheetsOf()).map(({ compatible }) => compatible);
    expect(names).toEqual(
      expect.arrayContaining([...busPirate, ...serprog, ...simulated].map((s) => s.compatible)),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('show what a sheet says', async () => {
    const sheet: AdapterSheet = {
      title: 'Test adapter',
      compatible: 'test,adapter',
      i2c: {
        functionality: 1,
        repeatedStart: 'write then read',
        zeroLength: 'none',
        maxMessageLength: 60,
        clocksHz: { min: 50_000, max: 1_000_000 },
        stretching: true,
        heldSda: 'EBUSY',
        nack: 'unknown',
      },
      roundTrips: 2,
      lines: 4,
      judges: 'Linux',
    };
    expect(script.readmeWith(readme, [sheet], await script.faultCatalogue())).toContain(
      '| Test adapter | `test,adapter` | write then read | none | no | 60 | 50 kHz to 1 MHz | yes | EBUSY | unknown | none | 2 | 4 | Linux |',
    );
  });
});
