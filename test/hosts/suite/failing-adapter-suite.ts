import { expect, it, type TestContext } from 'vitest';
import { I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { MEMORY } from '../recording-wire.ts';
import { type ControllerBench, faultOf, itIf, type Suite, spiOf } from './controller-bench.ts';

const { RD } = I2C_M;

/** What becomes of a transfer whose adapter hangs or is unplugged. */
export function describeFailures(suite: Suite): void {
  const { i2c, watched, forget } = suite;
  const { hasI2c, hasSpi, long } = suite.traits;
  const onlyAdapters =
    (run: (adapter: NonNullable<ControllerBench['adapter']>) => Promise<void>) =>
    async ({ skip }: TestContext) => {
      if (suite.bench.adapter !== undefined && suite.bench.wire !== undefined) await run(suite.bench.adapter);
      else skip('there is no adapter that could be made to fail');
    };
  const write = (signal?: AbortSignal) =>
    faultOf(() =>
      suite.bench.i2c === undefined
        ? spiOf(suite.bench).transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0, 1, 2) })], signal)
        : suite.bench.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0, 1, 2) }], signal),
    );
  const readFlash = (signal?: AbortSignal) =>
    faultOf(() =>
      spiOf(suite.bench).transfer(
        0,
        0,
        [
          spiTransfer({ tx: Uint8Array.of(3, 0, 0, 0) }),
          spiTransfer({ rx: new Uint8Array(Math.min(9000, long)) }),
        ],
        signal,
      ),
    );

  itIf(hasI2c)(
    'the deadline ends an I2C transfer with ETIMEDOUT, and the next one works',
    onlyAdapters(async (adapter) => {
      const deadline = new AbortController();
      suite.bench.wire?.atNextEvent(() => {
        adapter.hang();
        deadline.abort();
      });
      expect(await write(deadline.signal)).toBe('ETIMEDOUT');
      adapter.answer();
      const [, read] = await i2c([MEMORY, 0, [5]], [MEMORY, RD, 1]);
      expect(read?.buf).toHaveLength(1);
      expect(suite.bench.wire?.log.at(-1)).toBe('P');
    }),
  );

  itIf(hasSpi)(
    'the deadline ends an SPI transfer with ETIMEDOUT, and the next one works',
    onlyAdapters(async (adapter) => {
      const deadline = new AbortController();
      suite.bench.wire?.atNextEvent(() => {
        adapter.hang();
        deadline.abort();
      });
      expect(await readFlash(deadline.signal)).toBe('ETIMEDOUT');
      adapter.answer();
      expect(await readFlash()).toBeUndefined();
      expect(suite.bench.wire?.log.at(-1)).toBe(']');
    }),
  );

  it(
    'a deadline that has passed already sends nothing',
    onlyAdapters(async () => {
      await write();
      forget();
      expect(await write(AbortSignal.abort())).toBe('ETIMEDOUT');
      watched([]);
      expect(await write()).toBeUndefined();
    }),
  );

  it(
    'unplugged in the middle of a transfer it is ENODEV, until it is plugged in again',
    onlyAdapters(async (adapter) => {
      suite.bench.wire?.atNextEvent(() => adapter.unplug());
      expect(await write()).toBe('ENODEV');
      expect(await write()).toBe('ENODEV');
      if (hasSpi) expect(await readFlash()).toBe('ENODEV');
      await adapter.replug();
      expect(await write()).toBeUndefined();
      if (!hasSpi) return;
      suite.bench.wire?.atNextEvent(() => adapter.unplug());
      expect(await readFlash()).toBe('ENODEV');
      await adapter.replug();
      expect(await readFlash()).toBeUndefined();
    }),
  );
}
