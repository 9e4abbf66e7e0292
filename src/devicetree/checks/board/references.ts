import type { LiveNode } from '../../tree/live-node.ts';
import type { Check } from '../check.ts';
import { interruptChecks } from '../interrupts.ts';
import { PhandleIndex } from '../phandles.ts';
import { providerChecks } from '../providers.ts';
import { type BoardBus, peripheralNodes } from './peripherals.ts';

/** dtc's checks of lines that a board has, at the peripherals of its buses: the rest of a vendor's tree is the vendor's. */

const CHECKED = ['interrupts_property', 'interrupts_extended_property', 'gpios_property'];

/** The checks for what is on `buses`. */
export function referenceChecks(buses: ReadonlyMap<LiveNode, BoardBus>): readonly Check[] {
  const phandles = new PhandleIndex();
  const peripherals = new Set([...buses.keys()].flatMap(peripheralNodes));
  return [...interruptChecks(phandles), ...providerChecks(phandles)]
    .filter(({ name }) => CHECKED.includes(name))
    .map((check) => ({
      ...check,
      requires: [],
      run: (node, context) => {
        if (peripherals.has(node)) check.run(node, context);
      },
    }));
}
