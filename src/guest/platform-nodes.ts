import { isOwnedBy, type ServedBus } from '../board/served.ts';
import type { Node } from '../devicetree/index.ts';
import { providersOf } from './guest-properties.ts';

/** Regulators come with what they supply; buses are no users themselves. */
const OTHERS = /^(regulator-|simple-|platform,)/;
const NOT_ALONE = ['reg', 'ranges', 'i2c-parent'];

/** The nodes beside the buses that use what is on them, and those that the guest cannot have. */
export interface PlatformNodes {
  /** Children of the board's root. */
  readonly taken: readonly Node[];
  /** Each with what it uses and the guest lacks. */
  readonly leftOut: readonly { readonly node: Node; readonly missing: readonly Node[] }[];
}

/**
 * Which of the board's `gpio-leds`, `gpio-keys`, `iio-hwmon` and their like the guest gets: children of the root without
 * registers that use lines, channels or outputs, as far as all these are in the guest. Adds them to `inGuest`.
 */
export function platformNodes(buses: readonly ServedBus[], inGuest: Set<Node>): PlatformNodes {
  const root = buses[0]?.node.node.tree.root;
  const taken: Node[] = [];
  const leftOut: { node: Node; missing: Node[] }[] = [];
  const take = (node: Node): boolean => {
    const missing = providersOf(node).filter((provider) => !inGuest.has(provider));
    const users = node.children.filter(usesAnything);
    if (missing.length > 0) leftOut.push({ node, missing });
    else if (users.length === 0) return add(node);
    else if (users.filter(take).length > 0) {
      for (const child of node.children) if (!users.includes(child)) add(child);
      inGuest.add(node);
      return true;
    }
    return false;
  };
  const add = (node: Node): boolean => {
    inGuest.add(node);
    for (const child of node.children) add(child);
    return true;
  };
  const ours = new Set(buses.flatMap(({ node }) => [node.node, node.node.parent]));
  for (const node of root?.children ?? []) {
    if (isPlatformUser(node) && !ours.has(node) && take(node)) taken.push(node);
  }
  return { taken, leftOut };
}

/** Nothing with registers: a guest has none of the board's, and a driver would reach for them. */
function isPlatformUser(node: Node): boolean {
  const { compatible } = node;
  const other = compatible.some((each) => OTHERS.test(each));
  return compatible.length > 0 && !other && !NOT_ALONE.some((name) => node.has(name)) && usesAnything(node);
}

function usesAnything(node: Node): boolean {
  return providersOf(node).length > 0 || node.children.some(usesAnything);
}

/** A node and all that is below it. */
export function* below(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* below(child);
}

/** The clients of a bus that the owner of its socket has. */
export function clientsOf({ node, owner }: ServedBus): readonly Node[] {
  return node.node.children.filter((child) => isOwnedBy(child, owner));
}
