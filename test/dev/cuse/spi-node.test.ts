import { describe, expect, it } from 'vitest';
import { BusFault, SPI_MODE } from '../../../src/bus/index.ts';
import { CuseServer, spiCharacterDevice } from '../../../src/dev/cuse/server.ts';
import { SpiNode } from '../../../src/dev/index.ts';
import { FakeSpi } from '../fake-adapters.ts';
import { FakeKernel, struct } from './fake-kernel.ts';

// include/uapi/linux/spi/spidev.h, spelled out by _IOR and _IOW.
const RD_MODE = 0x8001_6b01;
const WR_MODE = 0x4001_6b01;
const RD_LSB_FIRST = 0x8001_6b02;
const WR_LSB_FIRST = 0x4001_6b02;
const RD_BITS = 0x8001_6b03;
const WR_BITS = 0x4001_6b03;
const RD_SPEED = 0x8004_6b04;
const WR_SPEED = 0x4004_6b04;
const RD_MODE32 = 0x8004_6b05;
const WR_MODE32 = 0x4004_6b05;
const MESSAGE = (transfers: number) => (0x4000_6b00 | ((transfers * 32) << 16)) >>> 0;
const EINVAL = 22;
const EMSGSIZE = 90;

function setUp(modes = 0xf | SPI_MODE.RX_DUAL) {
  const adapter = new FakeSpi(0, { modes });
  const node = new SpiNode(adapter, 0);
  const server = new CuseServer(
    'spidev0.0',
    spiCharacterDevice(() => node.open({ bufsiz: 4096, dmaAlign: 8 })),
  );
  const kernel = new FakeKernel(server as CuseServer<unknown>);
  kernel.open();
  return { adapter, node, kernel };
}

interface Transfer {
  tx?: bigint;
  rx?: bigint;
  len: number;
  speed?: number;
  delay?: number;
  bits?: number;
  csChange?: number;
  txNbits?: number;
  rxNbits?: number;
  wordDelay?: number;
}

/** `struct spi_ioc_transfer` */
function transfer(t: Transfer): Buffer {
  return struct(
    [8, t.tx ?? 0],
    [8, t.rx ?? 0],
    [4, t.len],
    [4, t.speed ?? 0],
    [2, t.delay ?? 0],
    [1, t.bits ?? 0],
    [1, t.csChange ?? 0],
    [1, t.txNbits ?? 0],
    [1, t.rxNbits ?? 0],
    [1, t.wordDelay ?? 0],
    [1, 0],
  );
}

function message(kernel: FakeKernel, transfers: readonly Transfer[]) {
  return kernel.ioctl(MESSAGE(transfers.length), kernel.place(Buffer.concat(transfers.map(transfer))));
}

/** Runs a request whose argument points at a number, and gives the number. */
function setting(kernel: FakeKernel, cmd: number, value: number, bytes: 1 | 4) {
  const at = kernel.place(struct([bytes, value]));
  const result = kernel.ioctl(cmd, at);
  return 'errno' in result ? result : { value: kernel.at(at, bytes).readUIntLE(0, bytes) };
}

describe('settings', () => {
  it.each([
    ['mode', RD_MODE, WR_MODE, 1, 3],
    ['bit order', RD_LSB_FIRST, WR_LSB_FIRST, 1, 1],
    ['word', RD_BITS, WR_BITS, 1, 16],
    ['clock', RD_SPEED, WR_SPEED, 4, 500_000],
    ['mode of 32 bits', RD_MODE32, WR_MODE32, 4, SPI_MODE.RX_DUAL | 1],
  ] as const)('%s is written and read back', (_, read, write, bytes, value) => {
    const { kernel } = setUp();
    expect(setting(kernel, write, value, bytes)).toEqual({ value });
    expect(setting(kernel, read, 0xdd, bytes)).toEqual({ value });
    expect(kernel.requests).toBe(2);
  });

  it.each([
    ['a mode that the controller lacks', WR_MODE, SPI_MODE.THREE_WIRE, 1],
    ['a mode that is none', WR_MODE32, 0x4000_0000, 4],
    ['a word of 33 bits', WR_BITS, 33, 1],
    ['a clock of 0', WR_SPEED, 0, 4],
  ] as const)('%s is EINVAL', (_, cmd, value, bytes) => {
    expect(setting(setUp().kernel, cmd, value, bytes)).toEqual({ errno: EINVAL });
  });

  it('the mode of 8 bits takes away what is above', () => {
    const { node, kernel } = setUp();
    setting(kernel, WR_MODE32, SPI_MODE.RX_DUAL | 1, 4);
    setting(kernel, WR_MODE, 2, 1);
    expect(node.mode).toBe(2);
  });

  it('wrong size, direction, number or kind is ENOTTY', () => {
    const { kernel } = setUp();
    for (const cmd of [
      0x8002_6b01, 0x4002_6b01, 0xc001_6b01, 0x0000_6b01, 0x8001_6b06, 0x8020_6b00, 0x0703, 0x4001_6a01,
    ])
      expect(kernel.ioctl(cmd, kernel.place(64))).toEqual({ errno: 25 });
  });

  it('a bad pointer is EFAULT', () => {
    const { kernel } = setUp();
    expect(kernel.ioctl(RD_MODE, 0n)).toEqual({ errno: 14 });
    expect(kernel.ioctl(WR_SPEED, 2n ** 63n)).toEqual({ errno: 14 });
  });
});

