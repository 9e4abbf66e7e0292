import { HostLines } from '../../backend/gpio.ts';
import type { ResourceManager } from '../../backend/index.ts';
import { BusFault, type HostAdapter, NodeError } from '../../bus/index.ts';
import type { Node } from '../../devicetree/index.ts';
import type { GpioDescription } from '../../frontend/index.ts';
import type { SimulationOptions } from '../../sim/index.ts';
import type { GpioControllers } from './gpio-controllers.ts';
import { createHost } from './hosts.ts';

/** What the board has already when lines are put on adapters. */
interface BoardSoFar {
  readonly manager: ResourceManager;
  /** By their nodes: one adapter may carry lines and buses. */
  readonly hosts: Map<Node, Promise<HostAdapter>>;
  readonly simulation: SimulationOptions;
  readonly warn: (sentence: string) => void;
}

/** An adapter that carries the lines of a GPIO controller. */
export interface LineBinding {
  readonly host: HostAdapter;
  /** The controller's node. */
  readonly node: Node;
}

/** Puts GPIO controllers with `dtbus,host` on the lines of their adapters. Never throws: what cannot be is noted. */
export async function bindLines(
  descriptions: readonly GpioDescription[],
  gpio: GpioControllers,
  board: BoardSoFar,
): Promise<LineBinding[]> {
  const bindings: LineBinding[] = [];
  for (const { node } of descriptions) {
    if (!node.has('dtbus,host')) continue;
    await gpio.putOnAdapter(node, async (lines) => {
      const host = await hostOf(node, board);
      if (host.lines === undefined)
        throw new NodeError(node, 'dtbus,host', `${host.description} carries no GPIO lines`);
      const scheduler = board.manager.addLines(host);
      bindings.push({ host, node });
      const told = new Set<string>();
      let isLost = false;
      return new HostLines(lines, host.lines, {
        opening() {
          // At once, where the adapter takes no time.
          const opened = scheduler.state === 'open' ? undefined : scheduler.open();
          return scheduler.state === 'opening' ? opened : undefined;
        },
        ready() {
          if (scheduler.state !== 'open')
            throw new BusFault('ENODEV', scheduler.lastFault?.sentence ?? `${host.description} is gone`);
          // It is back: the next loss is news.
          if (isLost) told.clear();
          isLost = false;
        },
        later(work) {
          if (scheduler.state === 'closed') void scheduler.open();
          if (scheduler.state !== 'opening') return false;
          scheduler.whenOpen(work);
          return true;
        },
        edge: (line, high, atNs) => gpio.heard(node.path, line, high, atNs),
        failed(line, fault) {
          // Cut off by the end of the board.
          if (scheduler.isShutDown) return;
          if (fault.code === 'ENODEV') {
            isLost = true;
            scheduler.lose(fault);
          }
          if (told.has(fault.message)) return;
          told.add(fault.message);
          board.warn(`${node.path}: line ${line}: ${fault.message}`);
        },
      });
    });
  }
  return bindings;
}

function hostOf(node: Node, { hosts, simulation }: BoardSoFar): Promise<HostAdapter> {
  const hostNode = node.target('dtbus,host');
  if (hostNode === undefined) throw new NodeError(node, 'dtbus,host', 'not found: the node that it names');
  const created = hosts.get(hostNode) ?? createHost(hostNode, simulation);
  hosts.set(hostNode, created);
  return created;
}
