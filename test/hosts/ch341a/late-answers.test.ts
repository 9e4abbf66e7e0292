import { afterEach, describe, expect, it, vi } from 'vitest';
import { Ch341aAdapter, Ch341aEmulator } from '../../../hosts/ch341a/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { faultOf } from '../controller-suite.ts';
import { FLASH_ID, RecordingWire } from '../recording-wire.ts';

describe('a CH341A whose answers come later than anybody waits', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is asked for its status behind a transfer that was broken off: what comes before is none of the next one', async () => {
    const wire = new RecordingWire();
    const port = new EmulatedPort(new Ch341aEmulator(wire));
    const adapter = new Ch341aAdapter('CH341A', async () => new EmulatedConnection(port));
    const exchange = async (sent: readonly number[], signal?: AbortSignal): Promise<number[]> => {
      const rx = new Uint8Array(sent.length);
      await adapter.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.from(sent), rx })], signal);
      return [...rx];
    };
    await adapter.open();
    expect(await exchange([0x9f, 0, 0, 0])).toEqual([0x60, ...FLASH_ID]);

    const deadline = new AbortController();
    wire.atNextEvent(() => {
      port.hang();
      deadline.abort();
    });
    expect(await faultOf(() => exchange([0x9f, 0, 0, 0], deadline.signal))).toBe('ETIMEDOUT');

    // The first 0.1 s of silence pass at once; then what was late comes.
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    let silences = 0;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      if (++silences > 1) {
        port.resume();
        return timeout(ms);
      }
      return timeout(0);
    });
    const next = exchange([0x55, 0xf0]);
    // Whoever takes the silence for the end has sent what comes next by then.
    setTimeout(() => port.resume(), 50);
    // It answers the complement.
    expect(await next).toEqual([0xaa, 0x0f]);
    await adapter.close();
  });
});
