import { type DeviceNode, NodeError } from '../../bus/index.ts';
import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { SpiByteRegisters, type SpiInterface } from '../chip/spi-byte-registers.ts';
import { gpioProperties } from '../kit/gpio-pins.ts';
import { Line } from '../kit/line.ts';
import type { PartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** Microchip MCP23017/MCP23S17 (DS20001952), table 3-1: the registers of a port, in their order. */
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
} as const;
const REGISTERS_OF_PORT = 11;

const IOCON = { BANK: 0x80, MIRROR: 0x40, SEQOP: 0x20, HAEN: 0x08, ODR: 0x04, INTPOL: 0x02 } as const;

/** MCP23008 has one port, MCP23017 two; the S names sit on SPI. */
class Mcp23s08 implements ByteRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #ports: number;
  /** By port, then by register. */
  readonly #registers: Uint8Array;
  readonly #pins = { external: 0, iocon: 0, last: 0 };

  constructor(ports: number) {
    this.#ports = ports;
    this.#registers = new Uint8Array(ports * REGISTERS_OF_PORT);
    this.lines = (ports === 1 ? ['INT'] : ['INTA', 'INTB']).map((name) => new Line(name));
    this.state = { registers: this.#registers, pins: this.#pins };
    this.reset();
  }

  get inputs(): number {
    return this.#pins.external;
  }

  set inputs(levels: number) {
    this.#pins.external = levels;
    this.#lookForInterrupts();
  }

  get pins(): number {
    let levels = 0;
    for (let port = 0; port < this.#ports; port++) levels |= this.#levels(port) << (8 * port);
    return levels;
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
    this.#drive();
  }

  restored(): void {
    this.#drive();
  }

  readRegister(address: number): number {
    const { port, register } = this.#decode(address);
    if (register === REGISTER.IOCON) return this.#pins.iocon;
    if (register === REGISTER.GPIO) {
      this.#acknowledge(port);
      return this.#levels(port) ^ (this.#get(port, REGISTER.IPOL) & this.#get(port, REGISTER.IODIR));
    }
    if (register === REGISTER.INTCAP) this.#acknowledge(port);
    return register < 0 ? 0 : this.#get(port, register);
  }

  writeRegister(address: number, value: number): void {
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
    this.#lookForInterrupts();
  }

  nextRegister(address: number): number {
    const banked = this.#ports === 1 || (this.#pins.iocon & IOCON.BANK) !== 0;
    if ((this.#pins.iocon & IOCON.SEQOP) !== 0) return banked ? address : address ^ 1;
    const last = this.#ports * REGISTERS_OF_PORT - 1;
    if (!banked) return address >= last ? 0 : address + 1;
    return (address & 0x0f) >= REGISTERS_OF_PORT - 1 ? address & 0x10 : address + 1;
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

  /** Inputs that nothing drives are low, or high by GPPU; the outside drives all of them here. */
  #levels(port: number): number {
    const inputs = this.#get(port, REGISTER.IODIR);
    const external = (this.#pins.external >> (8 * port)) & 0xff;
    return (external & inputs) | (this.#get(port, REGISTER.OLAT) & ~inputs & 0xff);
  }

  /** 3.6: an enabled input that changed, or that differs from DEFVAL. INTCAP holds until it is read. */
  #lookForInterrupts(): void {
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
    this.#drive();
  }

  #acknowledge(port: number): void {
    this.#set(port, REGISTER.INTF, 0);
    const compared = this.#get(port, REGISTER.INTCON) & this.#get(port, REGISTER.GPINTEN);
    if (compared !== 0) this.#lookForInterrupts();
    this.#drive();
  }

  #drive(): void {
    const { iocon } = this.#pins;
    const activeHigh = (iocon & IOCON.INTPOL) !== 0 && (iocon & IOCON.ODR) === 0;
    const asserted = Array.from({ length: this.#ports }, (_, port) => this.#get(port, REGISTER.INTF) !== 0);
    const any = asserted.includes(true);
    for (const [port, line] of this.lines.entries()) {
      line.set(((iocon & IOCON.MIRROR) !== 0 ? any : (asserted[port] ?? false)) === activeHigh);
    }
  }
}

/** Device opcode `0100 A2 A1 A0 R/W`, then the register address. */
const OPCODE = 0x40;

/** An opcode and a register before the data. The address pins count only with IOCON.HAEN. */
function spiInterface(chip: Mcp23s08, address: number): SpiInterface {
  return {
    spiModes: 0b1001,
    maxSpeedHz: 10_000_000,
    headerBytes: 2,
    parse(header) {
      const opcode = header >> 8;
      const forUs = (opcode & 0xf0) === OPCODE && (!chip.addressed || ((opcode >> 1) & 7) === address);
      return forUs ? { register: header & 0xff, read: (opcode & 1) !== 0, increment: true } : undefined;
    },
  };
}

/** The binding has one byte, older trees a cell: the last byte has the bits in both. */
function spiAddress(node: DeviceNode): number {
  const property = node.has('mcp,spi-present-mask') ? 'mcp,spi-present-mask' : 'microchip,spi-present-mask';
  const address = Math.log2(node.bytes(property)?.at(-1) ?? 1);
  if (Number.isInteger(address) && address < 8) return address;
  throw new NodeError(node, property, 'one chip a chip select is simulated: set one of bits 0 to 7');
}

export const models: readonly PartModel[] = [1, 2].flatMap((ports): PartModel[] => {
  const number = ports === 1 ? '08' : '17';
  const properties = gpioProperties(8 * ports);
  return [
    {
      compatible: [`microchip,mcp230${number}`, ...(ports === 2 ? ['microchip,mcp23018'] : [])],
      bus: 'i2c',
      title: `MCP230${number} GPIO expander, ${8 * ports} pins`,
      properties,
      create: (node) => new I2cByteRegisters(new Mcp23s08(ports), i2cAddress(node)),
    },
    {
      compatible: [`microchip,mcp23s${number}`],
      bus: 'spi',
      title: `MCP23S${number} GPIO expander, ${8 * ports} pins`,
      properties,
      create(node) {
        const chip = new Mcp23s08(ports);
        return new SpiByteRegisters(chip, spiInterface(chip, spiAddress(node)));
      },
    },
  ];
});
