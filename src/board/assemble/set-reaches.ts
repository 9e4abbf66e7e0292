import type { PartRegistry } from '../../sim/index.ts';
import type { BusBinding } from './bind-bus.ts';
import { ownersWithoutEffect, reachOn } from './ownership.ts';

/** Which addresses of the I2C buses belong together, for those who own some. */
export function setReaches(
  bindings: readonly BusBinding[],
  parts: PartRegistry,
  warn: (sentence: string) => void,
): void {
  for (const { bus, node } of bindings) {
    if (bus?.kind !== 'i2c') continue;
    bus.ownership.setReach(reachOn(node.node, () => parts.list()));
    for (const sentence of ownersWithoutEffect(node.node)) warn(sentence);
  }
}
