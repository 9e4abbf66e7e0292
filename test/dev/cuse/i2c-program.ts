import { CuseServer, i2cCharacterDevice } from '../../../src/dev/cuse/server.ts';
import { I2cNode } from '../../../src/dev/index.ts';
import { FakeI2c } from '../fake-adapters.ts';
import { FakeKernel, struct } from './fake-kernel.ts';

/** An I2C node with a program that has opened it; a driver has address 0x68. */
export function setUpI2c() {
  const adapter = new FakeI2c(1);
  const node = new I2cNode(adapter, { isBound: (addr) => addr === 0x68 });
  const server = new CuseServer(
    'i2c-1',
    i2cCharacterDevice(() => node.open()),
  );
  const kernel = new FakeKernel(server as CuseServer<unknown>);
  kernel.open();
  return { adapter, node, server, kernel };
}

type Message = readonly [addr: number, flags: number, length: number, buf: bigint];

/** `struct i2c_rdwr_ioctl_data` and its messages, of a 64-bit program or of a 32-bit one. */
export function rdwr(kernel: FakeKernel, messages: readonly Message[], compat = false): bigint {
  const table = Buffer.concat(
    messages.map(([addr, flags, length, buf]) =>
      compat
        ? struct([2, addr], [2, flags], [2, length], [2, 0], [4, buf])
        : struct([2, addr], [2, flags], [2, length], [2, 0], [8, buf]),
    ),
  );
  const at = kernel.place(table);
  return kernel.place(
    compat ? struct([4, at], [4, messages.length]) : struct([8, at], [4, messages.length], [4, 0]),
  );
}

/** `struct i2c_smbus_ioctl_data` */
export function smbus(
  kernel: FakeKernel,
  readWrite: number,
  command: number,
  size: number,
  data: bigint,
  compat = false,
): bigint {
  return kernel.place(
    compat
      ? struct([1, readWrite], [1, command], [2, 0], [4, size], [4, data])
      : struct([1, readWrite], [1, command], [2, 0], [4, size], [8, data]),
  );
}
