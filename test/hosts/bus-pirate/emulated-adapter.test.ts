import { once } from 'node:events';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BusPirateEmulator,
  createAdapter,
  createBusPirate,
  createEmulatedBusPirate,
} from '../../../hosts/bus-pirate/index.ts';
import { serveEmulator } from '../../../hosts/link/index.ts';
import { type HostAdapter, I2C_M, NodeError } from '../../../src/bus/index.ts';
import { loadModels, PartRegistry } from '../../../src/sim/index.ts';
import { type NodeLiteral, node } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';
import { faultOf } from '../controller-suite.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
function closing<T extends { close(): unknown }>(one: T): T {
  open.push(one);
  return one;
}

const adapter = (properties: NodeLiteral['properties'] = {}) =>
  node({ name: 'bus-pirate', compatible: 'dangerousprototypes,bus-pirate', properties });

describe('the node of an adapter', () => {
  it('makes a host that carries both buses, and opens nothing', () => {
    const host = createAdapter(adapter({ port: '/dev/ttyUSB99' }));
    expect(host.description).toBe('Bus Pirate on /dev/ttyUSB99');
    expect(host.synchronous).toBe(false);
    expect(host.i2c).toBeDefined();
    expect(host.spi).toBeDefined();
  });

  it('fails when the port is not there, when it is opened and when it is used', async () => {
    const host = createBusPirate(adapter({ port: '/dev/ttyUSB99' }));
    expect(await faultOf(() => host.open())).toBe('ENODEV');
    expect(await faultOf(() => host.i2c.transfer([]))).toBe('ENODEV');
    await host.close();
  });

  it.each<[string, NodeLiteral['properties'], RegExp]>([
    ['no port', {}, /^\/bus-pirate: port: name the serial port/],
    ['an empty port', { port: '' }, /port: name the serial port/],
    ['a strange address', { port: 'tcp:nowhere' }, /port: "nowhere" is not of the form host:port/],
    [
      'a speed beyond the menu',
      { port: '/x', 'current-speed': 3_000_000 },
      /current-speed: 3000000 baud is out of/,
    ],
    [
      'a clock that is too slow',
      { port: '/x', 'clock-frequency': 100 },
      /clock-frequency: 100 Hz is out of range/,
    ],
    [
      'a strange voltage',
      { port: '/x', 'dtbus,pull-up-microvolt': 1 },
      /pull-up-microvolt: .* 3300000 or 5000000/,
    ],
    ['a long delay', { port: '/x', 'startup-delay-us': 1e9 }, /startup-delay-us: .* out of range/],
  ])('with %s is an error that names the property', (_, properties, sentence) => {
    expect(() => createBusPirate(adapter(properties))).toThrow(NodeError);
    expect(() => createBusPirate(adapter(properties))).toThrow(sentence);
  });

  it('may name a port on another machine', async () => {
    const wire = new RecordingWire();
    const server = closing(
      createServer((stream) => {
        serveEmulator(new BusPirateEmulator({ i2c: wire.i2c }), { stream });
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const host = closing(createBusPirate(adapter({ port: `tcp:127.0.0.1:${address.port}` })));
    await host.open();
    expect(host.description).toBe(`Bus Pirate v4 on tcp:127.0.0.1:${address.port}`);
    await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(1, 2) }]);
    expect(wire.memory[1]).toBe(2);
  });
});

