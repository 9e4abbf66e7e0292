import { afterEach, describe, expect, it } from 'vitest';
import { exposeNode } from '../../../src/dev/cuse/cuse-node.ts';
import { CuseError, type DevNode, I2cNode, SpiNode } from '../../../src/dev/index.ts';
import { FakeI2c, FakeSpi } from '../fake-adapters.ts';
import { struct } from './fake-kernel.ts';
import { INIT, INIT_IN, OPEN, READ, RELEASE, readIn, SocketKernel, WRITE, writeIn } from './socket-kernel.ts';

const kernels: SocketKernel[] = [];
afterEach(() => {
  for (const kernel of kernels.splice(0)) kernel.close();
});

function kernelOf(): SocketKernel {
  const kernel = new SocketKernel();
  kernels.push(kernel);
  return kernel;
}

describe('a node served by a thread of its own', () => {
  async function expose(node: DevNode, name: string) {
    const kernel = kernelOf();
    const exposing = exposeNode(node, name, {}, kernel.machine);
    const init = await kernel.ask(INIT, INIT_IN);
    return { kernel, init, made: await exposing };
  }

  it('is there once the kernel knows it, and carries transfers to the adapter here', async () => {
    const adapter = new FakeI2c(1);
    adapter.replies.push([7, 8]);
    const node = new I2cNode(adapter, { isBound: (addr) => addr === 0x68 });
    const { kernel, init, made } = await expose(node, 'i2c-9');
    expect(init.body.toString('latin1')).toContain('DEVNAME=i2c-9\0');
    expect(made).toMatchObject({ boardPath: '/dev/i2c-1', path: '/dev/i2c-9' });

    const opened = await kernel.ask(OPEN, Buffer.alloc(8));
    const fh = Number(opened.body.readBigUInt64LE(0));
    const written = await kernel.ask(WRITE, writeIn(fh, Buffer.of(1, 2)));
    expect([written.error, written.body.readUInt32LE(0)]).toEqual([0, 2]);
    expect((await kernel.ask(READ, readIn(fh, 2))).body).toEqual(Buffer.of(7, 8));
    expect(adapter.seen).toEqual([['W0:0102'], ['R0:2']]);
    expect((await kernel.ask(RELEASE, struct([8, fh], [8, 0], [8, 0]))).error).toBe(0);

    await made.close();
    await made.gone;
    expect(kernel.aborted).toBe(1);
  });

  it('may be an SPI device', async () => {
    const adapter = new FakeSpi(0);
    const { kernel, made } = await expose(new SpiNode(adapter, 1, { mode: 3 }), 'spidev0.1');
    const opened = await kernel.ask(OPEN, Buffer.alloc(8));
    const fh = Number(opened.body.readBigUInt64LE(0));
    expect((await kernel.ask(READ, readIn(fh, 2))).body).toEqual(Buffer.of(0xff, 0xff));
    expect(adapter.seen).toMatchObject([{ chipSelect: 1, mode: 3 }]);
    await made.close();
  });

  it('that the kernel does not take is an error', async () => {
    const kernel = kernelOf();
    const exposing = exposeNode(new I2cNode(new FakeI2c(1)), 'i2c-9', {}, kernel.machine);
    kernel.close();
    await expect(exposing).rejects.toThrow(CuseError);
  });

  it('whose permissions cannot be set is taken away again', async () => {
    const kernel = kernelOf();
    const node = new I2cNode(new FakeI2c(1));
    const exposing = exposeNode(node, 'no-such-node', { mode: 0o666 }, kernel.machine);
    const outcome = expect(exposing).rejects.toThrow(/permissions/);
    await kernel.ask(INIT, INIT_IN);
    await outcome;
    expect(kernel.aborted).toBe(1);
  });
});
