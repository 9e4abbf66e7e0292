import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { Marker } from '../tree/tree.ts';
import type { Check, CheckContext } from './check.ts';
import { bytes, cellOf, having, isPhandle, onDemand, warning } from './define.ts';
import type { PhandleIndex } from './phandles.ts';
import { cellCheck } from './value-forms.ts';

/**
 * Lists of a phandle and as many cells as the node it points at says, over and over: `clocks`, `gpios`, and so on.
 * Devicetree Specification 2.2.4.2, "phandle with arguments".
 */

interface Provider {
  /** Start of the checks' names: `clocks` gives `clocks_property` and `clocks_is_cell`. */
  readonly name: string;
  readonly property: string;
  readonly cells: string;
  /** Without the cells property, there are none. */
  readonly optional?: boolean;
}

const PROVIDERS: readonly Provider[] = [
  { name: 'clocks', property: 'clocks', cells: '#clock-cells' },
  { name: 'cooling_device', property: 'cooling-device', cells: '#cooling-cells' },
  { name: 'dmas', property: 'dmas', cells: '#dma-cells' },
  { name: 'hwlocks', property: 'hwlocks', cells: '#hwlock-cells' },
  { name: 'interrupts_extended', property: 'interrupts-extended', cells: '#interrupt-cells' },
  { name: 'io_channels', property: 'io-channels', cells: '#io-channel-cells' },
  { name: 'iommus', property: 'iommus', cells: '#iommu-cells' },
  { name: 'mboxes', property: 'mboxes', cells: '#mbox-cells' },
  { name: 'msi_parent', property: 'msi-parent', cells: '#msi-cells', optional: true },
  { name: 'mux_controls', property: 'mux-controls', cells: '#mux-control-cells' },
  { name: 'phys', property: 'phys', cells: '#phy-cells' },
  { name: 'power_domains', property: 'power-domains', cells: '#power-domain-cells' },
  { name: 'pwms', property: 'pwms', cells: '#pwm-cells' },
  { name: 'resets', property: 'resets', cells: '#reset-cells' },
  { name: 'sound_dai', property: 'sound-dai', cells: '#sound-dai-cells' },
  { name: 'thermal_sensors', property: 'thermal-sensors', cells: '#thermal-sensor-cells' },
];

/** A reference that stands at `offset` or behind. */
function isReferenceFrom({ kind, offset }: Marker, from: number): boolean {
  return kind === 'ref-phandle' && offset >= from;
}

/** Goes through the list entry by entry, each as long as its provider says. */
function checkList(
  node: LiveNode,
  property: LiveProperty,
  provider: Pick<Provider, 'cells' | 'optional'>,
  { tree, fail }: CheckContext,
  phandles: PhandleIndex,
): void {
  const { length, markers } = property;
  const refuse = (message: string, hint: string): void => fail(node, property, message, { hint });
  if (length % 4 !== 0) {
    refuse(`${property.name} has ${bytes(length)}; expected a multiple of 4`, 'write cells: <…>');
    return;
  }
  let marker = 0;
  let args = 0;
  for (let at = 0; at < length; at += (args + 1) * 4) {
    const phandle = property.cell(at);
    args = 0;
    if (!isPhandle(phandle)) {
      // 0 and -1 leave an entry out; in an overlay, -1 is a node of the base, of which nothing is known here.
      if (tree.plugin) return;
      continue;
    }
    const cell = at / 4;
    while (marker < markers.length && !isReferenceFrom(markers[marker] as Marker, at)) marker++;
    if (markers.length > 0 && markers[marker]?.offset !== at)
      refuse(
        `cell ${cell} is a number; expected a reference`,
        'write &label, or check the number of cells of the entries before it',
      );
    const target = phandles.node(tree, phandle);
    if (target === undefined) {
      refuse(
        `cell ${cell}: no node has the phandle 0x${phandle.toString(16)}`,
        'check the number of cells of the entries before it',
      );
      return;
    }
    const wanted = cellsWanted(target, provider);
    if (wanted === undefined) {
      refuse(
        `cell ${cell} points at ${target.path}, which has no ${provider.cells}`,
        `add ${provider.cells} to ${target.path}, or point at another node`,
      );
      return;
    }
    if (at + (wanted + 1) * 4 > length) {
      refuse(
        `the entry at cell ${cell} has ${length / 4 - cell - 1} cells after the phandle; ${target.path} needs ${wanted}`,
        `the number is ${provider.cells} of ${target.path}`,
      );
      return;
    }
    args = wanted;
  }
}

/** Cells behind the phandle of `target`; undefined where it does not say. */
function cellsWanted(
  target: LiveNode,
  { cells, optional }: Pick<Provider, 'cells' | 'optional'>,
): number | undefined {
  if (target.has(cells)) return cellOf(target, cells);
  return optional ? 0 : undefined;
}

/** `gpios`, `reset-gpios`, and the deprecated `gpio`, `reset-gpio`; but `nr-gpios` of a vendor is a number. */
function isGpioList(name: string): boolean {
  return name.includes('gpio') && /(?:^|-)gpios?$/.test(name) && !name.endsWith(',nr-gpios');
}

const deprecatedGpioProperty = onDemand('deprecated_gpio_property', [], (node, { fail }) => {
  for (const property of node.properties)
    if (isGpioList(property.name) && property.name.endsWith('gpio'))
      fail(node, property, `the name ${property.name} is deprecated`, {
        hint: `rename it to ${property.name}s`,
      });
});

/** dtc's checks of all lists of phandles with arguments: a `…_property` and a `…_is_cell` for each kind. */
export function providerChecks(phandles: PhandleIndex): readonly Check[] {
  const checks: Check[] = PROVIDERS.flatMap((provider) => [
    having(
      provider.property,
      warning(
        `${provider.name}_property`,
        [`${provider.name}_is_cell`, 'phandle_references'],
        (node, context) => {
          const property = node.property(provider.property);
          if (property !== undefined) checkList(node, property, provider, context, phandles);
        },
      ),
    ),
    cellCheck(`${provider.name}_is_cell`, provider.cells),
  ]);
  const gpiosProperty = having(
    isGpioList,
    warning('gpios_property', ['phandle_references'], (node, context) => {
      // A hog's gpios are pins of its parent, without a phandle.
      const lists = node.properties.filter(({ name }) => isGpioList(name));
      if (lists.length === 0 || node.has('gpio-hog')) return;
      for (const property of lists) checkList(node, property, { cells: '#gpio-cells' }, context, phandles);
    }),
  );
  return [...checks, deprecatedGpioProperty, gpiosProperty];
}
