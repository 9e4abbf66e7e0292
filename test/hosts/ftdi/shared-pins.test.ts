import { expect, it } from 'vitest';
import { spiTransfer } from '../../support/spi.ts';
import { FLASH_ID, MEMORY } from '../recording-wire.ts';
import { chip } from './support.ts';

it('a chip that was left selected is selected again, where I2C had its pins meanwhile', async () => {
  const { adapter, wire } = await chip();
  await adapter.open();
  const id = async () => {
    const rx = new Uint8Array(3);
    await adapter.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x9f) }), spiTransfer({ rx })]);
    return [...rx];
  };
  await adapter.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x06), csChange: true })]);
  wire.log = [];
  await adapter.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0, 1) }]);
  expect(await id()).toEqual(FLASH_ID);
  const heard = wire.log.filter((event) => event === ']' || event.startsWith('['));
  expect(heard).toEqual([']', '[0', ']']);
  expect(wire.log.indexOf(']')).toBeLessThan(wire.log.indexOf('W50'));
  await adapter.close();
});
