import type { LiveNode } from '../tree/live-node.ts';
import type { Buses } from './buses.ts';
import type { Check, CheckContext } from './check.ts';
import {
  addressCells,
  among,
  atName,
  bytes,
  cellOf,
  having,
  isMultiple,
  onDemand,
  sizeCells,
  textOf,
  warning,
} from './define.ts';

/** Addresses: `reg`, `ranges`, the cells they are made of, and unit addresses. Devicetree Specification 2.3.5 to 2.3.9. */

// A step of its own in dtc, where the checks below read what it has stored; here they read the properties.
const addrSizeCells = among(
  'root',
  warning('addr_size_cells', ['address_cells_is_cell', 'size_cells_is_cell'], () => undefined),
);

const regFormat = having(
  'reg',
  warning('reg_format', ['addr_size_cells'], (node, { fail }) => {
    const property = node.property('reg');
    if (property === undefined) return;
    const { parent } = node;
    if (parent === undefined) {
      fail(node, property, 'the root node has "reg"; the root is on no bus', {
        hint: 'remove it',
      });
      return;
    }
    if (property.length === 0)
      fail(node, property, 'reg is empty', { hint: 'give the address, or remove reg' });
    const address = addressCells(parent);
    const size = sizeCells(parent);
    if (!isMultiple(property.length, (address + size) * 4))
      fail(
        node,
        property,
        `reg has ${bytes(property.length)}; expected a multiple of ${(address + size) * 4} ` +
          `(#address-cells ${address}, #size-cells ${size})`,
        { hint: `${parent.path} has #address-cells = <${address}> and #size-cells = <${size}>` },
      );
  }),
);

function rangesFormat(name: string, propertyName: string): Check {
  return having(
    propertyName,
    warning(name, ['addr_size_cells'], (node, { fail }) => {
      const property = node.property(propertyName);
      if (property === undefined) return;
      const { parent } = node;
      if (parent === undefined) {
        fail(node, property, `the root node has "${propertyName}"; the root is on no bus`, {
          hint: 'remove it',
        });
        return;
      }
      const above = { address: addressCells(parent), size: sizeCells(parent) };
      const below = { address: addressCells(node), size: sizeCells(node) };
      if (property.length === 0) {
        // Empty means that addresses are the same above and below, so they must be of one form.
        for (const kind of ['address', 'size'] as const)
          if (above[kind] !== below[kind])
            fail(
              node,
              property,
              `${propertyName} is empty, but #${kind}-cells is ${below[kind]} here and ${above[kind]} in ${parent.path}`,
              { hint: `make them equal, or write the translation in ${propertyName}` },
            );
        return;
      }
      const entry = (above.address + below.address + below.size) * 4;
      if (!isMultiple(property.length, entry))
        fail(
          node,
          property,
          `${propertyName} has ${bytes(property.length)}; expected a multiple of ${entry}`,
          {
            hint:
              `an entry has ${below.address} cells of child address (#address-cells here), ${above.address} of ` +
              `parent address (#address-cells of ${parent.path}) and ${below.size} of size (#size-cells here)`,
          },
        );
    }),
  );
}

const unitAddressVsReg = warning('unit_address_vs_reg', [], (node, { fail }) => {
  // Overlay fragments are numbered by a unit address, without a bus.
  if (node.subnode('__overlay__') !== undefined) return;
  const ranges = node.property('ranges');
  const property = node.property('reg') ?? (ranges !== undefined && ranges.length > 0 ? ranges : undefined);
  if (property !== undefined && node.unitAddress === '')
    fail(node, undefined, `the node has ${property.name}, but its name has no unit address`, {
      ...atName(node),
      hint: `rename it to ${node.name}@… with the first address of ${property.name}`,
    });
  if (property === undefined && node.unitAddress !== '')
    fail(node, undefined, 'the name has a unit address, but the node has no reg or ranges', {
      ...atName(node),
      hint: `add reg, or rename it to ${node.baseName}`,
    });
});

function unitAddressFormat(buses: Buses): Check {
  const requires = ['node_name_format', 'pci_bridge', 'simple_bus_bridge'];
  return warning('unit_address_format', requires, (node, { fail }) => {
    const { name } = node;
    const at = name.indexOf('@');
    if (at < 0 || name[at + 1] !== '0') return;
    // A bus that is known says itself what unit addresses on it look like.
    if (node.parent !== undefined && buses.has(node.parent)) return;
    const [, prefix, zero] = /^(0x)?(0(?=[0-9A-Fa-f]))?/.exec(node.unitAddress) ?? [];
    const hint = `write @${node.unitAddress.replace(/^(?:0x)?0*(?=.)/, '')}`;
    if (prefix !== undefined)
      fail(
        node,
        undefined,
        'the unit address starts with 0x; unit addresses are hexadecimal without a prefix',
        {
          ...atName(node),
          hint,
        },
      );
    if (zero !== undefined)
      fail(node, undefined, 'the unit address has leading zeros', { ...atName(node), hint });
  });
}