describe('the node of an emulated adapter', () => {
  const emulated = (properties: NodeLiteral['properties'] = {}) =>
    node({
      name: 'bus-pirate',
      compatible: 'dtbus,bus-pirate-emulator',
      properties,
      children: [
        { name: 'i2c', children: [{ name: 'eeprom@50', compatible: 'atmel,24c02', reg: 0x50 }] },
        { name: 'spi', children: [{ name: 'flash@0', compatible: 'winbond,w25q80', reg: 0 }] },
      ],
    });

  async function flashId(host: HostAdapter): Promise<number[]> {
    const rx = new Uint8Array(3);
    await host.spi?.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x9f) }), spiTransfer({ rx })]);
    return [...rx];
  }
  async function eeprom(host: HostAdapter, data: readonly number[], length: number): Promise<number[]> {
    const buf = new Uint8Array(length);
    await host.i2c?.transfer([
      { addr: 0x50, flags: 0, buf: Uint8Array.from(data) },
      { addr: 0x50, flags: I2C_M.RD, buf },
    ]);
    return [...buf];
  }

  it('carries its buses by the real controller over a real port', async () => {
    const host = closing(createAdapter(emulated()));
    await host.open();
    expect(host.description).toMatch(/^emulated Bus Pirate v4 on \/dev\/pts\/\d+$/);
    expect(await flashId(host)).toEqual([0xef, 0x40, 0x14]);
    expect(await eeprom(host, [0], 2)).toEqual([0xff, 0xff]);
  });

  it('may be a v3', async () => {
    const host = closing(createEmulatedBusPirate(emulated({ 'dtbus,hardware': 'v3' })));
    await host.open();
    expect(host.description).toContain('Bus Pirate v3.5');
    expect(await flashId(host)).toEqual([0xef, 0x40, 0x14]);
  });

  it('keeps its parts over closing and opening, and they are the board’s', async () => {
    const parts = new PartRegistry();
    const catalogue = await loadModels(['atmel,24c02', 'winbond,w25q80']);
    const host = closing(createEmulatedBusPirate(emulated(), { catalogue, parts }));
    expect(parts.list().map(({ path }) => path)).toEqual([
      '/bus-pirate/i2c/eeprom@50',
      '/bus-pirate/spi/flash@0',
    ]);
    await host.open();
    await host.i2c?.transfer([{ addr: 0x50, flags: 0, buf: Uint8Array.of(3, 0x77) }]);
    await host.close();
    expect(host.port).toBeUndefined();
    await host.open();
    // The EEPROM may still be busy with its write.
    for (let i = 0; i < 1000; i++) {
      const probe = () => host.i2c?.transfer([{ addr: 0x50, flags: 0, buf: new Uint8Array(0) }]);
      if ((await faultOf(probe)) === undefined) break;
    }
    expect(await eeprom(host, [3], 1)).toEqual([0x77]);
  });

  it('with a port carries the buses of its board too, on the same parts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bus-pirate-'));
    closing({ close: () => rmSync(folder, { recursive: true }) });
    const port = join(folder, 'adapter');
    const served = closing(createEmulatedBusPirate(emulated({ port })));
    await served.open();
    const host = closing(createBusPirate(adapter({ port })));
    await host.open();
    expect(await flashId(served)).toEqual([0xef, 0x40, 0x14]);
    await host.i2c.transfer([{ addr: 0x50, flags: 0, buf: Uint8Array.of(3, 0x77) }]);
    for (let i = 0; i < 1000; i++) {
      const probe = () => served.i2c.transfer([{ addr: 0x50, flags: 0, buf: new Uint8Array(0) }]);
      if ((await faultOf(probe)) === undefined) break;
    }
    expect(await eeprom(served, [3], 1)).toEqual([0x77]);
  });

  it('with a port serves whoever opens that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bus-pirate-'));
    closing({ close: () => rmSync(folder, { recursive: true }) });
    const port = join(folder, 'adapter');
    const served = closing(createEmulatedBusPirate(emulated({ port })));
    expect(served.description).toBe(
      `emulated Bus Pirate on an emulated port, and at ${port} for other programs`,
    );
    await served.open();
    expect(readlinkSync(port)).toMatch(/^\/dev\/pts\/\d+$/);
    const host = closing(createBusPirate(adapter({ port })));
    await host.open();
    expect(await flashId(host)).toEqual([0xef, 0x40, 0x14]);
    await host.close();
  });

  it('of an unknown kind is an error that names the known ones', () => {
    expect(() => createEmulatedBusPirate(emulated({ 'dtbus,hardware': 'v9' }))).toThrow(
      /dtbus,hardware: invalid hardware "v9": expected v3 or v4/,
    );
  });
});

describe('a served emulator', () => {
  it('answers late when it is told to', async () => {
    const served = closing(serveEmulator(new BusPirateEmulator(), { pty: true }));
    const host = closing(createBusPirate(adapter({ port: served.port })));
    await host.open();
    served.faults.latencyMs = 20;
    const began = performance.now();
    expect(await faultOf(() => host.i2c.transfer([{ addr: 1, flags: 0, buf: new Uint8Array(0) }]))).toBe(
      'ENXIO',
    );
    expect(performance.now() - began).toBeGreaterThan(18);
  });

  it('is unplugged or hangs after as many bytes as it is told', async () => {
    const served = closing(serveEmulator(new BusPirateEmulator(), { pty: true }));
    const host = closing(createBusPirate(adapter({ port: served.port })));
    const probe = (signal?: AbortSignal) =>
      faultOf(() => host.i2c.transfer([{ addr: 1, flags: 0, buf: new Uint8Array(0) }], signal));
    await host.open();
    await probe();
    served.faults.hangAfter(2);
    expect(await probe(AbortSignal.timeout(20))).toBe('ETIMEDOUT');
    served.faults.hanging = false;
    expect(await probe()).toBe('ENXIO');
    served.faults.unplugAfter(1);
    expect(await probe()).toBe('ENODEV');
    expect(served.closed).toBe(true);
  });
});
