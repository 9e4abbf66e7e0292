import { keepFreedMemory } from '../../os/index.ts';
import type { DevNode, NodeRegistry } from '../node-registry.ts';
import { CuseHub } from './hub.ts';
import { type CuseMachine, LINUX, LostNodes, makeNodes, NodeRejected } from './machine.ts';
import { Wakeup, type WakeupMemory } from './wakeup.ts';

/** What a thread that serves nodes says to the one that started it. */
export type HubMessage =
  /** All are there. */
  | {
      readonly kind: 'nodes';
      readonly nodes: readonly { readonly boardPath: string; readonly name: string }[];
      readonly wakeup: WakeupMemory;
    }
  /** None is, since the kernel rejected one. */
  | { readonly kind: 'rejected'; readonly sentence: string }
  /** Some were taken away; others are there still. */
  | { readonly kind: 'warning'; readonly sentence: string };

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
  const lost = new LostNodes(
    (sentence) => tell({ kind: 'warning', sentence }),
    () => hub.size === 0 || Atomics.load(ended, 0) === 1,
  );
  const make = async (node: DevNode, name: string) => {
    await hub.make(node, name, () => lost.add(node, name));
    return { boardPath: node.path, name };
  };
  try {
    const made = await makeNodes(nodes.list(), make, ({ name }) => hub.remove(name));
    tell({ kind: 'nodes', nodes: made, wakeup: wakeup.memory });
    await hub.run(() => Atomics.load(ended, 0) === 1, wakeup);
  } catch (thrown) {
    // As a message: of an error's class nothing reaches another thread.
    if (!(thrown instanceof NodeRejected)) throw thrown;
    tell({ kind: 'rejected', sentence: thrown.message });
  } finally {
    hub.close();
  }
}