const DEFAULT_CELLS = [
  { name: '#address-cells', value: 2 },
  { name: '#size-cells', value: 1 },
] as const;

const avoidDefaultAddrSize = having(
  (name) => name === 'reg' || name === 'ranges',
  warning('avoid_default_addr_size', ['addr_size_cells'], (node, { fail }) => {
    const { parent } = node;
    if (parent === undefined || !(node.has('reg') || node.has('ranges'))) return;
    for (let i = 0; i < DEFAULT_CELLS.length; i++) {
      const { name, value } = DEFAULT_CELLS[i] as (typeof DEFAULT_CELLS)[number];
      if (!parent.has(name))
        fail(node, undefined, `${parent.path} has no ${name}; the default of ${value} is used`, {
          hint: `write ${name} = <${isNumberedBus(parent) ? NUMBERED_CELLS[name] : value}> in ${parent.path}`,
        });
    }
  }),
);

/** I2C and SPI number their clients with one cell and no size; to repeat the default there would be wrong. */
const NUMBERED_CELLS = { '#address-cells': 1, '#size-cells': 0 } as const;

function isNumberedBus({ baseName }: LiveNode): boolean {
  return /^(i2c|spi)([0-9-]|$)/.test(baseName);
}

const avoidUnnecessaryAddrSize = warning(
  'avoid_unnecessary_addr_size',
  ['avoid_default_addr_size'],
  (node, { fail }) => {
    if (node.parent === undefined || !hasCells(node) || node.allSubnodes.length === 0) return;
    if (node.has('ranges') || node.has('dma-ranges')) return;
    if (node.subnodes.some((child) => child.has('reg') || child.has('ranges'))) return;
    fail(node, undefined, '#address-cells and #size-cells are given, but no child has an address', {
      hint: 'remove both, or give the children reg',
    });
  },
);

function hasCells(node: LiveNode): boolean {
  // As in dtc, a number that is negative as a signed one counts as none.
  const given = (name: string): boolean => ((cellOf(node, name) ?? -1) | 0) >= 0;
  return given('#address-cells') && given('#size-cells');
}

function isDisabled(node: LiveNode): boolean {
  const status = node.property('status');
  return status !== undefined && textOf(status) === 'disabled';
}

/** So many pairs of children with one address are told of. */
const MAX_PAIRS = 200;

/** Whether two children of the node have one unit address; nearly always none have. */
function sharesAddresses({ subnodes }: LiveNode): boolean {
  const addresses: string[] = [];
  for (let i = 0; i < subnodes.length; i++) {
    const { unitAddress } = subnodes[i] as LiveNode;
    if (unitAddress !== '') addresses.push(unitAddress);
  }
  return new Set(addresses).size < addresses.length;
}

function reportSharedAddresses(
  node: LiveNode,
  { fail }: CheckContext,
  counts: (child: LiveNode) => boolean,
): void {
  if (!hasCells(node) || !sharesAddresses(node)) return;
  const seen = new Map<string, LiveNode[]>();
  let told = 0;
  for (const child of node.subnodes) {
    const { unitAddress } = child;
    if (unitAddress === '' || !counts(child)) continue;
    const others = seen.get(unitAddress);
    if (others === undefined) {
      seen.set(unitAddress, [child]);
      continue;
    }
    for (const other of others) {
      if (++told > MAX_PAIRS) return;
      fail(other, undefined, `${child.path} has the same unit address`, {
        ...atName(other),
        hint: 'change the address of one of them, or disable one with status = "disabled"',
      });
    }
    others.push(child);
  }
}

const uniqueUnitAddress = warning('unique_unit_address', ['avoid_default_addr_size'], (node, context) =>
  reportSharedAddresses(node, context, () => true),
);

const uniqueUnitAddressIfEnabled = onDemand(
  'unique_unit_address_if_enabled',
  ['avoid_default_addr_size'],
  (node, context) => reportSharedAddresses(node, context, (child) => !isDisabled(child)),
);

/** dtc's checks of `reg`, `ranges`, unit addresses and their cells; `buses` is what `busChecks` finds out. */
export function addressChecks(buses: Buses): readonly Check[] {
  return [
    addrSizeCells,
    regFormat,
    rangesFormat('ranges_format', 'ranges'),
    rangesFormat('dma_ranges_format', 'dma-ranges'),
    unitAddressVsReg,
    unitAddressFormat(buses),
    avoidDefaultAddrSize,
    among('parents', avoidUnnecessaryAddrSize),
    among('parents', uniqueUnitAddress),
    among('parents', uniqueUnitAddressIfEnabled),
  ];
}
