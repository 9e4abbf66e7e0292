import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostAdapter } from '../../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { TamperedDevice } from './tampered-device.ts';
import { USB_ADAPTERS } from './usb-adapters.ts';

/** Data that it has read are told from others by nothing, and it can be asked for no others without a transfer. */
const UNMARKED = ['FT260'];

const marked = USB_ADAPTERS.filter(({ name }) => !UNMARKED.includes(name));

describe.each(marked)('a $name whose answers come later than anybody waits', ({ make, drive }) => {
  let device: TamperedDevice;
  let host: HostAdapter;

  beforeEach(async () => {
    device = new TamperedDevice(make(new RecordingWire()));
    const port = new EmulatedPort(device);
    host = drive(async () => new EmulatedConnection(port));
    await host.open();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await host.close();
  });

  /** Writes two bytes, and reads them back. @returns what was read, or the fault */
  async function transfer(data: readonly number[], signal?: AbortSignal): Promise<unknown> {
    const written = Uint8Array.of(0x40, ...data);
    const read = { addr: MEMORY, flags: 1, buf: new Uint8Array(2) };
    try {
      if (host.i2c === undefined) {
        const rx = new Uint8Array(3);
        await host.spi?.transfer(0, 0, [spiTransfer({ tx: written, rx })], signal);
        // What comes back is the complement.
        return [...rx.subarray(1)].map((byte) => ~byte & 0xff);
      }
      await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: written }], signal);
      await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0x40) }, read], signal);
      return [...read.buf];
    } catch (error) {
      return (error as Error).message;
    }
  }

  it('takes none of them for that of the next transfer, whichever it was broken off at', async () => {
    await transfer([1, 2]);
    const from = device.steps;
    await transfer([3, 4]);
    const steps = device.steps - from;
    for (let at = 0; at < steps; at++) {
      const deadline = new AbortController();
      device.struck = () => deadline.abort();
      device.tamper('late', at);
      const broken = await transfer([5, 6], deadline.signal);
      expect([[5, 6], 'ETIMEDOUT'], `step ${at}`).toContainEqual(
        typeof broken === 'string' ? broken.slice(0, 9) : broken,
      );

      // The first 0.1 s of silence pass at once; then what was late comes.
      const timeout = AbortSignal.timeout.bind(AbortSignal);
      let silences = 0;
      vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
        if (++silences === 1) return timeout(0);
        device.behave();
        return timeout(Math.ceil(ms / 10));
      });
      const next = transfer([at, 0xf0]);
      // Whoever takes the silence for the end has sent what comes next by then.
      setTimeout(() => device.behave(), 50);
      expect(await next, `step ${at}`).toEqual([at, 0xf0]);
      vi.restoreAllMocks();
    }
  });
});
