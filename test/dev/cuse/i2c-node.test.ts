import { describe, expect, it } from 'vitest';
import { BusFault } from '../../../src/bus/index.ts';
import type { CuseServer } from '../../../src/dev/cuse/server.ts';
import { FakeKernel, struct } from './fake-kernel.ts';
import { rdwr, setUpI2c as setUp, smbus } from './i2c-program.ts';

// include/uapi/linux/i2c-dev.h and i2c.h
const [RETRIES, TIMEOUT, SLAVE, TENBIT, FUNCS, SLAVE_FORCE, RDWR, PEC, SMBUS] = [
  0x0701, 0x0702, 0x0703, 0x0704, 0x0705, 0x0706, 0x0707, 0x0708, 0x0720,
];
const RD = 1;
const RECV_LEN = 0x400;
const EINVAL = 22;

describe('settings', () => {
  it('I2C_SLAVE takes an address, refuses a larger one, and gives EBUSY for a driver’s', () => {
    const { adapter, kernel } = setUp();
    expect(kernel.ioctl(SLAVE, 0x50n)).toEqual({ value: 0 });
    expect(kernel.requests).toBe(1);
    expect(kernel.ioctl(SLAVE, 0x80n)).toEqual({ errno: EINVAL });
    expect(kernel.ioctl(SLAVE, -1n)).toEqual({ errno: EINVAL });
    expect(kernel.ioctl(SLAVE, 0x68n)).toEqual({ errno: 16 });
    kernel.write(Buffer.of(1));
    expect(kernel.ioctl(SLAVE_FORCE, 0x68n)).toEqual({ value: 0 });
    kernel.write(Buffer.of(2));
    expect(adapter.seen).toEqual([['W50:01'], ['W68:02']]);
  });

  it('I2C_TENBIT widens the addresses', () => {
    const { adapter, kernel } = setUp();
    kernel.ioctl(TENBIT, 1n);
    expect(kernel.ioctl(SLAVE, 0x3ffn)).toEqual({ value: 0 });
    expect(kernel.ioctl(SLAVE, 0x400n)).toEqual({ errno: EINVAL });
    kernel.write(Buffer.of(1));
    kernel.ioctl(TENBIT, 0n);
    expect(kernel.ioctl(SLAVE, 0x3ffn)).toEqual({ errno: EINVAL });
    expect(adapter.seen).toEqual([['W3fft:01']]);
  });

  it('I2C_RETRIES and I2C_TIMEOUT (10 ms units) are the bus’s', () => {
    const { node, kernel } = setUp();
    kernel.ioctl(RETRIES, 3n);
    kernel.ioctl(TIMEOUT, 25n);
    expect([node.retries, node.timeoutMs]).toEqual([3, 250]);
    expect(kernel.ioctl(RETRIES, 0x8000_0000n)).toEqual({ errno: EINVAL });
    expect(kernel.ioctl(TIMEOUT, -1n)).toEqual({ errno: EINVAL });
  });

  it('I2C_FUNCS fills an unsigned long: 8 bytes, or 4 of a 32-bit program', () => {
    const { kernel } = setUp();
    const at = kernel.place(12);
    expect(kernel.ioctl(FUNCS, at)).toEqual({ value: 0 });
    expect(kernel.at(at, 12).toString('hex')).toBe('0900ff0e00000000dddddddd');
    const compat = kernel.place(12);
    kernel.ioctl(FUNCS, compat, true);
    expect(kernel.at(compat, 12).toString('hex')).toBe('0900ff0edddddddddddddddd');
    expect(kernel.ioctl(FUNCS, 0n)).toEqual({ errno: 14 });
  });

  it('what it does not know is ENOTTY', () => {
    const { kernel } = setUp();
    for (const cmd of [0x0700, 0x0709, 0x5401, 0x8001_6b01, 0xffff_ffff])
      expect(kernel.ioctl(cmd, 0n)).toEqual({ errno: 25 });
  });
});

