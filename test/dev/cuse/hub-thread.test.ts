import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostNodes } from '../../../src/dev/cuse/hub-host.ts';
import { type HubMessage, serveNodes } from '../../../src/dev/cuse/hub-thread.ts';
import {
  CuseError,
  type CuseMachine,
  LostNodes,
  makeNodes,
  NodeRejected,
} from '../../../src/dev/cuse/machine.ts';
import { closeWakeups, Wakeup } from '../../../src/dev/cuse/wakeup.ts';
import { NodeRegistry } from '../../../src/dev/index.ts';
import { FakeI2c, FakeSpi } from '../fake-adapters.ts';
import { INIT, INIT_IN, SocketKernel } from './socket-kernel.ts';

function registry(): NodeRegistry {
  const nodes = new NodeRegistry();
  nodes.addI2c(new FakeI2c(91));
  nodes.addSpi(new FakeSpi(92), 0);
  nodes.addSpi(new FakeSpi(93), 1);
  return nodes;
}

describe('the names of a board’s nodes', () => {
  function board() {
    const nodes = new NodeRegistry();
    nodes.addI2c(new FakeI2c(1));
    nodes.addI2c(new FakeI2c(2));
    const spi = new FakeSpi(0);
    nodes.addSpi(spi, 0);
    nodes.addSpi(spi, 1);
    return nodes.list();
  }
  const IN_DEV = ['i2c-1', 'i2c-2', 'i2c-4', 'spidev0.0'];

  it('avoid what is there, and each other', async () => {
    const make = async (_node: unknown, name: string) => name;
    const names = await makeNodes(
      board(),
      make,
      () => {},
      () => IN_DEV,
    );
    expect(names).toEqual(['i2c-5', 'i2c-6', 'spidev1.0', 'spidev1.1']);
  });

  it('are others where another process was faster, all of an adapter', async () => {
    const taken = ['i2c-1', 'spidev0.1'];
    const unmade: string[] = [];
    const make = async (_node: unknown, name: string) => {
      if (taken.includes(name)) throw new NodeRejected(name);
      return name;
    };
    const names = await makeNodes(
      board(),
      make,
      (name) => void unmade.push(name),
      () => [],
    );
    expect(names).toEqual(['i2c-2', 'i2c-3', 'spidev1.0', 'spidev1.1']);
    expect(unmade).toEqual(['spidev0.0']);
  });

  it('are none where the kernel takes none, or something else is wrong', async () => {
    const unmade: string[] = [];
    let asked = 0;
    const rejecting = async (node: { kind: string }, name: string) => {
      if (node.kind === 'spi') asked++;
      if (node.kind === 'spi') throw new NodeRejected(name);
      return name;
    };
    const unmake = (name: string) => void unmade.push(name);
    await expect(makeNodes(board(), rejecting, unmake, () => [])).rejects.toThrow(
      '/dev/spidev7.0: the kernel rejected the node; its name may be taken',
    );
    expect(asked).toBe(8);
    expect(unmade).toEqual(['i2c-1', 'i2c-2']);
    const failing = async (_node: unknown, name: string) => {
      if (name === 'i2c-2') throw new CuseError('cannot set the permissions of /dev/i2c-2');
      return name;
    };
    await expect(makeNodes(board(), failing, unmake, () => [])).rejects.toThrow('permissions');
    expect(unmade).toEqual(['i2c-1', 'i2c-2', 'i2c-1']);
  });
});

describe('nodes that are gone', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Takes these nodes away, all at once, and waits. @returns what is said */
  function said(names: readonly string[], isLast: boolean): string[] {
    const nodes = new NodeRegistry();
    nodes.addI2c(new FakeI2c(1));
    const spi = new FakeSpi(0);
    for (const chipSelect of [0, 1]) nodes.addSpi(spi, chipSelect);
    const sentences: string[] = [];
    const lost = new LostNodes(
      (sentence) => sentences.push(sentence),
      () => isLast,
    );
    for (const node of nodes.list().filter(({ path }) => names.includes(path)))
      lost.add(node, node.path.slice('/dev/'.length));
    expect(sentences).toEqual([]);
    vi.runAllTimers();
    return sentences;
  }

  it('are told of once for each adapter', () => {
    expect(said(['/dev/i2c-1', '/dev/spidev0.0', '/dev/spidev0.1'], false)).toEqual([
      '/dev/i2c-1 is gone: another program has taken it away; run dtbus up again',
      '/dev/spidev0.0, /dev/spidev0.1 are gone: another program has taken them away; run dtbus up again',
    ]);
  });

  it('are not told of one by one where none is left: their program ends, and says so', () => {
    expect(said(['/dev/i2c-1', '/dev/spidev0.0', '/dev/spidev0.1'], true)).toEqual([]);
  });
});

