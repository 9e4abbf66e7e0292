import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BusFault, SPI_MODE } from '../../../src/bus/index.ts';
import type { Nodes } from '../../../src/cli/spi-tools/device.ts';
import { spiConfig } from '../../../src/cli/spi-tools/spi-config.ts';
import { spiPipe } from '../../../src/cli/spi-tools/spi-pipe.ts';
import { NodeRegistry } from '../../../src/dev/index.ts';
import { FakeI2c, FakeSpi } from '../../dev/fake-adapters.ts';
import { memoryIo } from '../memory-io.ts';
import { type RecordedSpi, SPI_CASES } from './cases.ts';

const TOOLS = { 'spi-config': spiConfig, 'spi-pipe': spiPipe };
const DEVICE = '/dev/spidev0.0';

function setUp(adapter = new FakeSpi(0)) {
  const registry = new NodeRegistry();
  registry.addSpi(adapter, 0);
  return { adapter, nodes: registry as Nodes };
}

describe('as spi-tools 0.8.4 on a CUSE node of the same adapter', () => {
  const recorded = JSON.parse(
    readFileSync(new URL('recorded.json', import.meta.url), 'utf8'),
  ) as RecordedSpi[];

  it('every case was recorded', () => {
    expect(recorded.map(({ tool, args }) => ({ tool, args }))).toEqual(
      SPI_CASES.map(({ tool, args }) => ({ tool, args })),
    );
  });

  // spidev's limit, which a node of the machine has and one of the board has not.
  const { nodes } = setUp();
  const limited = {
    open: (path: string) =>
      (nodes as NodeRegistry).open(path as `/dev/spidev${number}.${number}`, { bufsiz: 4096, dmaAlign: 8 }),
  };
  it.each(recorded.map((one) => [`${one.tool} ${one.args.join(' ')}`, one] as const))(
    '%s',
    async (_, one) => {
      const io = memoryIo(one.stdin ?? '');
      const code = await TOOLS[one.tool](one.args, limited as unknown as Nodes, io);
      const stdout = one.tool === 'spi-pipe' ? io.bytes().toString('hex') : io.out();
      expect({ stdout, stderr: io.err(), code }).toEqual({
        stdout: one.stdout,
        stderr: one.stderr,
        code: one.code,
      });
    },
  );
});

describe('spi-config', () => {
  it('shows and sets the bit order and the ready line, which 0.8.4 reads wrongly', async () => {
    const { nodes } = setUp(new FakeSpi(0, { modes: 0xf | SPI_MODE.READY }));
    const io = memoryIo('');
    expect(await spiConfig(['-d', DEVICE, '-l', '1', '-r', '1', '-m', '2'], nodes, io)).toBe(0);
    expect(await spiConfig(['-d', DEVICE, '-m', '3'], nodes, io)).toBe(0);
    expect(await spiConfig(['-d', DEVICE, '-q'], nodes, io)).toBe(0);
    expect(io.out()).toBe(`${DEVICE}: mode=3, lsb=1, bits=8, speed=10000000, spiready=1\n`);
  });

  it('holds the clock while it waits, until it is told to end', async () => {
    const { nodes } = setUp();
    const end = new AbortController();
    const waiting = spiConfig(['-d', DEVICE, '-s', '1000', '-w'], nodes, memoryIo('', end.signal));
    const io = memoryIo('');
    await spiConfig(['-d', DEVICE, '-q'], nodes, io);
    end.abort();
    expect(await waiting).toBe(0);
    await spiConfig(['-d', DEVICE, '-q'], nodes, io);
    expect(io.out()).toMatch(/speed=1000,(.|\n)*speed=10000000,/);
  });

  it('does not wait when it was told to end before', async () => {
    const { nodes } = setUp();
    expect(await spiConfig(['-d', DEVICE, '-w'], nodes, memoryIo('', AbortSignal.abort()))).toBe(0);
  });

  it.each(['-h', '--help'])('explains itself with %s', async (flag) => {
    const io = memoryIo('');
    expect(await spiConfig([flag], setUp().nodes, io)).toBe(0);
    expect(io.err()).toContain('example: spi-config -d /dev/spidev0.0');
    expect(await spiPipe([flag], setUp().nodes, io)).toBe(0);
    expect(io.err()).toContain('spi-pipe -d /dev/spidev0.0');
  });

  it('says its version', async () => {
    const io = memoryIo('');
    expect(await spiConfig(['-v'], setUp().nodes, io)).toBe(0);
    expect(await spiPipe(['--version'], setUp().nodes, io)).toBe(0);
    expect(io.err()).toBe('spi-config - 0.8.4 (dtbus)\nspi-pipe - 0.8.4 (dtbus)\n');
  });

  it('does not take an I2C bus for a device', async () => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new FakeI2c(1));
    const io = memoryIo('');
    expect(await spiConfig(['-d', '/dev/i2c-1', '-q'], nodes, io)).toBe(1);
    expect(io.err()).toBe('/dev/i2c-1: Inappropriate ioctl for device\n');
  });

  it('calls an option ambiguous that could be two', async () => {
    const io = memoryIo('');
    expect(await spiConfig(['--sp', '1'], setUp().nodes, io)).toBe(1);
    expect(io.err()).toContain("option '--sp' is ambiguous; possibilities: '--speed' '--spirdy'");
  });

  it('takes nothing for an option after --, and no bare word', async () => {
    const io = memoryIo('');
    expect(await spiConfig(['word', '-', '-d', DEVICE, '-q', '--', '-x'], setUp().nodes, io)).toBe(0);
  });
});

