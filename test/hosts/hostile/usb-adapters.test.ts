import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BusFault, type HostAdapter } from '../../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { TamperedDevice, type Tampering } from './tampered-device.ts';
import { USB_ADAPTERS } from './usb-adapters.ts';

const TAMPERINGS: readonly Tampering[] = [
  'stall',
  'vanish',
  'late',
  'babble',
  'other answer',
  'short answer',
  'no data',
  'twice',
];

/** What a transfer may end with when its adapter misbehaves. */
const TOLD = ['EPROTO', 'ENODEV', 'ETIMEDOUT', 'EIO', 'ENXIO', 'EREMOTEIO', 'EBUSY'];
/** Transfers behind a fault, after which all is well again. */
const PATIENCE = 3;
/** Of those behind them, which wait for nothing but the machine: one may find that an answer never came, the next asks again. */
const UNHURRIED = 2;
/** Deadline of a transfer, in ms; nothing here needs so long unless it waits for what does not come. */
const DEADLINE_MS = 60;
/** The same where nothing is amiss: a busy machine needs longer. */
const LONG_MS = 5000;
/** Adapters wait for late answers by `AbortSignal.timeout`; nothing is that late in this process. */
const HASTE = 20;
/** Limits of a whole opening hold many steps, on a busy machine too. */
const OPENING = { ms: 1000, haste: 4 };

