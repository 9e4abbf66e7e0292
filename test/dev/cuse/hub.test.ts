import { fstatSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { CuseHub } from '../../../src/dev/cuse/hub.ts';
import { closeWakeups, endWakeups, runWakeups, startWakeups, Wakeup } from '../../../src/dev/cuse/wakeup.ts';
import { I2cNode, SpiNode } from '../../../src/dev/index.ts';
import { FakeI2c, FakeSpi } from '../fake-adapters.ts';
import { INIT, INIT_IN, OPEN, SocketKernel, WRITE, writeIn } from './socket-kernel.ts';

const kernels: SocketKernel[] = [];
afterEach(() => {
  for (const kernel of kernels.splice(0)) kernel.close();
});

function kernelOf(): SocketKernel {
  const kernel = new SocketKernel();
  kernels.push(kernel);
  return kernel;
}

describe('nodes served in the thread that has their adapters', () => {
  it('are answered when polled, each its own', async () => {
    const [first, second] = [kernelOf(), kernelOf()];
    const open = [first, second].map((kernel) => kernel.theirs.release());
    const hub = new CuseHub(() => open.shift() as number);
    const adapter = new FakeI2c(1);
    const ready: string[] = [];
    hub.add(new I2cNode(adapter), 'i2c-1', { ready: () => ready.push('i2c-1') });
    hub.add(new SpiNode(new FakeSpi(0), 0), 'spidev0.0', { ready: () => ready.push('spidev0.0') });
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

/** An adapter whose every transfer makes the kernel do something. */
class Stage extends FakeI2c {
  onTransfer: () => void = () => {};

  override transferSync(...args: Parameters<FakeI2c['transferSync']>): void {
    super.transferSync(...args);
    this.onTransfer();
  }
}

const FIRST_FILE = 1;

describe('a hub whose nodes are used one at a time', () => {
  /** Two nodes, each opened once, and a hub that is not yet waiting. */
  function stage() {
    const [busy, quiet] = [kernelOf(), kernelOf()];
    const open = [busy, quiet].map((kernel) => kernel.theirs.release());
    const [fd, quietFd] = open as [number, number];
    const hub = new CuseHub(() => open.shift() as number);
    const [adapter, other] = [new Stage(1), new Stage(2)];
    const gone: string[] = [];
    hub.add(new I2cNode(adapter), 'i2c-1', { gone: () => gone.push('i2c-1') });
    hub.add(new I2cNode(other), 'i2c-2', { gone: () => gone.push('i2c-2') });
    for (const kernel of [busy, quiet]) {
      kernel.sendNow(OPEN, Buffer.alloc(8));
      hub.poll(1000);
    }
    const write = () => busy.sendNow(WRITE, writeIn(FIRST_FILE, Buffer.of(1)));
    return { busy, quiet, hub, adapter, other, gone, write, fd, quietFd };
  }

  it('waits for the busy one alone when the wake-up thread runs', async () => {
    const { busy, quiet, hub, adapter, other, gone, write } = stage();
    const wakeup = new Wakeup();
    startWakeups(wakeup.memory, 'i2c-1', () => {});
    let left = 100;
    const opened: string[] = [];
    adapter.onTransfer = () => {
      if (--left > 0) return write();
      // Somebody wants the other node. The wake-up thread, whose thread this is for a moment, calls back.
      quiet.sendNow(WRITE, writeIn(FIRST_FILE, Buffer.of(2)));
      runWakeups(wakeup.memory, (name) => {
        opened.push(name);
        endWakeups(wakeup.memory);
        busy.sendNow(OPEN, Buffer.alloc(8));
      });
    };
    other.onTransfer = () => {
      busy.hangUp();
      quiet.hangUp();
    };
    write();
    await hub.run(() => false, wakeup);
    expect(opened).toEqual(['i2c-1']);
    expect(adapter.seen).toHaveLength(100);
    expect(other.seen).toEqual([['W0:02']]);
    expect(gone.sort()).toEqual(['i2c-1', 'i2c-2']);
    hub.close();
    closeWakeups(wakeup.memory);
  });

  it('waits for all nodes without a wake-up thread', async () => {
    const { quiet, busy, hub, adapter, other, write } = stage();
    let left = 100;
    adapter.onTransfer = () => {
      if (--left > 0) return write();
      quiet.sendNow(WRITE, writeIn(FIRST_FILE, Buffer.of(2)));
    };
    other.onTransfer = () => {
      busy.hangUp();
      quiet.hangUp();
    };
    write();
    await hub.run(() => false, new Wakeup());
    expect(other.seen).toEqual([['W0:02']]);
    hub.close();
  });

  it('lets timers run while nothing is wanted', async () => {
    const { busy, quiet, hub } = stage();
    setTimeout(() => {
      busy.hangUp();
      quiet.hangUp();
    }, 20);
    await hub.run(() => false);
    expect(hub.size).toBe(0);
    hub.close();
  });

  it('ends when it is told to, and closes its files', async () => {
    const { hub, adapter, write, fd, quietFd } = stage();
    let ended = false;
    adapter.onTransfer = () => {
      ended = true;
    };
    write();
    await hub.run(() => ended);
    expect(hub.size).toBe(2);
    hub.close();
    for (const file of [fd, quietFd]) expect(() => fstatSync(file)).toThrow(/EBADF/);
  });
});

describe('a wake-up', () => {
  it('calls back when nothing has happened for a while', () => {
    const wakeup = new Wakeup();
    const opened: string[] = [];
    expect(startWakeups(wakeup.memory, 'spidev0.0', (name) => opened.push(name))).toBe(true);
    expect(wakeup.isOn).toBe(true);
    wakeup.begin('spidev1.0', []);
    runWakeups(wakeup.memory, (name) => {
      opened.push(name);
      endWakeups(wakeup.memory);
    });
    expect(wakeup.called).toBe(true);
    expect(opened).toEqual(['spidev0.0', 'spidev1.0']);
    closeWakeups(wakeup.memory);
  });

  it('does not begin where this process may not open its own nodes', () => {
    const wakeup = new Wakeup();
    expect(startWakeups(wakeup.memory, 'no-such-node')).toBe(false);
    expect(wakeup.isOn).toBe(false);
    closeWakeups(wakeup.memory);
  });
});
