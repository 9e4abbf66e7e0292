import type { Node, Tree } from '../../devicetree/index.ts';
import { worldOf } from '../../faults/index.ts';
import { hostNodeOf } from '../assemble/bind-bus.ts';
import type { BusListing } from '../handles/board.ts';
import { pathOf } from '../handles/part-handle.ts';
import { busNamed } from '../handles/traced-paths.ts';

/** What has to be known of a board to tell its real hardware. */
interface Known {
  readonly tree: Tree;
  readonly buses: readonly Pick<BusListing, 'kind' | 'number' | 'path'>[];
  /** Of the simulated parts: one may be on a bus whose others are real. */
  readonly parts: readonly { readonly path: string }[];
}

/** Paths of real adapters, and of the buses and GPIO controllers on them; also of multiplexers beside such a bus. */
export function realPaths(tree: Tree): string[] {
  const real = new Set<string>();
  for (const node of tree.nodes()) {
    const host = hostNodeOf(node);
    if (host?.compatible.some((compatible) => worldOf(compatible) === 'real'))
      real.add(node.path).add(host.path);
  }
  // One multiplexer may be behind another.
  for (let before = -1; before < real.size; ) {
    before = real.size;
    for (const node of tree.nodes())
      if (switchedBy(node).some((bus) => above(bus.path, real) !== undefined)) real.add(node.path);
  }
  return [...real];
}

/**
 * The path among those of `realPaths` that a bus (`i2c-1`), part or GPIO controller is on, by path, alias or `&label`;
 * undefined: it is simulated, or the board has none of this name.
 */
export function realHostOf({ tree, buses, parts }: Known, name: string): string | undefined {
  const path = busNamed(buses, name)?.path ?? pathOf(tree, name);
  if (path === undefined || parts.some((part) => part.path === path)) return undefined;
  return above(path, new Set(realPaths(tree)));
}

/** The nearest of `paths` that `path` is at or below. */
function above(path: string, paths: ReadonlySet<string>): string | undefined {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (paths.has(at)) return at;
  return undefined;
}

/** The buses that `i2c-parent` names: a demultiplexer has several. */
function switchedBy(node: Node): readonly Node[] {
  const value = node.property('i2c-parent')?.value;
  if (value === undefined || value.length % 4 !== 0) return [];
  return (node.u32s('i2c-parent') ?? []).flatMap((phandle) => node.tree.byPhandle(phandle) ?? []);
}
