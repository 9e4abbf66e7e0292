import { type Reach, unitName } from '../../backend/index.ts';
import { type DeviceNode, wellFormed } from '../../bus/index.ts';
import { type BusKind, channelsBehind, clientsOf } from '../../frontend/index.ts';
import { type I2cPart, i2cAddresses, type Part } from '../../sim/index.ts';
import { BoardError } from '../board-error.ts';

/** On a client of a bus: the guest that alone may use it. */
const OWNER = 'dtbus,owner';
/** An owner has a folder of this name, with sockets in it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The parts that are simulated, by the path of their nodes. */
type SimulatedParts = readonly { readonly path: string; readonly part: Part }[];

/** The owners that the clients of a bus name, each once. @throws {BoardError} a name that cannot be a folder's. */
export function ownersOf(bus: DeviceNode): readonly string[] {
  const owners = new Set<string>();
  for (const client of clientsOf(bus)) {
    if (!client.has(OWNER)) continue;
    const name = client.string(OWNER) ?? '';
    if (!NAME.test(name)) {
      throw new BoardError(
        `${client.path}: ${OWNER}: an owner is called by letters, digits, "_", "." and "-", not ${JSON.stringify(name)}`,
      );
    }
    owners.add(name);
  }
  return [...owners];
}

/** Whose a client is; `undefined` for one that names no owner. */
export function ownerOf(client: DeviceNode): string | undefined {
  return client.has(OWNER) ? client.string(OWNER) : undefined;
}

/** Does the client belong to `owner`? `undefined` has what names no owner. */
export function isOwnedBy(client: DeviceNode, owner: string | undefined): boolean {
  return ownerOf(client) === owner;
}

/** Who can hear a transfer on a bus. */
export interface Hearers {
  readonly bus: DeviceNode;
  /** The clients of the bus, and of a channel those of the buses that it hangs on. */
  readonly clients: readonly DeviceNode[];
  /** Those on channels of the bus, of which one may be connected. */
  readonly below: readonly DeviceNode[];
}

/**
 * The units of a bus that `owner` may reach: what its clients' `reg` says, what the parts that are simulated
 * there answer, and both for what is behind a mux of its own. Undefined where no client names an owner: then
 * everybody reaches everything.
 *
 * Once one does, what no client names is nobody's. The general call would reach every part of the bus, and an
 * address that only seems free may be another's second one.
 *
 * @throws {BoardError} a unit of two owners
 */
export function unitsOwnedBy(
  owner: string | undefined,
  kind: BusKind,
  { bus, clients, below }: Hearers,
  parts: SimulatedParts,
): ReadonlySet<number> | undefined {
  if (![...clients, ...below].some((client) => client.has(OWNER))) return undefined;
  const owned = new Set<number>();
  const others = new Set<number>();
  for (const client of clients) {
    const units = isOwnedBy(client, owner) ? owned : others;
    for (const unit of unitsAt(kind, client, parts)) units.add(unit);
  }
  const shared = [...owned].find((unit) => others.has(unit));
  if (shared !== undefined) {
    throw new BoardError(
      `${bus.path}: ${unitName(kind, shared)} belongs to clients of two owners (${OWNER})`,
    );
  }
  for (const client of below) {
    if (isOwnedBy(client, owner)) continue;
    for (const unit of unitsAt(kind, client, parts)) owned.delete(unit);
  }
  return owned;
}

/** The units of a client of a bus; of a client behind a mux its own. */
export function unitsAt(kind: BusKind, client: DeviceNode, parts: SimulatedParts): readonly number[] {
  return kind === 'i2c' ? i2cUnits(client, parts) : (client.u32s('reg') ?? []);
}

function i2cUnits(client: DeviceNode, parts: SimulatedParts): number[] {
  const inTree = (node: DeviceNode): number[] => [
    ...i2cAddresses(node),
    ...channelsBehind(node).flatMap((channel) => channel.children.flatMap(inTree)),
  ];
  const answered = partsOf(client, parts).flatMap((part) => part.addresses);
  return [...inTree(client), ...answered];
}

/** The parts of a client and of what is behind it. */
function partsOf(client: DeviceNode, parts: SimulatedParts): I2cPart[] {
  return parts
    .filter(({ path }) => path === client.path || path.startsWith(`${client.path}/`))
    .flatMap(({ part }) => ('addresses' in part ? [part as I2cPart] : []));
}

/**
 * What a transfer to a unit of an I2C bus reaches, for `Ownership.setReach`: a part with all its addresses, a mux with
 * all that is behind it (who may switch it decides what the others reach), and who hears an address that is shared.
 */
export function reachOn(bus: DeviceNode, parts: () => SimulatedParts): (unit: number) => Reach {
  return (unit) => {
    const present = parts();
    const clients = clientsOf(bus).map((client) => ({
      client,
      units: wellFormed(() => i2cUnits(client, present)) ?? [],
    }));
    const hears = (client: DeviceNode) =>
      partsOf(client, present).some((part) => part.sharedAddresses?.includes(unit));
    return {
      part: clients.find(({ units }) => units.includes(unit))?.units ?? [unit],
      others: clients.filter(({ client }) => hears(client)).flatMap(({ units }) => units),
    };
  };
}

/** Sentences about owners that have no effect: a mux belongs to one owner with all that is behind it. */
export function ownersWithoutEffect(bus: DeviceNode): readonly string[] {
  const below = (client: DeviceNode): DeviceNode[] =>
    channelsBehind(client).flatMap(({ children }) => children.flatMap((child) => [child, ...below(child)]));
  return clientsOf(bus).flatMap((mux) =>
    below(mux)
      .filter((client) => client.has(OWNER) && ownerOf(client) !== ownerOf(mux))
      .map(({ path }) => `${path}: ${OWNER} has no effect behind a mux; set it on ${mux.path}`),
  );
}
