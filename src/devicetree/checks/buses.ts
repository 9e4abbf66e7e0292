import type { LiveNode } from '../tree/live-node.ts';
import type { Check, CheckContext } from './check.ts';
import {
  addressCells,
  among,
  atName,
  cellsOf,
  having,
  hex,
  holdsString,
  sizeCells,
  textOf,
  warning,
} from './define.ts';
import { OWN_ADDRESS, TEN_BIT_ADDRESS } from './i2c-reg.ts';

type BusKind = 'pci' | 'simple-bus' | 'i2c-bus' | 'spi-bus' | 'graph-port' | 'graph-ports';

/** What the `…_bridge` checks have found out; those of the nodes on the bus build on it. */
export type Buses = Map<LiveNode, BusKind>;

function expectCells(
  node: LiveNode,
  { fail }: CheckContext,
  bus: string,
  address: number,
  size: number,
): void {
  for (const [name, found, wanted] of [
    ['#address-cells', addressCells(node), address],
    ['#size-cells', sizeCells(node), size],
  ] as const)
    if (found !== wanted)
      fail(node, node.property(name), `${name} is ${found}; expected ${wanted} on ${bus}`, {
        hint: `write ${name} = <${wanted}>`,
      });
}

function expectUnitAddress(node: LiveNode, { fail }: CheckContext, bus: string, wanted: string): void {
  if (node.unitAddress !== wanted)
    fail(node, undefined, `the unit address does not match reg: expected "${wanted}" on ${bus}`, {
      ...atName(node),
      hint: `rename it to ${node.baseName}@${wanted}, or correct reg`,
    });
}

/** The node's `reg` where it has a first cell. */
function regCells(node: LiveNode): number[] | undefined {
  const property = node.property('reg');
  return property === undefined || property.length < 4 ? undefined : cellsOf(property);
}

// PCI: IEEE 1275 PCI Bus Binding 2.2.1.1. A child's reg begins with phys.hi, npt000ss bbbbbbbb dddddfff rrrrrrrr.

function pciBridge(buses: Buses): Check {
  return having(
    'device_type',
    warning('pci_bridge', ['device_type_is_string', 'addr_size_cells'], (node, context) => {
      const { fail } = context;
      const type = node.property('device_type');
      if (type === undefined || textOf(type) !== 'pci') return;
      buses.set(node, 'pci');
      if (node.baseName !== 'pci' && node.baseName !== 'pcie')
        fail(node, undefined, 'a PCI bridge is named neither pci nor pcie', {
          ...atName(node),
          hint: 'rename it to pci@… or pcie@…, or remove device_type',
        });
      if (!node.has('ranges'))
        fail(node, undefined, 'a PCI bridge has no ranges', {
          hint: 'add ranges with its windows, or remove device_type if it is not a bridge',
        });
      expectCells(node, context, 'a PCI bus', 3, 2);
      const range = node.property('bus-range');
      if (range === undefined) return;
      if (range.length !== 8) {
        fail(node, range, 'invalid bus-range: expected two cells', {
          hint: 'write the first and the last bus number',
        });
        return;
      }
      const [first = 0, last = 0] = cellsOf(range);
      if (first > last) fail(node, range, 'the first bus number is above the last', { hint: 'swap them' });
      if (last > 0xff)
        fail(node, range, 'the last bus number is above 255', { hint: 'bus numbers have 8 bits' });
    }),
  );
}

function pciDeviceReg(buses: Buses): Check {
  return having(
    'reg',
    warning('pci_device_reg', ['reg_format', 'pci_bridge'], (node, context) => {
      const { fail } = context;
      if (node.parent === undefined || buses.get(node.parent) !== 'pci') return;
      const property = node.property('reg');
      if (property === undefined) return;
      const [high = 0, middle = 0, low = 0] = cellsOf(property);
      if (middle !== 0 || low !== 0)
        fail(node, property, 'cells 2 and 3 of a configuration space address are not 0', { hint: 'write 0' });
      if ((high & 0xff00_0000) !== 0)
        fail(node, property, 'the first entry is not the configuration space of the device', {
          hint: 'put the entry whose first byte is 0 first',
        });
      if ((high & 0xff) !== 0)
        fail(node, property, 'the register number of a configuration space address is not 0', {
          hint: 'write 0',
        });
      const device = hex((high & 0xf800) >> 11);
      const func = (high & 0x700) >> 8;
      if (func === 0 && node.unitAddress === device) return;
      expectUnitAddress(node, context, 'a PCI bus', `${device},${hex(func)}`);
    }),
  );
}

function pciDeviceBusNum(buses: Buses): Check {
  return having(
    'reg',
    warning('pci_device_bus_num', ['reg_format', 'pci_bridge'], (node, { fail }) => {
      if (node.parent === undefined || buses.get(node.parent) !== 'pci') return;
      const property = node.property('reg');
      const high = regCells(node)?.[0];
      if (high === undefined) return;
      const number = (high & 0x00ff_0000) >> 16;
      const range = node.parent.property('bus-range');
      const [first = 0, last = 0] = range === undefined ? [] : cellsOf(range);
      if (number < first || number > last)
        fail(node, property, `PCI bus number ${number} is not between ${first} and ${last}`, {
          hint: `correct reg, or bus-range of ${node.parent.path}`,
        });
    }),
  );
}

// simple-bus: Devicetree Specification 4.5.

function simpleBusBridge(buses: Buses): Check {
  return having(
    'compatible',
    warning('simple_bus_bridge', ['addr_size_cells', 'compatible_is_string_list'], (node) => {
      const compatible = node.property('compatible');
      if (compatible !== undefined && holdsString(compatible, 'simple-bus')) buses.set(node, 'simple-bus');
    }),
  );
}

