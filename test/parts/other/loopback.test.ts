import { expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';

it('what is sent comes back, zeros where nothing is sent, and nothing where nobody listens', async () => {
  const bench = await spiBench({ compatible: 'linux,spi-loopback-test' });
  expect(bench.duplex([0x01, 0x80, 0xff])).toEqual([0x01, 0x80, 0xff]);
  const rx = new Uint8Array(3).fill(0x55);
  bench.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1, 2) }), spiTransfer({ rx })]);
  expect([...rx]).toEqual([0, 0, 0]);
});
