import type { NodeProblem } from '../../bus/index.ts';
import type { PartRegistry } from '../../sim/index.ts';
import type { BusBinding } from './bind-bus.ts';
import { hearersOn } from './i2c-channels.ts';
import { ownerProblems, ownersWithoutEffect, reachOn } from './ownership.ts';

/** Who is told what of owners is wrong, and what has no effect. */
interface OwnersTold {
  readonly warn: (sentence: string) => void;
  readonly complain: (problem: NodeProblem) => void;
}

/** Which addresses of the I2C buses belong together, for those who own some. */
export function setReaches(
  bindings: readonly BusBinding[],
  parts: PartRegistry,
  { warn, complain }: OwnersTold,
): void {
  const buses = bindings.map(({ node }) => node);
  for (const { bus, node } of bindings) {
    if (bus === undefined) continue;
    const hearers = hearersOn(node, buses);
    for (const problem of ownerProblems(node.kind, hearers, parts.list())) complain(problem);
    if (bus.kind !== 'i2c') continue;
    bus.ownership.setReach(reachOn(node.node, () => parts.list()));
    for (const sentence of ownersWithoutEffect(node.node)) warn(sentence);
  }
}
