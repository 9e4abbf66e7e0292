import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { I2C_FUNC } from '../../../src/bus/index.ts';
import { i2cdetect } from '../../../src/cli/i2c-tools/i2cdetect.ts';
import { i2cdump } from '../../../src/cli/i2c-tools/i2cdump.ts';
import { i2cget } from '../../../src/cli/i2c-tools/i2cget.ts';
import { i2cset } from '../../../src/cli/i2c-tools/i2cset.ts';
import { i2ctransfer } from '../../../src/cli/i2c-tools/i2ctransfer.ts';
import { NodeRegistry } from '../../../src/dev/index.ts';
import { memoryIo } from '../memory-io.ts';
import { MODEL_CASES, type Recorded, STUB_CASES, type ToolCase } from './cases.ts';
import { ModelBus } from './model-bus.ts';

const TOOLS = { i2cdetect, i2cdump, i2cget, i2cset, i2ctransfer };

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Record<
  'model' | 'stub',
  Recorded[]
>;

/** The usage text and the long warnings are our own words: only that they come where they are due is the same. */
const OWN_WORDS = [
  /Usage: (?:.|\n)*$/,
  /STOP! (?:.|\n)*?\n(?=Aborting|$)/,
  /WARNING! (?:All I2C|Most chips)(?:.|\n)*?\n(?=I will)/,
  /DANGEROUS! (?:.|\n)*?\n(?=I will)/,
];

function withoutOwnWords(stderr: string): string {
  return OWN_WORDS.reduce(
    (text, pattern) => text.replace(pattern, `<${pattern.source.slice(0, 5)}>\n`),
    stderr,
  );
}

async function run({ tool, args, stdin = '' }: ToolCase, nodes: NodeRegistry) {
  const io = memoryIo(stdin);
  const code = await TOOLS[tool](args, nodes, io);
  return { stdout: io.out(), stderr: withoutOwnWords(io.err()), code };
}

const name = ({ tool, args, stdin }: ToolCase) =>
  `${tool} ${args.join(' ').slice(0, 60)}${stdin ? ` < ${JSON.stringify(stdin)}` : ''}`;

function expectAsRecorded(actual: unknown, { stdout, stderr, code }: Recorded) {
  expect(actual).toEqual({ stdout, stderr: withoutOwnWords(stderr), code });
}

describe('on the model bus, as i2c-tools 4.3 on a CUSE node of it', () => {
  it('every case was recorded', () => {
    expect(recorded.model.map(({ tool, args }) => ({ tool, args }))).toEqual(
      MODEL_CASES.map(({ tool, args }) => ({ tool, args })),
    );
  });

  it.each(recorded.model.map((one) => [name(one), one] as const))('%s', async (_, one) => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new ModelBus(1), { isBound: ModelBus.isBound });
    expectAsRecorded(await run(one, nodes), one);
  });
});

describe("on an SMBus, as i2c-tools 4.3 on Linux's i2c-stub", () => {
  // The stub's functionality by drivers/i2c/i2c-stub.c.
  const STUB =
    I2C_FUNC.SMBUS_QUICK |
    I2C_FUNC.SMBUS_READ_BYTE |
    I2C_FUNC.SMBUS_WRITE_BYTE |
    I2C_FUNC.SMBUS_READ_BYTE_DATA |
    I2C_FUNC.SMBUS_WRITE_BYTE_DATA |
    I2C_FUNC.SMBUS_READ_WORD_DATA |
    I2C_FUNC.SMBUS_WRITE_WORD_DATA |
    I2C_FUNC.SMBUS_READ_I2C_BLOCK |
    I2C_FUNC.SMBUS_WRITE_I2C_BLOCK;

  it('every case was recorded', () => {
    expect(recorded.stub.map(({ args }) => args)).toEqual(STUB_CASES.map(({ args }) => args));
  });

  it.each(recorded.stub.map((one) => [name(one), one] as const))('%s', async (_, one) => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new ModelBus(0, 'SMBus stub driver', STUB, [0x50]));
    expectAsRecorded(await run(one, nodes), one);
  });
});

describe('i2cdetect --json', () => {
  const bus = () => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new ModelBus(1), { isBound: ModelBus.isBound });
    return nodes;
  };
  const json = async (...args: string[]): Promise<unknown> => {
    const io = memoryIo('');
    expect([await i2cdetect(args, bus(), io), io.err()]).toEqual([0, '']);
    return JSON.parse(io.out());
  };

  it('has the addresses of the table that i2c-tools print', async () => {
    const [table] = recorded.model.filter(({ args }) => args.join(' ') === '-y 1');
    const cells = (table?.stdout ?? '').split('\n').flatMap((row) =>
      [...row.slice(4).matchAll(/.{3}/g)].map(([cell], column) => ({
        cell: cell.trim(),
        address: Number.parseInt(row, 16) + column,
      })),
    );
    const answers = cells.filter(({ cell, address }) => /^[0-9a-f]{2}$/.test(cell) && address >= 0);
    const scanned = (await json('-y', '--json', '1')) as { answers: number[]; driver: number[] };
    expect(scanned.answers.length).toBeGreaterThan(0);
    expect(scanned.answers).toEqual(answers.map(({ address }) => address));
    expect(scanned.driver).toEqual(cells.filter(({ cell }) => cell === 'UU').map(({ address }) => address));
  });

  it('lists buses and what one can do', async () => {
    expect(await json('-l', '--json')).toEqual([
      { bus: '/dev/i2c-1', kind: 'i2c', name: expect.any(String) },
    ]);
    const { functions } = (await json('--json', '-F', '1')) as { functions: Record<string, boolean> };
    expect(functions).toMatchObject({ I2C: true, 'SMBus Quick Command': true });
  });

  it('prints no half of an object where the scan fails', async () => {
    const io = memoryIo('');
    expect(await i2cdetect(['--json', '-y', '7'], bus(), io)).toBe(1);
    expect(io.out()).toBe('');
  });
});