describe('a thread that serves all nodes of a board', () => {
  const kernels: SocketKernel[] = [];
  afterEach(() => {
    for (const kernel of kernels.splice(0)) kernel.close();
  });

  it('says how they are called once all are there, which goes while others stay, and ends when all are gone', async () => {
    const nodes = registry();
    const list = nodes.list();
    for (let i = 0; i < list.length; i++) kernels.push(new SocketKernel());
    const waiting = [...kernels];
    const machine: CuseMachine = {
      open: () => (waiting.shift() as SocketKernel).theirs.release(),
      abort: () => {},
    };
    const messages: HubMessage[] = [];
    const ended = serveNodes(nodes, new SharedArrayBuffer(8), (message) => messages.push(message), machine);
    const names = ['i2c-91', 'spidev92.0', 'spidev93.1'];
    for (const kernel of kernels) {
      expect(messages).toEqual([]);
      expect((await kernel.ask(INIT, INIT_IN)).body.toString('latin1')).toContain('DEVNAME=');
    }
    await vi.waitFor(() => expect(messages).toHaveLength(1));
    for (const kernel of kernels.slice(0, 2)) kernel.close();
    await vi.waitFor(() => expect(messages).toHaveLength(3), { timeout: 20_000 });
    kernels[2]?.close();
    await ended;
    const [first] = messages;
    expect(first).toMatchObject({
      kind: 'nodes',
      nodes: names.map((name) => ({ boardPath: `/dev/${name}`, name })),
    });
    // With the last one goes the thread.
    expect(messages.slice(1)).toEqual(
      names.slice(0, 2).map((name) => ({
        kind: 'warning',
        sentence: `/dev/${name} is gone: another program has taken it away; run dtbus up again`,
      })),
    );
    if (first?.kind === 'nodes') closeWakeups(first.wakeup);
  });
});

describe('who started such a thread', () => {
  /** `/dev/null` in the place of a node: it is there, and whoever may open it may. */
  const NODE = { boardPath: '/dev/i2c-1', name: 'null' };

  /** A thread that sends these messages, sleeps until it is let go, and ends. Word 2 of `control` is for `last`. */
  function start(messages: readonly object[], last = '') {
    const control = new SharedArrayBuffer(12);
    const aborted: string[] = [];
    const words = new Int32Array(control);
    const machine: CuseMachine = {
      open: () => -1,
      abort: (name) => {
        aborted.push(name);
        Atomics.notify(words, 0);
      },
    };
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      for (const message of workerData.messages) parentPort.postMessage(message);
      ${last}
      Atomics.wait(new Int32Array(workerData.control), 0, 0);`;
    const worker = new Worker(code, { eval: true, execArgv: [], workerData: { messages, control } });
    return { worker, control, aborted, machine };
  }

  it('learns the names, and takes the nodes away', async () => {
    const { memory: wakeup } = new Wakeup();
    const { worker, control, aborted, machine } = start([{ kind: 'nodes', nodes: [NODE], wakeup }]);
    const made = await hostNodes(worker, control, {}, machine);
    expect(made.nodes).toEqual([{ boardPath: '/dev/i2c-1', path: '/dev/null' }]);
    expect(aborted).toEqual([]);
    await made.close();
    await made.gone;
    expect(aborted).toEqual(['null']);
  });

  it('is told when the kernel does not take a node', async () => {
    const sentence = '/dev/null: the kernel rejected the node; its name may be taken';
    const { worker, control, aborted, machine } = start([{ kind: 'rejected', sentence }], 'process.exit();');
    await expect(hostNodes(worker, control, {}, machine)).rejects.toThrow(new CuseError(sentence));
    expect(aborted).toEqual([]);
  });

  it('is told of a fault that takes the nodes away, and leaves their names alone then', async () => {
    const { memory: wakeup } = new Wakeup();
    const { worker, control, aborted, machine } = start(
      [{ kind: 'nodes', nodes: [NODE], wakeup }],
      'Atomics.wait(new Int32Array(workerData.control), 2, 0); throw new Error("no space is left there");',
    );
    const made = await hostNodes(worker, control, {}, machine);
    // Its error would overtake its message.
    Atomics.store(new Int32Array(control), 2, 1);
    Atomics.notify(new Int32Array(control), 2);
    expect(await made.gone).toEqual(new Error('no space is left there'));
    await made.close();
    expect(aborted).toEqual([]);
  });

  it('is told of a thread that dies', async () => {
    const { worker, control, machine } = start([], 'throw new Error("no such board");');
    await expect(hostNodes(worker, control, {}, machine)).rejects.toThrow('no such board');
  });

  it('takes the nodes away when their permissions cannot be set', async () => {
    const { memory: wakeup } = new Wakeup();
    const node = { ...NODE, name: 'no-such-node' };
    const { worker, control, aborted, machine } = start([{ kind: 'nodes', nodes: [node], wakeup }]);
    await expect(hostNodes(worker, control, { mode: 0o600 }, machine)).rejects.toThrow(CuseError);
    expect(aborted).toEqual(['no-such-node']);
  });
});
