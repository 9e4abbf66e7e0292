import { describe, it } from 'vitest';
import type { DescriptorChain } from '../../../src/virtio/index.ts';
import { combinations, pair } from './combinations.ts';

describe.each(combinations)('a queue with %s', (_names, features) => {
  it('carries requests there and results back, around the ring and through the wrap of its index', () => {
    const { guest, driver, device } = pair(8, features);
    const header = guest.alloc(4);
    const result = guest.alloc(5);
    const ask = new DataView(guest.buffer, header.addr, 4);
    const answer = new DataView(guest.buffer, result.addr, 5);
    const readable = [header];
    const writable = [result];
    for (let i = 0; i < 70_000; i++) {
      ask.setUint32(0, i, true);
      if (!driver.addBuf(readable, writable, 'x')) throw new Error(`no room at ${i}`);
      driver.kickPrepare();
      const chain = device.pop() as DescriptorChain;
      chain.writable.writeU32(chain.readable.readU32() * 2);
      chain.writable.writeLastU8(i);
      device.pushUsed(chain, 5);
      const token = driver.getBuf();
      if (
        token !== 'x' ||
        driver.usedLength !== 5 ||
        answer.getUint32(0, true) !== i * 2 ||
        answer.getUint8(4) !== (i & 0xff)
      ) {
        throw new Error(`request ${i}: ${token} ${driver.usedLength} ${driver.broken} ${device.broken}`);
      }
    }
  });
});