describe('spi-pipe', () => {
  it('sends what is left when the input ends within a block, and that is no failure', async () => {
    const { adapter, nodes } = setUp();
    const io = memoryIo('abcdef');
    expect(await spiPipe(['-d', DEVICE, '-b', '4'], nodes, io)).toBe(0);
    expect(adapter.seen.map(({ transfers: [one] }) => one?.tx?.length)).toEqual([4, 2]);
    expect(io.bytes()).toEqual(Buffer.from([0x9e, 0x9d, 0x9c, 0x9b, 0x9a, 0x99]));
  });

  it('leaves mode, word and clock as they were', async () => {
    const { adapter, nodes } = setUp();
    await spiConfig(['-d', DEVICE, '-m', '1'], nodes, memoryIo(''));
    await spiPipe(
      ['-d', DEVICE, '-m', '2', '-l', '1', '-B', '16', '-s', '5000', '-b', '2'],
      nodes,
      memoryIo('ab'),
    );
    expect(adapter.seen[0]).toMatchObject({
      mode: 2 | SPI_MODE.LSB_FIRST,
      transfers: [{ bitsPerWord: 16, speedHz: 5000 }],
    });
    const io = memoryIo('');
    await spiConfig(['-d', DEVICE, '-q'], nodes, io);
    expect(io.out()).toContain('mode=1, lsb=0, bits=8, speed=10000000');
  });

  it('ends with the transfer that fails, and with what cannot be set', async () => {
    const { adapter, nodes } = setUp();
    adapter.fault = new BusFault('ETIMEDOUT');
    const io = memoryIo('abc');
    expect(await spiPipe(['-d', DEVICE], nodes, io)).toBe(1);
    expect(io.err()).toBe('SPI_IOC_MESSAGE: Connection timed out\n');
    expect(adapter.seen).toHaveLength(1);
    expect(await spiPipe(['-d', DEVICE, '-r', '1'], nodes, io)).toBe(1);
    expect(await spiPipe(['-d', DEVICE, '-m', '7'], nodes, io)).toBe(1);
  });

  it('ends when it is told to', async () => {
    const { adapter, nodes } = setUp();
    expect(await spiPipe(['-d', DEVICE], nodes, memoryIo('abc', AbortSignal.abort()))).toBe(1);
    expect(adapter.seen).toEqual([]);
  });
});
