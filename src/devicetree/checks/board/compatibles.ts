import { didYouMean } from '../../../input/index.ts';
import type { LiveNode } from '../../tree/live-node.ts';
import type { Check } from '../check.ts';
import { warning } from '../define.ts';
import { bindingFor } from './our-properties.ts';
import { type BoardBus, peripheralsOf } from './peripherals.ts';

/** Checks of names that somebody must know for the board to work: of our buses, and of the parts on them. */

const PLATFORM = 'platform,virtio-';

/** `virtio-i2c` is the driver's name; the node is matched by `platform,virtio-i2c`. */
const virtioName = warning('bus_compatible', [], (node, { fail }) => {
  for (const compatible of node.compatible) {
    if (!compatible.includes('virtio') || bindingFor(compatible) !== undefined) continue;
    const kind = /virtio[-_](i2c|spi|gpio)/.exec(compatible)?.[1];
    if (kind === undefined) continue;
    fail(node, node.property('compatible'), `unknown compatible "${compatible}": no bus comes of it`, {
      hint: `write compatible = "${PLATFORM}${kind}"`,
    });
  }
});

/** A part without a model stays silent on its bus: the name is told of where it looks like one that has a model. */
export function partNameCheck(buses: ReadonlyMap<LiveNode, BoardBus>, known: ReadonlySet<string>): Check {
  // Most boards name nothing else than what is known.
  let models: ReadonlySet<string> | undefined;
  const isModel = (name: string): boolean => {
    models ??= new Set([...known].map(withoutVendor));
    return models.has(withoutVendor(name));
  };
  return warning('unknown_compatible', [], (node, { fail }) => {
    if (buses.get(node) === undefined) return;
    for (const child of peripheralsOf(node)) {
      if (child.has('dtbus,model') || child.has('dtbus,dump')) continue;
      if (child.compatible.some((name) => known.has(name)) || child.compatible.some(isModel)) continue;
      const [name] = child.compatible as readonly [string];
      const near = didYouMean(name, known);
      if (near !== undefined && !isOtherNumber(name, near))
        fail(child, child.property('compatible'), `unknown compatible "${name}": no model answers for it`, {
          hint: `did you mean "${near}"?`,
        });
    }
  });
}

/** Another part, as 24c32 is to 24c02 and mcp2517fd to mcp23017, and not the same with two digits exchanged. */
function isOtherNumber(name: string, near: string): boolean {
  const digits = (text: string): string => [...text.replace(/\D/g, '')].sort().join('');
  return digits(name) !== digits(near);
}

/** As Linux matches a client by its id table (of_modalias_node). */
function withoutVendor(compatible: string): string {
  return compatible.slice(compatible.indexOf(',') + 1);
}

export const BUS_NAME_CHECKS: readonly Check[] = [virtioName];
