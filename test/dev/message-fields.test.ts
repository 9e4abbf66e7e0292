import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { I2cNode, NodeRegistry, SpiNode } from '../../src/dev/index.ts';
import { FakeI2c, FakeSpi } from './fake-adapters.ts';

const addr = 0x48;
const bytes = Uint8Array.of(0);

describe('a message on I2C', () => {
  it.each([
    [{ addr, raed: 2 }, 'unknown raed of a message: did you mean read'],
    [{ adr: addr, read: 2 }, 'unknown adr of a message: did you mean addr'],
    [
      { addr, stop: true, read: 2 },
      'unknown stop of a message: expected addr, tenBit, flags, write, read, recvLen',
    ],
    [{ addr }, 'invalid message: expected one of write, read and recvLen, got none'],
    [{ addr, write: undefined }, 'invalid message: expected one of write, read and recvLen, got none'],
    [
      { addr, write: bytes, read: 2 },
      'invalid message: expected one of write, read and recvLen, got several; use a message for each',
    ],
    [{ addr, write: [0] }, 'invalid write: expected bytes (a Uint8Array), got an array'],
    [{ addr, write: '00' }, 'invalid write: expected bytes (a Uint8Array), got "00"'],
    [
      { addr, read: '2' },
      'invalid read: expected a number of bytes, or a Uint8Array to put them in, got "2"',
    ],
    [{ addr, read: 2, tenBit: 1 }, 'invalid tenBit: expected true or false, got 1'],
    [{ addr, read: 2, flags: 'nak' }, 'invalid flags: expected I2C_M bits, got "nak"'],
    [5, 'invalid message: expected an object, got 5'],
    [null, 'invalid message: expected an object, got null'],
  ])('%o is EINVAL, and nothing is sent', async (message, sentence) => {
    const adapter = new FakeI2c(1);
    const i2c = new I2cNode(adapter).open();
    const error = expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining(sentence) });
    expect(() => i2c.transferSync([message as never])).toThrow(error);
    await expect(i2c.transfer([message as never])).rejects.toEqual(error);
    expect(adapter.seen).toEqual([]);
  });

  it('may have bytes of another realm, as a test runner makes them', () => {
    const adapter = new FakeI2c(1);
    new I2cNode(adapter).open().transferSync([{ addr, write: runInNewContext('Uint8Array.of(7)') }]);
    expect(adapter.seen).toEqual([['W48:07']]);
  });

  it('may have names that are undefined', () => {
    const adapter = new FakeI2c(1);
    const message = { addr, tenBit: undefined, flags: undefined, read: undefined, write: Uint8Array.of(7) };
    new I2cNode(adapter).open().transferSync([message as never]);
    expect(adapter.seen).toEqual([['W48:07']]);
  });
});

describe('a transfer on SPI', () => {
  it.each([
    [{ tx: bytes, speedHZ: 5 }, 'unknown speedHZ of a transfer: did you mean speedHz'],
    [{ recv: 4 }, /unknown recv of a transfer: expected tx, rx, length, speedHz/],
    [{ tx: [0x9f], rx: 4 }, 'invalid tx: expected bytes (a Uint8Array), got an array'],
    [
      { tx: bytes, rx: true },
      'invalid rx: expected a number of bytes, or a Uint8Array to put them in, got true',
    ],
    [{ tx: bytes, csChange: 1 }, 'invalid csChange: expected true or false, got 1'],
    ['9f', 'invalid transfer: expected an object, got "9f"'],
  ])('%o is EINVAL, and nothing is sent', (transfer, sentence) => {
    const adapter = new FakeSpi(0);
    const spi = new SpiNode(adapter, 0).open();
    expect(() => spi.transferSync([transfer as never])).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => spi.transferSync([transfer as never])).toThrow(sentence);
    expect(adapter.seen).toEqual([]);
  });
});

describe('options of an open', () => {
  it('are bufsiz and dmaAlign for SPI, and none for I2C', () => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new FakeI2c(1));
    nodes.addSpi(new FakeSpi(0), 0);
    const open = (path: string, options: object) => () => nodes.open(path as '/dev/spidev0.0', options);
    expect(open('/dev/spidev0.0', { bufsiz: 4096, dmaAlign: 8 })).not.toThrow();
    expect(open('/dev/spidev0.0', { bufsize: 4096 })).toThrow(
      'unknown option bufsize of /dev/spidev0.0: did you mean bufsiz',
    );
    expect(open('/dev/spidev0.0', { bufsiz: '4096' })).toThrow('invalid bufsiz: expected an integer from 1');
    expect(open('/dev/i2c-1', { bufsiz: 4096 })).toThrow(
      'unknown option bufsiz of /dev/i2c-1: it has no options',
    );
  });
});