describe.each([
  ['64-bit', false],
  ['32-bit', true],
])('I2C_RDWR of a %s program', (_, compat) => {
  it('runs a transaction in three or four requests', () => {
    const { adapter, kernel } = setUp();
    adapter.replies.push([7, 8]);
    const written = kernel.place(Buffer.of(1, 2));
    const read = kernel.place(4);
    const call = rdwr(
      kernel,
      [
        [0x50, 0, 2, written],
        [0x51, RD, 2, read],
      ],
      compat,
    );
    expect(kernel.ioctl(RDWR, call, compat)).toEqual({ value: 2 });
    expect(adapter.seen).toEqual([['W50:0102', 'R51:2']]);
    expect(kernel.at(read, 4).toString('hex')).toBe('0708dddd');
    expect(kernel.requests).toBe(4);
  });

  it('lets the part say how long a block is, and leaves the rest of the buffer alone', () => {
    const { adapter, kernel } = setUp();
    adapter.replies.push([2, 7, 8, 0x99]);
    const buf = kernel.place(Buffer.concat([Buffer.of(2), Buffer.alloc(39, 0xdd)]));
    const call = rdwr(kernel, [[0x50, RD | RECV_LEN, 40, buf]], compat);
    expect(kernel.ioctl(RDWR, call, compat)).toEqual({ value: 1 });
    expect(adapter.seen).toEqual([['R50:34']]);
    expect(kernel.at(buf, 8).toString('hex')).toBe('02070899dddddddd');
  });

  it('takes messages without data', () => {
    const { adapter, kernel } = setUp();
    const call = rdwr(
      kernel,
      [
        [0x50, 0, 0, 0n],
        [0x50, RD, 0, 0n],
      ],
      compat,
    );
    expect(kernel.ioctl(RDWR, call, compat)).toEqual({ value: 2 });
    expect(adapter.seen).toEqual([['W50:', 'R50:0']]);
  });
});

describe('a hostile I2C_RDWR gets the errno that Linux gives', () => {
  const cases: [string, (kernel: FakeKernel) => bigint, number][] = [
    ['no argument', () => 0n, 14],
    ['no messages', (kernel) => rdwr(kernel, []), EINVAL],
    ['43 messages', (kernel) => rdwr(kernel, Array(43).fill([0x50, 0, 0, 0n])), EINVAL],
    ['10,000 messages', (kernel) => kernel.place(struct([8, 0x1000], [4, 10_000], [4, 0])), EINVAL],
    ['4 billion messages', (kernel) => kernel.place(struct([8, 0x1000], [4, -1], [4, 0])), EINVAL],
    ['a null table', (kernel) => kernel.place(struct([8, 0], [4, 1], [4, 0])), EINVAL],
    ['a wild table', (kernel) => kernel.place(struct([8, 2n ** 63n], [4, 1], [4, 0])), 14],
    ['8193 bytes', (kernel) => rdwr(kernel, [[0x50, 0, 8193, kernel.place(8193)]]), EINVAL],
    ['65535 bytes', (kernel) => rdwr(kernel, [[0x50, RD, 65535, 0x1000n]]), EINVAL],
    ['a wild buffer to read', (kernel) => rdwr(kernel, [[0x50, 0, 4, 2n ** 60n]]), 14],
    ['a null buffer to fill', (kernel) => rdwr(kernel, [[0x50, RD, 4, 0n]]), 14],
    ['a block to write', (kernel) => rdwr(kernel, [[0x50, RECV_LEN, 40, kernel.place(40)]]), EINVAL],
    ['a block of no bytes', (kernel) => rdwr(kernel, [[0x50, RD | RECV_LEN, 0, 0n]]), EINVAL],
    [
      'a block without room',
      (kernel) => rdwr(kernel, [[0x50, RD | RECV_LEN, 32, kernel.place(Buffer.alloc(32, 1))]]),
      EINVAL,
    ],
    [
      'a block with no extra byte',
      (kernel) => rdwr(kernel, [[0x50, RD | RECV_LEN, 40, kernel.place(Buffer.alloc(40))]]),
      EINVAL,
    ],
  ];
  it.each(cases)('%s', (_, make, errno) => {
    const { adapter, kernel } = setUp();
    expect(kernel.ioctl(RDWR, make(kernel))).toEqual({ errno });
    expect(adapter.seen).toEqual([]);
  });

  it('42 messages of 8192 bytes are more than CUSE carries: EMSGSIZE', () => {
    const { kernel } = setUp();
    const buf = kernel.place(8192);
    expect(kernel.ioctl(RDWR, rdwr(kernel, Array(42).fill([0x50, 0, 8192, buf])))).toEqual({ errno: 90 });
    expect(kernel.ioctl(RDWR, rdwr(kernel, Array(42).fill([0x50, 0, 3000, buf])))).toEqual({ value: 42 });
  });
});

