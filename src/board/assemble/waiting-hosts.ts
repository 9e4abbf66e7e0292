import { resolve } from 'node:path';
import { type HostAdapter, messageOf } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import type { SimulationOptions } from '../../sim/index.ts';
import type { DeviceProblem, WaitingAdapter } from '../thread/protocol.ts';
import { problemOf } from './bind-bus.ts';
import { createHost } from './hosts.ts';

/** Emulated adapters, which wait at their `port` for other programs. */
const WAITING = ['dtbus,bus-pirate-emulator'];

/** The nodes of adapters that wait for other programs and carry no bus of the board. */
export function waitingNodes(tree: Tree, onBuses: readonly unknown[]): Node[] {
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (WAITING.some((name) => node.compatible.includes(name)) && node.has('port') && !onBuses.includes(node))
      found.push(node);
    node.children.forEach(visit);
  };
  visit(tree.root);
  return found;
}

/** Adapters that wait for other programs and carry no bus of the board: no bus opens them. */
export class WaitingHosts {
  readonly #hosts: HostAdapter[] = [];
  readonly reports: WaitingAdapter[] = [];
  readonly problems: DeviceProblem[] = [];
  readonly #warn: (sentence: string) => void;

  constructor(warn: (sentence: string) => void) {
    this.#warn = warn;
  }

  /** Never throws: an adapter that cannot be made is a problem. */
  async create(nodes: readonly Node[], simulation: SimulationOptions): Promise<void> {
    for (const node of nodes) {
      try {
        this.#hosts.push(await createHost(node, simulation));
        const port = resolve(simulation.directory ?? '.', node.string('port') ?? '');
        this.reports.push({ path: node.path, port });
      } catch (error) {
        this.problems.push(problemOf(node, error));
      }
    }
  }

  get count(): number {
    return this.#hosts.length;
  }

  /** From now on they wait. One that cannot is warned of. */
  open(): void {
    for (const host of this.#hosts)
      Promise.resolve(host.wait?.()).catch((error: unknown) => this.#warn(messageOf(error)));
  }

  async close(): Promise<void> {
    for (const host of this.#hosts) await host.close();
  }
}