describe.each(USB_ADAPTERS)('a $name that misbehaves', ({ make, drive }) => {
  let wire: RecordingWire;
  let device: TamperedDevice;
  let port: EmulatedPort;
  let host: HostAdapter;
  let number = 0;
  let isHasty = true;

  beforeEach(async () => {
    isHasty = true;
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) =>
      timeout(isHasty ? Math.ceil(ms / (ms >= OPENING.ms ? OPENING.haste : HASTE)) : ms),
    );
    await start();
  });
  afterEach(async () => {
    await host.close();
    vi.restoreAllMocks();
  });

  async function start(): Promise<void> {
    wire = new RecordingWire();
    device = new TamperedDevice(make(wire));
    port = new EmulatedPort(device);
    device.vanish = () => port.unplug();
    host = drive(async () => new EmulatedConnection(port));
    await host.open();
  }

  /** Writes two bytes that nobody wrote before, and reads them back; on SPI they come back inverted. @returns the fault */
  async function transfer(deadlineMs = LONG_MS): Promise<BusFault | undefined> {
    number++;
    const data = [number >> 8, number & 0xff];
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), deadlineMs);
    const read = { addr: MEMORY, flags: 1, buf: new Uint8Array(2) };
    try {
      const written = Uint8Array.of(0x40, ...data);
      if (host.i2c === undefined) await exchange(written, read.buf, deadline.signal);
      else {
        await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: written }], deadline.signal);
        await host.i2c.transfer(
          [{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0x40) }, read],
          deadline.signal,
        );
      }
      return undefined;
    } catch (error) {
      if (error instanceof BusFault) return error;
      throw error;
    } finally {
      clearTimeout(timer);
      const bytes = [0x40, ...data]
        .map((byte) => `${host.i2c === undefined ? '' : '<'}${hex(byte)}`)
        .join(' ');
      const sent = wire.log.join(' ').split(bytes).length - 1;
      expect(sent, 'how often it was written').toBeLessThanOrEqual(1);
      lastRead = [...read.buf];
      expected = host.i2c === undefined ? data.map((byte) => ~byte & 0xff) : data;
    }
  }

  /** Both ways at once. @param into what came with the bytes behind the first */
  async function exchange(written: Uint8Array, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    const rx = new Uint8Array(written.length);
    await host.spi?.transfer(0, 0, [spiTransfer({ tx: written, rx })], signal);
    into.set(rx.subarray(1));
  }
  let lastRead: readonly number[] = [];
  let expected: readonly (number | undefined)[] = [];

  /** Brings an adapter that is gone back, as the resource manager does. */
  async function heal(fault: BusFault | undefined): Promise<void> {
    if (fault?.code !== 'ENODEV') return;
    if (!port.plugged) port.plug();
    // Its limit is short here, so that a busy machine may not keep it: then it is tried again.
    await Promise.resolve(host.open()).catch(({ code }: BusFault) => expect(TOLD).toContain(code));
  }

  /** Within a few transfers all is well again. */
  async function recovers(first: BusFault | undefined): Promise<void> {
    let fault = first;
    for (let tries = 0; tries < PATIENCE + UNHURRIED; tries++) {
      // For the last ones neither this test's limits nor the adapter's own are short.
      isHasty = tries < PATIENCE;
      await heal(fault);
      fault = await transfer(isHasty ? DEADLINE_MS : LONG_MS);
      isHasty = true;
      if (fault === undefined && lastRead.join() === expected.join()) return;
      if (fault !== undefined) expect(TOLD).toContain(fault.code);
    }
    expect(fault?.message ?? `read ${lastRead}, not ${expected}`).toBe('well again');
  }

  it.each(TAMPERINGS)('%s, at each step: it is told in time, sent once, and well again', async (kind) => {
    // The first one tells the clock.
    await transfer();
    const from = device.steps;
    expect(await transfer()).toBeUndefined();
    expect(lastRead).toEqual(expected);
    const steps = device.steps - from;
    expect(steps).toBeGreaterThan(2);
    for (let at = 0; at < steps; at++) {
      const began = performance.now();
      device.tamper(kind, at);
      const fault = await transfer(DEADLINE_MS);
      // A machine that is busy has other things to do too.
      expect(performance.now() - began, `step ${at}`).toBeLessThan(DEADLINE_MS * 50);
      if (fault !== undefined) expect(TOLD, fault.message).toContain(fault.code);
      expect(device.behave(), `step ${at}`).toBe(true);
      await recovers(fault);
    }
  });

  it.each(TAMPERINGS)('%s, at each step of its opening', async (kind) => {
    await host.close();
    const from = device.steps;
    await host.open();
    const steps = device.steps - from;
    for (let at = 0; at < steps; at++) {
      await host.close();
      device.tamper(kind, at);
      let fault: unknown;
      // `open` has a limit of its own, 15 s, which the resource manager keeps.
      const opening = Promise.resolve(host.open()).catch((error: unknown) => {
        fault = error;
      });
      await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, DEADLINE_MS))]);
      device.behave();
      await opening;
      if (fault !== undefined) expect(TOLD).toContain((fault as BusFault).code);
      if (!port.plugged) port.plug();
      if (fault !== undefined) await host.open();
      await recovers(undefined);
    }
  });

  /** What another adapter does meanwhile, one transfer after the other. */
  async function neighbour(begin: () => Promise<unknown>): Promise<number> {
    const beside = new RecordingWire();
    const other = drive(async () => new EmulatedConnection(new EmulatedPort(make(beside))));
    await other.open();
    let isOver = false;
    let done = 0;
    void begin().finally(() => {
      isOver = true;
    });
    while (!isOver || done < 3) {
      const read = { addr: MEMORY, flags: 1, buf: new Uint8Array(2) };
      if (other.i2c !== undefined)
        await other.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0x40) }, read]);
      else await other.spi?.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1), rx: new Uint8Array(1) })]);
      done++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await other.close();
    return done;
  }

  it('sends without end: it is told in time, others go on meanwhile, and it is well once it is plugged in anew', async () => {
    await transfer();
    device.floods = true;
    let all: Promise<void> | undefined;
    const work = async () => {
      for (let tries = 0; tries < PATIENCE; tries++) {
        const fault = await transfer(DEADLINE_MS);
        if (fault !== undefined) expect(TOLD, fault.message).toContain(fault.code);
      }
    };
    expect(
      await neighbour(() => {
        all = work();
        return all;
      }),
    ).toBeGreaterThanOrEqual(3);
    await all;
    device.floods = false;
    port.unplug();
    await recovers(await transfer(DEADLINE_MS));
  });

  it.each(['stall', 'vanish', 'late', 'babble'] as const)('%s: others go on meanwhile', async (kind) => {
    await transfer();
    device.tamper(kind, 1);
    let fault: ReturnType<typeof transfer> = Promise.resolve(undefined);
    expect(
      await neighbour(() => {
        fault = transfer(DEADLINE_MS);
        return fault;
      }),
    ).toBeGreaterThanOrEqual(3);
    device.behave();
    await recovers(await fault);
  });

  it('has its ids, and no endpoints: it is refused in a sentence, and at once', async () => {
    const inner = make(wire);
    const { interfaces } = inner.description;
    if (interfaces.every(({ endpoints }) => endpoints.length === 0)) return;
    const bare = interfaces.map((each) => ({ ...each, endpoints: [] }));
    const other: UsbDevice = {
      description: { ...inner.description, interfaces: bare },
      ...(inner.control && { control: (setup, data) => inner.control?.(setup, data) }),
    };
    await host.close();
    host = drive(async () => new EmulatedConnection(new EmulatedPort(other)));
    const refused = async () => {
      await host.open();
      throw (await transfer()) ?? new Error('nothing was refused');
    };
    await expect(refused()).rejects.toThrow(/^EPROTO: no .+ found: .+ has its ids, but no endpoint/);
    expect(wire.log).toEqual([]);
  });

  it('was left in the middle of anything by another program', async () => {
    const from = device.steps;
    await transfer();
    const steps = device.steps - from;
    for (let at = 0; at < steps; at++) {
      device.tamper('late', at);
      const given = new AbortController();
      device.struck = () => given.abort();
      const begun =
        host.i2c === undefined
          ? exchange(Uint8Array.of(0x41), new Uint8Array(0), given.signal)
          : host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0x41) }], given.signal);
      await Promise.resolve(begun).catch(() => {});
      await host.close();
      device.behave();
      // The other program is gone: this one finds what it left.
      host = drive(async () => new EmulatedConnection(port));
      await host.open();
      await recovers(undefined);
    }
  });
});

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}