describe.each([
  ['64-bit', false],
  ['32-bit', true],
])('I2C_SMBUS of a %s program', (_, compat) => {
  // protocol, direction, data before, reply on the wire, what the wire saw, data after
  const cases: [string, number, number, number[], number[], string[], string][] = [
    ['quick, read bit', 0, 1, [], [], ['R50:0'], ''],
    ['send byte', 1, 0, [], [], ['W50:ab'], ''],
    ['receive byte', 1, 1, [0xdd], [5], ['R50:1'], '05'],
    ['read byte data', 2, 1, [0xdd], [5], ['W50:ab', 'R50:1'], '05'],
    ['write byte data', 2, 0, [7], [], ['W50:ab07'], '07'],
    ['read word data', 3, 1, [0xdd, 0xdd], [5, 6], ['W50:ab', 'R50:2'], '0506'],
    ['write word data', 3, 0, [5, 6], [], ['W50:ab0506'], '0506'],
    ['process call', 4, 0, [5, 6], [7, 8], ['W50:ab0506', 'R50:2'], '0708'],
    ['block write', 5, 0, [2, 7, 8], [], ['W50:ab020708'], '020708'],
    ['block read', 5, 1, [], [2, 7, 8], ['W50:ab', 'R50:33'], '020708'],
    ['block process call', 7, 0, [1, 9], [2, 7, 8], ['W50:ab0109', 'R50:33'], '020708'],
    ['I2C block write', 8, 0, [2, 7, 8], [], ['W50:ab0708'], '020708'],
    ['I2C block read', 8, 1, [3], [7, 8, 9], ['W50:ab', 'R50:3'], '03070809'],
    ['old I2C block write', 6, 0, [2, 7, 8], [], ['W50:ab0708'], '020708'],
    ['old I2C block read: always 32', 6, 1, [9], [1, 2], ['W50:ab', 'R50:32'], '200102'],
  ];
  it.each(cases)('%s', (_name, protocol, direction, before, reply, wire, after) => {
    const { adapter, kernel } = setUp();
    adapter.replies.push(reply);
    kernel.ioctl(SLAVE, 0x50n);
    const data = Buffer.alloc(34);
    data.set(before);
    const at = kernel.place(data);
    const call = smbus(kernel, direction, 0xab, protocol, at, compat);
    expect(kernel.ioctl(SMBUS, call, compat)).toEqual({ value: 0 });
    expect(adapter.seen).toEqual([wire]);
    expect(kernel.at(at, after.length / 2).toString('hex')).toBe(after);
    expect(kernel.requests).toBeLessThanOrEqual(3);
  });
});

