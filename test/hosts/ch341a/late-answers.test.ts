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
    const readId = async (signal?: AbortSignal): Promise<number[]> => {
      const rx = new Uint8Array(4);
      const tx = Uint8Array.of(0x9f, 0, 0, 0);
      await adapter.spi.transfer(0, 0, [spiTransfer({ tx, rx })], signal);
      return [...rx];
    };
    await adapter.open();
    expect((await readId()).slice(1)).toEqual(FLASH_ID);

    const deadline = new AbortController();
    wire.atNextEvent(() => {
      port.hang();
      deadline.abort();
    });
    expect(await faultOf(() => readId(deadline.signal))).toBe('ETIMEDOUT');

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
    const next = readId();
    // Whoever takes the silence for the end has sent what comes next by then.
    setTimeout(() => port.resume(), 50);
    expect((await next).slice(1)).toEqual(FLASH_ID);
    await adapter.close();
  });
});
