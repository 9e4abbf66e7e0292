import { addressOf, BusFault, isTenBit } from '../../bus/index.ts';
import type { Client } from './client.ts';
import { type OwnedKind, unitName } from './units.ts';

/** What a transfer to one address reaches. */
export interface Reach {
  /** The units that are one with it: all addresses of a part; a mux and all that is behind it. */
  readonly part: readonly number[];
  /** Units of other parts that hear it too: of an address that several parts share, an all-call. */
  readonly others: readonly number[];
}

/** General call (UM10204 3.1.13) and alert response (SMBus 3.2, appendix A): whoever is there may answer. */
const BROADCASTS: readonly number[] = [0x00, 0x0c];

/** 1111 0xx as a seven-bit address: the first byte of a ten-bit one (UM10204 3.1.11). */
const TEN_BIT_PREFIX = 0x78;
const TEN_BIT_PREFIX_MASK = 0x7c;

/** Which client owns which unit of one bus, or which line of a GPIO controller. */
export class Ownership {
  readonly #owners = new Map<number, Client>();
  readonly #kind: OwnedKind;
  readonly #busPath: string;
  #reachOf: ((unit: number) => Reach) | undefined;

  constructor(kind: OwnedKind, busPath: string) {
    this.#kind = kind;
    this.#busPath = busPath;
  }

  /** Says which addresses belong together; without it each is a part of its own. Asked anew each time: parts change theirs. */
  setReach(reachOf: (unit: number) => Reach): void {
    this.#reachOf = reachOf;
  }

  /** Makes `client` the only one that may use `unit`. @throws {BusFault} `EBUSY` another owns it. */
  claim(client: Client, unit: number): void {
    this.check(client, unit);
    this.#owners.set(unit, client);
  }

  /** An exclusive client had success: it now owns the whole part, where it was free. An address that all parts hear makes none of them its own. */
  used(client: Client, unit: number): void {
    if (this.#owners.has(unit) || this.#broadcastTo(unit) !== undefined) return;
    const { part, others } = this.#reach(unit);
    if (others.length > 0) return;
    for (const each of part) if (!this.#owners.has(each)) this.#owners.set(each, client);
  }

  release(client: Client, unit?: number): void {
    for (const [owned, owner] of this.#owners) {
      if (owner === client && (unit === undefined || unit === owned)) this.#owners.delete(owned);
    }
  }

  ownerOf(unit: number): Client | undefined {
    return this.#owners.get(unit);
  }

  /** @throws {BusFault} `EBUSY` reaches what another owns, `EPERM` outside of what the client may touch. */
  check(client: Client, unit: number): void {
    // What is its own was checked when it came to own it.
    if (this.#owners.size > 0 && this.#owners.get(unit) !== client) this.#checkOwners(client, unit);
    if (!client.mayTouch(this.#busPath, unit)) {
      throw new BusFault(
        'EPERM',
        `${this.#busPath}: ${client.name} may not use ${unitName(this.#kind, unit)}`,
      );
    }
  }

  #checkOwners(client: Client, unit: number): void {
    const { part, others } = this.#reach(unit);
    for (const reached of [unit, ...part, ...others, ...(this.#broadcastTo(unit) ?? [])]) {
      const owner = this.#owners.get(reached);
      if (owner === undefined || owner === client) continue;
      const name = unitName(this.#kind, reached);
      const how = reached === unit ? name : `${unitName(this.#kind, unit)} reaches ${name}, which`;
      throw new BusFault('EBUSY', `${this.#busPath}: ${how} is owned by ${owner.name}`);
    }
  }

  #reach(unit: number): Reach {
    return this.#reachOf?.(unit) ?? { part: [unit], others: [] };
  }

  /** The owned units that hear an address of the bus's own; undefined for an address of one part. */
  #broadcastTo(unit: number): readonly number[] | undefined {
    if (this.#kind !== 'i2c') return undefined;
    if (BROADCASTS.includes(unit)) return [...this.#owners.keys()];
    if (isTenBit(unit) || (unit & TEN_BIT_PREFIX_MASK) !== TEN_BIT_PREFIX) return undefined;
    return [...this.#owners.keys()].filter((each) => isTenBit(each) && addressOf(each) >> 8 === (unit & 3));
  }
}
