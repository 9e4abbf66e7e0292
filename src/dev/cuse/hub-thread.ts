import { keepFreedMemory } from '../../os/index.ts';
import type { NodeRegistry } from '../node-registry.ts';
import { CuseHub } from './hub.ts';
import { type CuseMachine, LINUX, nodeNames } from './machine.ts';
import { Wakeup, type WakeupMemory } from './wakeup.ts';

/** What a thread that serves nodes says to the one that started it. */
export type HubMessage =
  | {
      readonly kind: 'nodes';
      readonly nodes: readonly { readonly boardPath: string; readonly name: string }[];
      readonly wakeup: WakeupMemory;
    }
  | { readonly kind: 'ready' | 'gone'; readonly name: string };

/** Serves all nodes in this thread until they are taken away. @param control word 0 is 1 once it is to end */
export async function serveNodes(
  nodes: NodeRegistry,
  control: SharedArrayBuffer,
  tell: (message: HubMessage) => void,
  machine: CuseMachine = LINUX,
): Promise<void> {
  // A program's first requests have V8 compile what they run through, often on the processor that it waits for.
  keepFreedMemory();
  const ended = new Int32Array(control);
  const hub = new CuseHub(() => machine.open({ nonBlocking: true }));
  const wakeup = new Wakeup();
  const nameOf = nodeNames();
  const named = nodes.list().map((node) => ({ node, name: nameOf(node) }));
  tell({
    kind: 'nodes',
    nodes: named.map(({ node, name }) => ({ boardPath: node.path, name })),
    wakeup: wakeup.memory,
  });
  try {
    for (const { node, name } of named) {
      hub.add(node, name, {
        ready: () => tell({ kind: 'ready', name }),
        gone: () => tell({ kind: 'gone', name }),
      });
    }
    await hub.run(() => Atomics.load(ended, 0) === 1, wakeup);
  } finally {
    hub.close();
  }
}
