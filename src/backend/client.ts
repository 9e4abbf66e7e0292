import { BusFault, I2C_M, type I2cMessage } from '../bus/index.ts';

/** Marks a ten-bit address among the units of an I2C bus: 0x050 and ten-bit 0x050 are two targets. */
const TEN_BIT_UNIT = 0x1_0000;

/** What has units that can be owned. */
type OwnedKind = 'i2c' | 'spi' | 'gpio';

/** What is owned on a bus: an I2C address (ten-bit ones apart) or an SPI chip select, as one number. */
export function i2cUnit(message: Pick<I2cMessage, 'addr' | 'flags'>): number {
  return (message.flags & I2C_M.TEN) === 0 ? message.addr : message.addr | TEN_BIT_UNIT;
}

/** `0x48`, `0x148 (ten-bit)`; chip selects and lines print as they are. */
export function unitName(kind: OwnedKind, unit: number): string {
  if (kind !== 'i2c') return `${kind === 'spi' ? 'chip select' : 'line'} ${unit}`;
  const hex = (unit & 0x3ff).toString(16).padStart(2, '0');
  return `address 0x${hex}${unit >= TEN_BIT_UNIT ? ' (ten-bit)' : ''}`;
}

/**
 * Who asks: one front-end, be it the board's own FE drivers or a guest at a socket. It may be confined to
 * some units of each bus; what it owns is kept by the bus, so that two clients cannot own the same.
 */
export class Client {
  readonly name: string;
  /** What it has used with success is its own from then on. */
  readonly exclusive: boolean;
  #confinement: Map<string, ReadonlySet<number>> | undefined;

  constructor(name: string, options: { readonly exclusive?: boolean } = {}) {
    this.name = name;
    this.exclusive = options.exclusive ?? false;
  }

  /** From now on the client reaches only these units of that bus. */
  confine(busPath: string, units: Iterable<number>): void {
    this.#confinement ??= new Map();
    this.#confinement.set(busPath, new Set(units));
  }

  mayTouch(busPath: string, unit: number): boolean {
    const units = this.#confinement?.get(busPath);
    return units === undefined || units.has(unit);
  }
}

/** Which client owns which unit of one bus, or which line of a GPIO controller. */
export class Ownership {
  readonly #owners = new Map<number, Client>();
  readonly #kind: OwnedKind;
  readonly #busPath: string;

  constructor(kind: OwnedKind, busPath: string) {
    this.#kind = kind;
    this.#busPath = busPath;
  }

  /** Makes `client` the only one that may use `unit`. @throws {BusFault} `EBUSY` another owns it. */
  claim(client: Client, unit: number): void {
    this.check(client, unit);
    this.#owners.set(unit, client);
  }

  /** After a success: an exclusive client now owns what was nobody's. */
  used(client: Client, unit: number): void {
    if (client.exclusive && !this.#owners.has(unit)) this.#owners.set(unit, client);
  }

  release(client: Client, unit?: number): void {
    for (const [owned, owner] of this.#owners) {
      if (owner === client && (unit === undefined || unit === owned)) this.#owners.delete(owned);
    }
  }

  ownerOf(unit: number): Client | undefined {
    return this.#owners.get(unit);
  }

  /** @throws {BusFault} `EBUSY` owned by another, `EPERM` outside of what the client may touch. */
  check(client: Client, unit: number): void {
    const owner = this.#owners.get(unit);
    if (owner !== undefined && owner !== client) {
      throw new BusFault(
        'EBUSY',
        `${this.#busPath}: ${unitName(this.#kind, unit)} is owned by ${owner.name}`,
      );
    }
    if (!client.mayTouch(this.#busPath, unit)) {
      throw new BusFault(
        'EPERM',
        `${this.#busPath}: ${client.name} may not use ${unitName(this.#kind, unit)}`,
      );
    }
  }
}