function simpleBusReg(buses: Buses): Check {
  return warning('simple_bus_reg', ['reg_format', 'simple_bus_bridge'], (node, context) => {
    const { parent } = node;
    if (parent === undefined || buses.get(parent) !== 'simple-bus') return;
    let property = node.property('reg');
    let from = 0;
    if (property === undefined) {
      property = node.property('ranges');
      from = addressCells(node) * 4; // the child's address comes first
    }
    if (property === undefined || property.length === 0) {
      if (parent.parent !== undefined && buses.get(node) !== 'simple-bus')
        context.fail(node, undefined, 'a node on a simple-bus has no reg or ranges, or an empty one', {
          hint: 'add reg with its address, or move the node out of the bus',
        });
      return;
    }
    if (addressCells(parent) === 1 && from + 4 <= property.length) {
      expectUnitAddress(node, context, 'a simple-bus', hex(property.cell(from)));
      return;
    }
    let address = 0n;
    for (let i = 0; i < addressCells(parent); i++) {
      const at = from + i * 4;
      if (at + 4 > property.length) return;
      address = BigInt.asUintN(64, (address << 32n) | BigInt(property.cell(at)));
    }
    expectUnitAddress(node, context, 'a simple-bus', hex(address));
  });
}

// I2C: Linux Documentation/devicetree/bindings/i2c/i2c.txt.

function i2cBusBridge(buses: Buses): Check {
  return warning('i2c_bus_bridge', ['addr_size_cells'], (node, context) => {
    const { baseName } = node;
    // The clients may be under a child of the controller, which is then the bus.
    const isBus =
      baseName === 'i2c-bus' ||
      baseName === 'i2c-arb' ||
      (baseName === 'i2c' && !node.subnodes.some((child) => child.baseName === 'i2c-bus'));
    if (!isBus) return;
    buses.set(node, 'i2c-bus');
    if (node.allSubnodes.length > 0) expectCells(node, context, 'an I2C bus', 1, 0);
  });
}

function i2cBusReg(buses: Buses): Check {
  return warning('i2c_bus_reg', ['reg_format', 'i2c_bus_bridge'], (node, context) => {
    const { fail } = context;
    if (node.parent === undefined || buses.get(node.parent) !== 'i2c-bus') return;
    const property = node.property('reg');
    const cells = regCells(node)?.map((cell) => (cell & ~OWN_ADDRESS) >>> 0);
    if (cells === undefined) {
      fail(node, undefined, 'a node on an I2C bus has no reg, or an empty one', {
        hint: 'add reg = <address>',
      });
      return;
    }
    expectUnitAddress(node, context, 'an I2C bus', hex(cells[0] as number));
    for (const cell of cells) {
      const address = cell & ~TEN_BIT_ADDRESS;
      const tenBit = address !== cell;
      if (tenBit && address > 0x3ff)
        fail(node, property, `I2C address 0x${hex(address)} has more than 10 bits`, {
          hint: 'the highest 10-bit address is 0x3ff',
        });
      else if (!tenBit && address > 0x7f)
        fail(node, property, `I2C address 0x${hex(address)} has more than 7 bits`, {
          hint:
            address <= 0xff
              ? `if 0x${hex(address)} includes the read/write bit, write 0x${hex(address >> 1)}; for a 10-bit address, set I2C_TEN_BIT_ADDRESS`
              : 'set I2C_TEN_BIT_ADDRESS for a 10-bit address',
        });
    }
  });
}

// SPI: Linux Documentation/devicetree/bindings/spi/spi-controller.yaml.

function spiBusBridge(buses: Buses): Check {
  return warning('spi_bus_bridge', ['addr_size_cells'], (node, context) => {
    if (node.baseName === 'spi') buses.set(node, 'spi-bus');
    else {
      if (addressCells(node) !== 1 || sizeCells(node) !== 0) return;
      const looksLikeOne = node.subnodes.some((child) =>
        child.properties.some((property) => property.name.startsWith('spi-')),
      );
      if (!looksLikeOne) return;
      buses.set(node, 'spi-bus');
      if (node.has('reg'))
        context.fail(node, undefined, 'the children have spi- properties, but the node is not named spi', {
          ...atName(node),
          hint: `rename it to spi@${node.unitAddress}`,
        });
    }
    if (node.allSubnodes.length > 0)
      expectCells(node, context, 'an SPI bus', node.has('spi-slave') ? 0 : 1, 0);
  });
}

function spiBusReg(buses: Buses): Check {
  return warning('spi_bus_reg', ['reg_format', 'spi_bus_bridge'], (node, context) => {
    const { parent } = node;
    if (parent === undefined || buses.get(parent) !== 'spi-bus' || parent.has('spi-slave')) return;
    const chipSelect = regCells(node)?.[0];
    if (chipSelect === undefined)
      context.fail(node, undefined, 'a node on an SPI bus has no reg, or an empty one', {
        hint: 'add reg = <chip select>',
      });
    else expectUnitAddress(node, context, 'an SPI bus', hex(chipSelect));
  });
}

/** dtc's checks of PCI, simple, I2C and SPI buses. They note in `buses` what kind each node is, for others. */
export function busChecks(buses: Buses): readonly Check[] {
  return [
    pciBridge(buses),
    pciDeviceReg(buses),
    pciDeviceBusNum(buses),
    simpleBusBridge(buses),
    simpleBusReg(buses),
    among('parents', i2cBusBridge(buses)),
    i2cBusReg(buses),
    among('parents', spiBusBridge(buses)),
    spiBusReg(buses),
  ];
}
