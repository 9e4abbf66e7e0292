import { describe, expect, it, vi } from 'vitest';
import { BusFault, I2C_FUNC, I2C_M } from '../../src/bus/index.ts';
import { I2cDev, I2cNode } from '../../src/dev/index.ts';
import { FakeI2c } from './fake-adapters.ts';

function setUp(options: { bound?: number } = {}) {
  const adapter = new FakeI2c(1);
  const node = new I2cNode(adapter, { isBound: (addr) => addr === options.bound });
  return { adapter, node, i2c: node.open() };
}

const fault = (code: string) => expect.objectContaining({ code });

describe('a transaction', () => {
  it('returns what was read, in order', () => {
    const { adapter, i2c } = setUp();
    adapter.replies.push([1, 2], [3]);
    const read = i2c.transferSync([
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
      { addr: 0x49, read: 1 },
    ]);
    expect(read).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect(adapter.seen).toEqual([['W48:00', 'R48:2', 'R49:1']]);
  });

  it('gives the same in promises', async () => {
    const { adapter, i2c } = setUp();
    adapter.replies.push([7]);
    expect(await i2c.transfer([{ addr: 0x48, read: 1 }])).toEqual([Uint8Array.of(7)]);
  });

  it('fills a buffer of the caller', () => {
    const { adapter, i2c } = setUp();
    adapter.replies.push([7, 8]);
    const mine = new Uint8Array(2);
    const [read] = i2c.transferSync([{ addr: 0x48, read: mine }]);
    expect(read).toEqual(Uint8Array.of(7, 8));
    expect(mine).toEqual(Uint8Array.of(7, 8));
  });

  it('has ten-bit addresses and flags', () => {
    const { adapter, i2c } = setUp();
    const spy = vi.spyOn(adapter, 'transferSync');
    i2c.transferSync([{ addr: 0x2a5, tenBit: true, write: Uint8Array.of(1), flags: I2C_M.IGNORE_NAK }]);
    expect(spy.mock.calls[0]?.[0][0]).toMatchObject({ addr: 0x2a5, flags: I2C_M.TEN | I2C_M.IGNORE_NAK });
  });

  it('cannot be turned round by flags', () => {
    const { adapter, i2c } = setUp();
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(1), flags: I2C_M.RD }]);
    expect(adapter.seen).toEqual([['W48:01']]);
  });

  it('reads a block whose length the part says', () => {
    const { adapter, i2c } = setUp();
    adapter.functionality |= I2C_FUNC.SMBUS_READ_BLOCK_DATA;
    adapter.replies.push([2, 7, 8, 0x99, 0xff]);
    expect(i2c.transferSync([{ addr: 0x48, recvLen: 1 }])).toEqual([Uint8Array.of(2, 7, 8)]);
    expect(adapter.seen).toEqual([['R48:33L']]);
    adapter.replies.push([2, 7, 8, 0x99, 0xff]);
    expect(i2c.transferSync([{ addr: 0x48, recvLen: 2 }])).toEqual([Uint8Array.of(2, 7, 8, 0x99)]);
  });

  it('has 1 to 42 messages of at most 8192 bytes', () => {
    const { i2c } = setUp();
    const read = { addr: 0x48, read: 1 };
    i2c.transferSync(Array(42).fill(read));
    i2c.transferSync([{ addr: 0x48, read: 8192 }]);
    i2c.transferSync([{ addr: 0x48, write: new Uint8Array(8192) }]);
    expect(() => i2c.transferSync([])).toThrow(fault('EINVAL'));
    const noList = { addr: 0x48, read: 1 } as unknown as [];
    expect(() => i2c.transferSync(noList)).toThrow(/EINVAL: .*expected an array of messages/);
    expect(() => i2c.transferSync(Array(43).fill(read))).toThrow(fault('EINVAL'));
    expect(() => i2c.transferSync([{ addr: 0x48, read: 8193 }])).toThrow(fault('EINVAL'));
    expect(() => i2c.transferSync([{ addr: 0x48, read: new Uint8Array(8193) }])).toThrow(fault('EINVAL'));
    expect(() => i2c.transferSync([{ addr: 0x48, write: new Uint8Array(8193) }])).toThrow(fault('EINVAL'));
  });

  it.each([-1, 0x80, 1.5, Number.NaN])('refuses the address %s', async (addr) => {
    const { adapter, i2c } = setUp();
    expect(() => i2c.transferSync([{ addr, read: 1 }])).toThrow(fault('EINVAL'));
    await expect(i2c.transfer([{ addr, read: 1 }])).rejects.toThrow(fault('EINVAL'));
    expect(adapter.seen).toEqual([]);
  });

  it.each([0, 256, 1.5])('refuses recvLen %s', (recvLen) => {
    expect(() => setUp().i2c.transferSync([{ addr: 0x48, recvLen }])).toThrow(fault('EINVAL'));
  });

  it('runs raw messages in place', async () => {
    const { adapter, i2c } = setUp();
    adapter.replies.push([5], [6]);
    const message = { addr: 0x48, flags: I2C_M.RD, buf: new Uint8Array(1) };
    i2c.transferMessagesSync([message]);
    expect(message.buf).toEqual(Uint8Array.of(5));
    await i2c.transferMessages([message]);
    expect(message.buf).toEqual(Uint8Array.of(6));
    expect(() => i2c.transferMessagesSync([])).toThrow(fault('EINVAL'));
  });
});

