import type { DataSheet, Registers } from '../data-sheet.ts';
import type { Behaviour, Kit, Part, Pin } from '../model.ts';
import { pinProperties } from './expander.ts';

/** MCP23017/MCP23S17 data sheet (DS20001952), table 3-1: the registers of a port, in their order. */
const PORT_REGISTERS = [
  'IODIR',
  'IPOL',
  'GPINTEN',
  'DEFVAL',
  'INTCON',
  'IOCON',
  'GPPU',
  'INTF',
  'INTCAP',
  'GPIO',
  'OLAT',
] as const;
const REGISTER = {
  IODIR: 0,
  IPOL: 1,
  GPINTEN: 2,
  DEFVAL: 3,
  INTCON: 4,
  IOCON: 5,
  GPPU: 6,
  INTF: 7,
  INTCAP: 8,
  GPIO: 9,
  OLAT: 10,
};
const REGISTERS_OF_PORT = PORT_REGISTERS.length;

const IOCON = { BANK: 0x80, MIRROR: 0x40, SEQOP: 0x20, HAEN: 0x08, ODR: 0x04, INTPOL: 0x02 } as const;
const IOCON_FIELDS = { MIRROR: 6, SEQOP: 5, DISSLW: 4, HAEN: 3, ODR: 2, INTPOL: 1 } as const;

/** As the bus sees them after power-on: with two ports in turn, A and B. */
function registersOf(ports: number): Registers {
  const suffixes = ports === 1 ? [''] : ['A', 'B'];
  return Object.fromEntries(
    PORT_REGISTERS.flatMap((name, register) =>
      suffixes.map((suffix, port) => [
        `${name}${suffix}`,
        {
          at: register * ports + port,
          reset: name === 'IODIR' ? 0xff : 0,
          ...(name === 'INTF' || name === 'INTCAP' ? ({ access: 'ro' } as const) : {}),
          ...(name === 'IOCON' ? { fields: ports === 1 ? IOCON_FIELDS : { BANK: 7, ...IOCON_FIELDS } } : {}),
        },
      ]),
    ),
  );
}

/** The model of one part; MCP23008 has one port, MCP23017 two, and the S names sit on SPI. */
class Mcp23017 {
  readonly #ports: number;
  readonly #lines: readonly Pin[];
  /** By port, then by register: how IOCON.BANK shows them does not matter here. */
  readonly #registers: Uint8Array;
  readonly #pins = { iocon: 0, last: 0 };
  readonly #sense: { inputs: number; driven: number };

