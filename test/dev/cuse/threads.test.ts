import { read, write } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type CuseMachine, exposeNode } from '../../../src/dev/cuse/cuse-node.ts';
import { CuseHub } from '../../../src/dev/cuse/hub.ts';
import { type BusNode, CuseError, I2cNode, SpiNode } from '../../../src/dev/index.ts';
import { type FileDescriptor, unixSocketPair } from '../../../src/os/index.ts';
import { FakeI2c, FakeSpi } from '../fake-adapters.ts';
import { struct } from './fake-kernel.ts';

const OPEN = 14;
const READ = 15;
const WRITE = 16;
const RELEASE = 18;
const INIT = 4096;

/** A socket in the place of `/dev/cuse`: what is written to the other end is a request of the kernel. */
class SocketKernel {
  readonly #ours: FileDescriptor;
  readonly theirs: FileDescriptor;
  aborted = 0;
  #unique = 1n;

  constructor() {
    [this.#ours, this.theirs] = unixSocketPair();
  }

  get machine(): CuseMachine {
    return {
      // The reader owns its end and closes it.
      open: () => this.theirs.release(),
      abort: () => {
        this.aborted++;
        this.#ours.close();
      },
    };
  }

  async send(opcode: number, body: Uint8Array): Promise<void> {
    const head = struct([4, 40 + body.length], [4, opcode], [8, this.#unique++], [8, 0], [8, 0], [8, 0]);
    await promisify(write)(this.#ours.fd, Buffer.concat([head, body]));
  }

  async reply(): Promise<{ error: number; body: Buffer }> {
    const { bytesRead, buffer } = await promisify(read)(this.#ours.fd, Buffer.alloc(8192), 0, 8192, null);
    return { error: Math.abs(buffer.readInt32LE(4)), body: buffer.subarray(16, bytesRead) };
  }

  async ask(opcode: number, body: Uint8Array): Promise<{ error: number; body: Buffer }> {
    await this.send(opcode, body);
    return this.reply();
  }

  close(): void {
    this.#ours.close();
  }
}

const INIT_IN = struct([4, 7], [4, 45], [4, 0], [4, 1]);
const readIn = (fh: number, size: number) => struct([8, fh], [8, 0], [4, size], [4, 0], [8, 0], [8, 0]);
const writeIn = (fh: number, data: Uint8Array) =>
  Buffer.concat([struct([8, fh], [8, 0], [4, data.length], [4, 0], [8, 0], [8, 0]), data]);

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
  async function expose(node: BusNode, name: string) {
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

describe('nodes served in the thread that has their adapters', () => {
  it('are answered when polled, each its own', async () => {
    const [first, second] = [kernelOf(), kernelOf()];
    const open = [first, second].map((kernel) => kernel.theirs.release());
    const hub = new CuseHub(() => open.shift() as number);
    const adapter = new FakeI2c(1);
    const ready: string[] = [];
    hub.add(new I2cNode(adapter), 'i2c-1', () => ready.push('i2c-1'));
    hub.add(new SpiNode(new FakeSpi(0), 0), 'spidev0.0', () => ready.push('spidev0.0'));
    expect(hub.size).toBe(2);
    expect(hub.fd).toBeGreaterThan(2);

    hub.poll(0);
    expect(ready).toEqual([]);
    for (const kernel of [first, second]) {
      await kernel.send(INIT, INIT_IN);
      hub.poll(1000);
      await kernel.reply();
    }
    expect(ready).toEqual(['i2c-1', 'spidev0.0']);

    await first.send(OPEN, Buffer.alloc(8));
    hub.poll(1000);
    const fh = Number((await first.reply()).body.readBigUInt64LE(0));
    await first.send(WRITE, writeIn(fh, Buffer.of(5)));
    hub.poll(1000);
    expect((await first.reply()).error).toBe(0);
    expect(adapter.seen).toEqual([['W0:05']]);

    first.close();
    hub.poll(1000);
    expect(hub.size).toBe(1);
    hub.close();
    expect(hub.size).toBe(0);
  });
});