describe('a fault', () => {
  it('names node and address and keeps code and errno', async () => {
    const { adapter, i2c } = setUp();
    adapter.faults.push(new BusFault('ENXIO'), new BusFault('ENXIO'));
    const expected = {
      code: 'ENXIO',
      errno: 6,
      message: 'ENXIO: /dev/i2c-1, address 0x48: the address was not acknowledged',
    };
    expect(() => i2c.transferSync([{ addr: 0x48, read: 1 }])).toThrow(expect.objectContaining(expected));
    await expect(i2c.transfer([{ addr: 0x48, read: 1 }])).rejects.toMatchObject(expected);
  });

  it('is tried again only for lost arbitration, as often as retries says', async () => {
    const { adapter, i2c } = setUp();
    const lost = new BusFault('EAGAIN');
    i2c.retries = 2;
    adapter.faults.push(lost, lost);
    i2c.readByteSync(0x48);
    expect(adapter.seen).toHaveLength(3);
    adapter.faults.push(lost, lost);
    await i2c.readByte(0x48);
    expect(adapter.seen).toHaveLength(6);
    adapter.faults.push(lost, lost, lost);
    expect(() => i2c.readByteSync(0x48)).toThrow(fault('EAGAIN'));
    expect(adapter.seen).toHaveLength(9);
    adapter.faults.push(new BusFault('ENXIO'));
    expect(() => i2c.readByteSync(0x48)).toThrow(fault('ENXIO'));
    expect(adapter.seen).toHaveLength(10);
  });

  it('is not tried again at all with 0 retries', () => {
    const { adapter, i2c } = setUp();
    i2c.retries = 0;
    adapter.faults.push(new BusFault('EAGAIN'));
    expect(() => i2c.readByteSync(0x48)).toThrow(fault('EAGAIN'));
    expect(adapter.seen).toHaveLength(1);
  });

  it('is not tried again after the timeout', () => {
    const { adapter, i2c } = setUp();
    i2c.retries = 1000;
    i2c.timeoutMs = 20;
    const now = vi
      .spyOn(performance, 'now')
      .mockReturnValueOnce(0)
      .mockReturnValueOnce(10)
      .mockReturnValue(21);
    adapter.faults.push(...Array(1000).fill(new BusFault('EAGAIN')));
    expect(() => i2c.readByteSync(0x48)).toThrow(fault('EAGAIN'));
    now.mockRestore();
    expect(adapter.seen).toHaveLength(2);
  });
});

describe('the address of read and write', () => {
  it('is set like I2C_SLAVE', async () => {
    const { adapter, i2c } = setUp();
    adapter.replies.push([9, 8], [7]);
    i2c.setAddress(0x50);
    expect(i2c.address).toBe(0x50);
    expect(i2c.writeSync(Uint8Array.of(1, 2))).toBe(2);
    expect(await i2c.write(Uint8Array.of(3))).toBe(1);
    expect(i2c.readSync(2)).toEqual(Uint8Array.of(9, 8));
    expect(await i2c.read(new Uint8Array(1))).toEqual(Uint8Array.of(7));
    expect(adapter.seen).toEqual([['W50:0102'], ['W50:03'], ['R50:2'], ['R50:1']]);
  });

  it('belongs to the one who opened the node', () => {
    const { node, i2c } = setUp();
    i2c.setAddress(0x50);
    expect(node.open().address).toBe(0);
  });

  it('gives EBUSY where a driver is bound, unless forced', () => {
    const { i2c } = setUp({ bound: 0x68 });
    expect(i2c.isBound(0x68)).toBe(true);
    expect(() => i2c.setAddress(0x68)).toThrow(fault('EBUSY'));
    i2c.setAddress(0x68, { force: true });
    expect(i2c.address).toBe(0x68);
  });

  it('has 7 bits, or 10 with tenBit', () => {
    const { adapter, i2c } = setUp();
    expect(() => i2c.setAddress(0x80)).toThrow(fault('EINVAL'));
    i2c.tenBit = true;
    i2c.setAddress(0x3ff);
    i2c.readSync(1);
    expect(() => i2c.setAddress(0x400)).toThrow(fault('EINVAL'));
    expect(adapter.seen).toEqual([['R3fft:1']]);
  });

  it('moves at most 8192 bytes at a time, as i2c-dev', () => {
    const { i2c } = setUp();
    expect(i2c.readSync(10_000)).toHaveLength(8192);
    expect(i2c.writeSync(new Uint8Array(10_000))).toBe(8192);
  });
});