  constructor(ports: number, kit: Kit) {
    this.#ports = ports;
    this.#sense = kit.sense as { inputs: number; driven: number };
    this.#registers = new Uint8Array(ports * REGISTERS_OF_PORT);
    this.#lines = Object.values(kit.pin);
    kit.keep({ registers: this.#registers });
    kit.keep(this.#pins);
    this.reset();
  }

  get pins(): number {
    let levels = 0;
    for (let port = 0; port < this.#ports; port++) levels |= this.#levels(port) << (8 * port);
    return levels;
  }

  get outputs(): number {
    let outputs = 0;
    for (let port = 0; port < this.#ports; port++)
      outputs |= (~this.#get(port, REGISTER.IODIR) & 0xff) << (8 * port);
    return outputs;
  }

  /** IOCON.HAEN: the chip looks at its address pins on SPI. */
  get addressed(): boolean {
    return (this.#pins.iocon & IOCON.HAEN) !== 0;
  }

  reset(): void {
    this.#registers.fill(0);
    for (let port = 0; port < this.#ports; port++) this.#set(port, REGISTER.IODIR, 0xff);
    this.#pins.iocon = 0;
    this.#pins.last = this.pins;
    this.drive();
  }

  read(address: number): number {
    const { port, register } = this.#decode(address);
    if (register === REGISTER.IOCON) return this.#pins.iocon;
    if (register === REGISTER.GPIO) {
      this.#acknowledge(port);
      return this.#levels(port) ^ (this.#get(port, REGISTER.IPOL) & this.#get(port, REGISTER.IODIR));
    }
    if (register === REGISTER.INTCAP) this.#acknowledge(port);
    return register < 0 ? 0 : this.#get(port, register);
  }

  write(address: number, value: number): void {
    const { port, register } = this.#decode(address);
    switch (register) {
      case -1:
      case REGISTER.INTF:
      case REGISTER.INTCAP:
        return;
      case REGISTER.IOCON:
        // One port has no banks to choose from.
        this.#pins.iocon = value & (this.#ports === 2 ? 0xfe : 0x3e);
        break;
      case REGISTER.GPIO:
        this.#set(port, REGISTER.OLAT, value);
        break;
      default:
        this.#set(port, register, value);
    }
    this.lookForInterrupts();
  }

  next(address: number): number {
    const banked = this.#ports === 1 || (this.#pins.iocon & IOCON.BANK) !== 0;
    if ((this.#pins.iocon & IOCON.SEQOP) !== 0) return banked ? address : address ^ 1;
    const last = this.#ports * REGISTERS_OF_PORT - 1;
    if (!banked) return address >= last ? 0 : address + 1;
    return (address & 0x0f) >= REGISTERS_OF_PORT - 1 ? address & 0x10 : address + 1;
  }

  /** 3.6: an enabled input that changed, or that differs from DEFVAL. INTCAP holds until it is read. */
  lookForInterrupts(): void {
    for (let port = 0; port < this.#ports; port++) {
      const levels = this.#levels(port);
      const before = (this.#pins.last >> (8 * port)) & 0xff;
      const compared = this.#get(port, REGISTER.INTCON);
      const reference = (this.#get(port, REGISTER.DEFVAL) & compared) | (before & ~compared);
      const enabled = this.#get(port, REGISTER.GPINTEN) & this.#get(port, REGISTER.IODIR);
      const flags = (levels ^ reference) & enabled;
      if (flags === 0 || this.#get(port, REGISTER.INTF) !== 0) continue;
      this.#set(port, REGISTER.INTF, flags);
      this.#set(port, REGISTER.INTCAP, levels);
    }
    this.#pins.last = this.pins;
    this.drive();
  }

  drive(): void {
    const { iocon } = this.#pins;
    const activeHigh = (iocon & IOCON.INTPOL) !== 0 && (iocon & IOCON.ODR) === 0;
    const asserted = Array.from({ length: this.#ports }, (_, port) => this.#get(port, REGISTER.INTF) !== 0);
    const any = asserted.includes(true);
    for (const [port, line] of this.#lines.entries()) {
      line.set(((iocon & IOCON.MIRROR) !== 0 ? any : (asserted[port] ?? false)) === activeHigh);
    }
  }

  /** IOCON.BANK = 0: the ports take turns; 1: port B begins at 10h. */
  #decode(address: number): { port: number; register: number } {
    const banked = this.#ports === 1 || (this.#pins.iocon & IOCON.BANK) !== 0;
    const port = this.#ports === 1 ? 0 : banked ? (address >> 4) & 1 : address & 1;
    const register = banked ? address & 0x0f : address >> 1;
    return { port, register: register < REGISTERS_OF_PORT ? register : -1 };
  }

  #get(port: number, register: number): number {
    return this.#registers[port * REGISTERS_OF_PORT + register] as number;
  }

  #set(port: number, register: number, value: number): void {
    this.#registers[port * REGISTERS_OF_PORT + register] = value;
  }

  /** A test said what the outside does to all pins. */
  sensed(name: string): void {
    if (name === 'inputs') this.#sense.driven = 2 ** (8 * this.#ports) - 1;
    this.lookForInterrupts();
  }

  drivePin(pin: number, high: boolean | undefined): void {
    const bit = 1 << pin;
    this.#sense.driven = high === undefined ? this.#sense.driven & ~bit : this.#sense.driven | bit;
    this.#sense.inputs = high === true ? this.#sense.inputs | bit : this.#sense.inputs & ~bit;
    this.lookForInterrupts();
  }

  /** 3.5.7: GPPU pulls up an input that nothing drives. Without it the input floats; it reads 0 here. */
  #levels(port: number): number {
    const inputs = this.#get(port, REGISTER.IODIR);
    const driven = (this.#sense.driven >> (8 * port)) & 0xff;
    const outside = (this.#sense.inputs >> (8 * port)) & driven;
    const external = outside | (this.#get(port, REGISTER.GPPU) & ~driven);
    return (external & inputs) | (this.#get(port, REGISTER.OLAT) & ~inputs & 0xff);
  }

  #acknowledge(port: number): void {
    this.#set(port, REGISTER.INTF, 0);
    this.lookForInterrupts();
  }
}

/** The binding has one byte, older trees a cell: the last byte has the bits in both. */
function spiAddress({ node, fault }: Kit): number {
  const property = node.has('mcp,spi-present-mask') ? 'mcp,spi-present-mask' : 'microchip,spi-present-mask';
  const address = Math.log2(node.bytes(property)?.at(-1) ?? 1);
  if (Number.isInteger(address)) return address;
  throw fault(property, 'expected one of bits 0 to 7: one chip for each chip select is simulated');
}

function model(ports: number, kit: Kit): Behaviour {
  const address = kit.bus === 'spi' ? spiAddress(kit) : 0;
  const chip = new Mcp23017(ports, kit);
  return {
    reset: () => chip.reset(),
    restored: () => chip.drive(),
    sensed: (name) => chip.sensed(name),
    drivePin: (pin, high) => chip.drivePin(pin, high),
    readAny: (register) => chip.read(register),
    writeAny: (register, value) => chip.write(register, value),
    next: (register) => chip.next(register),
    /** The address pins count only with IOCON.HAEN. */
    addressed: (header) => !chip.addressed || ((header >> 9) & 7) === address,
    properties: chip,
  };
}

const ROWS = [
  { compatible: ['microchip,mcp23008'], name: 'MCP23008', ports: 1, bus: 'i2c' },
  { compatible: ['microchip,mcp23s08'], name: 'MCP23S08', ports: 1, bus: 'spi' },
  { compatible: ['microchip,mcp23017', 'microchip,mcp23018'], name: 'MCP23017', ports: 2, bus: 'i2c' },
  { compatible: ['microchip,mcp23s17'], name: 'MCP23S17', ports: 2, bus: 'spi' },
] as const;

const BUS = {
  i2c: { i2c: { form: 'byte registers', address: 0x20 } },
  // Device opcode `0100 A2 A1 A0 R/W`, then the register.
  spi: {
    spi: {
      form: 'registers',
      modes: 0b1001,
      maxSpeedHz: 10_000_000,
      header: { bytes: 2, read: 0x0100, address: 0xff, opcode: [0xf000, 0x4000] },
    },
  },
} as const satisfies Record<string, DataSheet['bus']>;

export const parts: readonly Part[] = ROWS.map(({ compatible, name, ports, bus }) => {
  const properties = pinProperties(8 * ports);
  return {
    compatible,
    title: `${name} GPIO expander, ${8 * ports} pins`,
    source: ports === 1 ? 'Microchip DS21919' : 'Microchip DS20001952',
    notModelled: ['a floating input: it reads 0', 'several chips on one chip select (HAEN)'],
    node: 'gpio',
    ...(bus === 'spi'
      ? {
          nodeProperties: {
            'microchip,spi-present-mask': {
              type: 'bytes',
              doc: 'bit n set: the chip has address n',
            } as const,
          },
        }
      : {}),
    bus: BUS[bus],
    registers: registersOf(ports),
    ...properties,
    senses: {
      inputs: { ...properties.senses['inputs'], initial: 0 } as NonNullable<DataSheet['senses']>[string],
      driven: {
        kind: 'integer',
        range: [0, 2 ** (8 * ports) - 1],
        initial: 0,
        doc: 'pins that the outside drives, all once `inputs` is set; the others are pulled up by GPPU',
      },
    },
    pins: ports === 1 ? ['INT'] : ['INTA', 'INTB'],
    model: (_registers, kit) => model(ports, kit),
  };
});