describe('SPI_IOC_MESSAGE', () => {
  it('runs full and half duplex transfers in three requests and counts the bytes', () => {
    const { adapter, kernel } = setUp();
    const tx = kernel.place(Buffer.of(1, 2, 3));
    const rx = kernel.place(8);
    const result = message(kernel, [
      { tx, rx, len: 3, csChange: 1, speed: 1000, delay: 7, bits: 8, wordDelay: 5 },
      { tx, len: 2 },
      { rx: rx + 4n, len: 2 },
      { len: 1 },
    ]);
    expect(result).toEqual({ value: 8 });
    expect(kernel.requests).toBe(3);
    expect(kernel.at(rx, 8).toString('hex')).toBe('fefdfcddffffdddd');
    expect(adapter.seen[0]?.transfers).toMatchObject([
      { csChange: true, speedHz: 1000, csHoldNs: 7000, wordDelayNs: 5000 },
      { csChange: false, tx: Buffer.of(1, 2), rx: undefined },
      { tx: undefined },
      {},
    ]);
  });

  it('without transfers does nothing', () => {
    const { adapter, kernel } = setUp();
    expect(kernel.ioctl(MESSAGE(0), 0n)).toEqual({ value: 0 });
    expect(adapter.seen).toEqual([]);
  });

  it('uses two lines where the mode has them', () => {
    const { adapter, kernel } = setUp();
    const rx = kernel.place(4);
    expect(message(kernel, [{ rx, len: 4, rxNbits: 2 }])).toEqual({ errno: EINVAL });
    setting(kernel, WR_MODE32, SPI_MODE.RX_DUAL, 4);
    expect(message(kernel, [{ rx, len: 4, rxNbits: 2 }])).toEqual({ value: 4 });
    expect(adapter.seen).toHaveLength(1);
  });

  it('takes 127 full-duplex transfers; 128 are EMSGSIZE before anything is sent', () => {
    const { adapter, kernel } = setUp();
    const [tx, rx] = [kernel.place(1), kernel.place(1)];
    expect(message(kernel, Array(127).fill({ tx, rx, len: 1 }))).toEqual({ value: 127 });
    expect(message(kernel, Array(128).fill({ tx, rx, len: 1 }))).toEqual({ errno: EMSGSIZE });
    expect(adapter.seen).toHaveLength(1);
  });

  it.each([
    ['4097 bytes', [{ len: 4097, rx: 0x1000n }], EMSGSIZE],
    ['513 transfers’ worth of places', Array(511).fill({ len: 9, rx: 0x1000n }), EMSGSIZE],
    ['2 GiB', [{ len: 0x8000_0000 }], EMSGSIZE],
    ['twice 1 GiB', [{ len: 0x4000_0000 }, { len: 0x4000_0000 }], EMSGSIZE],
    ['half a word', [{ len: 3, bits: 16, rx: 0x1000n }], EINVAL],
    ['words of 255 bits', [{ len: 4, bits: 255, rx: 0x1000n }], EINVAL],
    ['3 lines', [{ len: 4, rxNbits: 3, rx: 0x1000n }], EINVAL],
    ['wild data', [{ len: 4, tx: 2n ** 63n }], 14],
  ] as [string, Transfer[], number][])('%s: the errno that Linux gives', (_, transfers, errno) => {
    const { adapter, kernel } = setUp();
    expect(message(kernel, transfers)).toEqual({ errno });
    expect(adapter.seen).toEqual([]);
  });

  it('a wild place for what is received is EFAULT once it is received, as in spidev', () => {
    const { kernel } = setUp();
    expect(message(kernel, [{ len: 4, rx: 2n ** 63n }])).toEqual({ errno: 14 });
  });

  it('4096 bytes each way are spidev’s limit', () => {
    const { kernel } = setUp();
    const [tx, rx] = [kernel.place(4096), kernel.place(4096)];
    expect(message(kernel, [{ tx, rx, len: 4096 }])).toEqual({ value: 4096 });
  });

  it('of a size that is no number of transfers is EINVAL', () => {
    expect(setUp().kernel.ioctl(0x4021_6b00, 0x1000n)).toEqual({ errno: EINVAL });
  });

  it('passes a fault on', () => {
    const { adapter, kernel } = setUp();
    adapter.fault = new BusFault('ETIMEDOUT');
    expect(message(kernel, [{ len: 1 }])).toEqual({ errno: 110 });
  });
});

describe('read and write', () => {
  it('move at most bufsiz bytes', () => {
    const { kernel } = setUp();
    expect(kernel.read(2)).toMatchObject({ value: 2, data: Buffer.of(0xff, 0xff) });
    expect(kernel.write(Buffer.alloc(4096))).toEqual({ value: 4096 });
    expect(kernel.write(Buffer.alloc(4097))).toEqual({ errno: EMSGSIZE });
    expect(kernel.read(4097)).toEqual({ errno: EMSGSIZE });
  });

  it('closing forgets the clock', () => {
    const { node, kernel } = setUp();
    setting(kernel, WR_SPEED, 1000, 4);
    expect(node.speedHz).toBe(1000);
    kernel.close();
    expect(node.speedHz).toBe(10_000_000);
  });
});