describe('timeout and retries', () => {
  it('are shared by all who opened the bus', () => {
    const { adapter, node, i2c } = setUp();
    const other = node.open();
    i2c.timeoutMs = 250;
    i2c.retries = 3;
    expect([other.timeoutMs, other.retries]).toEqual([250, 3]);
    other.readByteSync(0x48);
    expect(adapter.timeouts).toEqual([250]);
  });

  it('0 ms is the default again', () => {
    const { i2c } = setUp();
    i2c.timeoutMs = 0;
    expect(i2c.timeoutMs).toBeUndefined();
  });

  it('refuses nonsense', () => {
    const { i2c } = setUp();
    expect(() => {
      i2c.timeoutMs = -1;
    }).toThrow(fault('EINVAL'));
    expect(() => {
      i2c.timeoutMs = Number.NaN;
    }).toThrow(fault('EINVAL'));
    expect(() => {
      i2c.retries = -1;
    }).toThrow(fault('EINVAL'));
    expect(() => {
      i2c.retries = 0.5;
    }).toThrow(fault('EINVAL'));
  });
});

describe('a block whose length the part says', () => {
  it('is left to an adapter that can do it', () => {
    const { adapter, i2c } = setUp();
    adapter.functionality |= I2C_FUNC.SMBUS_READ_BLOCK_DATA;
    adapter.replies.push([2, 7, 8]);
    expect(i2c.readBlockDataSync(0x48, 1)).toEqual(Uint8Array.of(7, 8));
    expect(adapter.seen).toEqual([['W48:01', 'R48:33L']]);
  });

  it('is read as long as it may be from one that cannot, and cut', async () => {
    const { adapter, i2c } = setUp();
    adapter.replies.push([2, 7, 8, 0xff, 0xff], [1, 9, 0xee]);
    expect(i2c.readBlockDataSync(0x48, 1)).toEqual(Uint8Array.of(7, 8));
    expect(await i2c.transfer([{ addr: 0x48, recvLen: 2 }])).toEqual([Uint8Array.of(1, 9, 0xee)]);
    expect(adapter.seen).toEqual([['W48:01', 'R48:33'], ['R48:34']]);
  });

  it('is EPROTO when it is longer than any may be', async () => {
    const { adapter, i2c } = setUp();
    adapter.replies.push([33], [33]);
    expect(() => i2c.transferSync([{ addr: 0x48, recvLen: 1 }])).toThrow(fault('EPROTO'));
    await expect(i2c.readBlockData(0x48, 0)).rejects.toThrow(fault('EPROTO'));
  });
});

describe('an open node', () => {
  it('tells about its adapter', () => {
    const { i2c } = setUp();
    expect([i2c.path, i2c.number, i2c.name]).toEqual(['/dev/i2c-1', 1, 'fake i2c']);
    // Facts: a virtio adapter has I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL.
    expect(i2c.functionality).toBe(0x0eff_0009);
  });

  it('fails with ENODEV once closed, and can be closed twice', async () => {
    const { adapter, i2c } = setUp();
    i2c.close();
    i2c.close();
    expect(() => i2c.readByteSync(0x48)).toThrow(fault('ENODEV'));
    await expect(i2c.readByte(0x48)).rejects.toThrow(fault('ENODEV'));
    expect(adapter.seen).toEqual([]);
  });

  it('closes at the end of a using block', () => {
    const { node } = setUp();
    const i2c = node.open();
    i2c[Symbol.dispose]();
    expect(() => i2c.readByteSync(0x48)).toThrow(fault('ENODEV'));
    expect(i2c).toBeInstanceOf(I2cDev);
  });
});