describe('a hostile I2C_SMBUS gets the errno that Linux gives', () => {
  const cases: [string, (kernel: FakeKernel) => bigint, number][] = [
    ['no argument', () => 0n, 14],
    ['protocol 9', (kernel) => smbus(kernel, 0, 0, 9, kernel.place(34)), EINVAL],
    ['protocol 4 billion', (kernel) => smbus(kernel, 0, 0, -1, kernel.place(34)), EINVAL],
    ['direction 2', (kernel) => smbus(kernel, 2, 0, 2, kernel.place(34)), EINVAL],
    ['no data', (kernel) => smbus(kernel, 1, 0, 2, 0n), EINVAL],
    ['a block of 33', (kernel) => smbus(kernel, 0, 0, 5, kernel.place(Buffer.alloc(34, 33))), EINVAL],
    ['an I2C block of 255', (kernel) => smbus(kernel, 1, 0, 8, kernel.place(Buffer.alloc(34, 255))), EINVAL],
  ];
  it.each(cases)('%s', (_, make, errno) => {
    const { adapter, kernel } = setUp();
    expect(kernel.ioctl(SMBUS, make(kernel))).toEqual({ errno });
    expect(adapter.seen).toEqual([]);
  });

  it('a wild place for the result is EFAULT once there is a result, as in i2c-dev', () => {
    const { kernel } = setUp();
    expect(kernel.ioctl(SMBUS, smbus(kernel, 1, 0, 2, 2n ** 62n))).toEqual({ errno: 14 });
  });

  it('a block count of 33 from the part is EPROTO', () => {
    const { adapter, kernel } = setUp();
    adapter.replies.push([33]);
    expect(kernel.ioctl(SMBUS, smbus(kernel, 1, 0, 5, kernel.place(34)))).toEqual({ errno: 71 });
  });

  it('with I2C_PEC a wrong code is EBADMSG', () => {
    const { adapter, kernel } = setUp();
    kernel.ioctl(PEC, 1n);
    kernel.ioctl(SLAVE, 0x5an);
    // MLX90614 data sheet, 8.4.4: the code of this word is 0x30.
    adapter.replies.push([0xd2, 0x3a, 0x31], [0xd2, 0x3a, 0x30]);
    const call = smbus(kernel, 1, 0x07, 3, kernel.place(2));
    expect(kernel.ioctl(SMBUS, call)).toEqual({ errno: 74 });
    expect(kernel.ioctl(SMBUS, call)).toEqual({ value: 0 });
    kernel.ioctl(PEC, 0n);
    adapter.replies.push([1, 2]);
    kernel.ioctl(SMBUS, call);
    expect(adapter.seen.at(-1)).toEqual(['W5a:07', 'R5a:2']);
  });
});

describe('read, write, open and close', () => {
  it('move bytes to and from the address, at most 8192 at a time', () => {
    const { adapter, kernel } = setUp();
    adapter.replies.push([1, 2]);
    kernel.ioctl(SLAVE, 0x50n);
    expect(kernel.read(2)).toMatchObject({ value: 2, data: Buffer.of(1, 2) });
    expect(kernel.write(Buffer.of(3))).toEqual({ value: 1 });
    expect(kernel.write(Buffer.alloc(10_000))).toEqual({ value: 8192 });
    expect(kernel.read(10_000)).toMatchObject({ value: 8192 });
    adapter.faults.push(new BusFault('ENXIO'));
    expect(kernel.read(1)).toEqual({ errno: 6 });
  });

  it('gives each who opens it an address of his own', () => {
    const { adapter, server, kernel } = setUp();
    const other = new FakeKernel(server as CuseServer<unknown>);
    other.open();
    kernel.ioctl(SLAVE, 0x50n);
    other.ioctl(SLAVE, 0x51n);
    kernel.write(Buffer.of(1));
    other.write(Buffer.of(2));
    expect(adapter.seen).toEqual([['W50:01'], ['W51:02']]);
    expect(server.openFiles).toBe(2);
    expect(other.close()).toEqual({ value: 0 });
    expect(server.openFiles).toBe(1);
    expect(other.write(Buffer.of(1))).toEqual({ errno: 19 });
  });

  it('closes all when the kernel is gone', () => {
    const { server } = setUp();
    server.close();
    expect(server.openFiles).toBe(0);
  });

  it('passes every fault on as its errno', () => {
    const { adapter, kernel } = setUp();
    for (const [code, errno] of [
      ['EREMOTEIO', 121],
      ['ETIMEDOUT', 110],
      ['EAGAIN', 11],
      ['ENODEV', 19],
    ] as const) {
      adapter.faults.push(new BusFault(code));
      expect(kernel.write(Buffer.of(1))).toEqual({ errno });
    }
  });
});
