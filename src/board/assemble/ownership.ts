import { type Reach, unitName } from '../../backend/index.ts';
import { type DeviceNode, NodeError, type NodeProblem, wellFormed } from '../../bus/index.ts';
import { type BusKind, channelsBehind, clientsOf } from '../../frontend/index.ts';
import { shown } from '../../input/index.ts';
import { type I2cPart, i2cAddresses, type Part } from '../../sim/index.ts';

/** On a client of a bus: the guest that alone may use it. */
const OWNER = 'dtbus,owner';
/** An owner has a folder of this name, with sockets in it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The parts that are simulated, by the path of their nodes. */
type SimulatedParts = readonly { readonly path: string; readonly part: Part }[];

/** The owner of what nobody may use, as its owner is named wrongly: no socket is made for it. */
const NOBODY = '';

/** The owners that the clients of a bus name, each once. */
export function ownersOf(bus: DeviceNode): readonly string[] {
  const owners = clientsOf(bus).map(ownerOf);
  return [...new Set(owners)].filter((owner) => owner !== undefined && owner !== NOBODY) as string[];
}

/** Whose a client is; `undefined` for one that names no owner. */
export function ownerOf(client: DeviceNode): string | undefined {
  if (!client.has(OWNER)) return undefined;
  const name = wellFormed(() => client.string(OWNER)) ?? '';
  return NAME.test(name) ? name : NOBODY;
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
 * address that only seems free may be another's second one. What clients of two owners have is nobody's, too.
 */
export function unitsOwnedBy(
  owner: string | undefined,
  kind: BusKind,
  { clients, below }: Hearers,
  parts: SimulatedParts,
): ReadonlySet<number> | undefined {
  if (![...clients, ...below].some((client) => client.has(OWNER))) return undefined;
  const own = clients.filter((client) => isOwnedBy(client, owner));
  const owned = new Set(own.flatMap((client) => unitsAt(kind, client, parts)));
  for (const client of [...clients, ...below]) {
    if (isOwnedBy(client, owner)) continue;
    for (const unit of unitsAt(kind, client, parts)) owned.delete(unit);
  }
  return owned;
}

/** What is wrong with the owners of a bus's clients. Nobody reaches what is told of; the others go on. */
export function ownerProblems(
  kind: BusKind,
  { bus, clients }: Hearers,
  parts: SimulatedParts,
): readonly NodeProblem[] {
  if (!clients.some((client) => client.has(OWNER))) return [];
  const wrong = clientsOf(bus)
    .filter((client) => ownerOf(client) === NOBODY)
    .map(invalidOwner);
  const owners = new Map<number, Set<string | undefined>>();
  for (const client of clients)
    for (const unit of unitsAt(kind, client, parts))
      owners.set(unit, (owners.get(unit) ?? new Set()).add(ownerOf(client)));
  const contested = [...owners].filter(([, { size }]) => size > 1).map(([unit]) => unitName(kind, unit));
  if (contested.length === 0) return wrong;
  const verb = contested.length === 1 ? 'belongs' : 'belong';
  const sentence = `${contested.join(', ')} ${verb} to clients of two owners (${OWNER}): no client may use it`;
  return [...wrong, { path: bus.path, property: undefined, sentence, message: `${bus.path}: ${sentence}` }];
}

function invalidOwner(client: DeviceNode): NodeProblem {
  const name = wellFormed(() => client.string(OWNER));
  const got = name === undefined ? 'no string' : shown(name);
  return new NodeError(
    client,
    OWNER,
    `invalid owner: expected letters, digits, "_", "." and "-", got ${got}; no client may use the part`,
  );
}

/** The units of a client of a bus; of a client behind a mux its own. None where its `reg` is malformed: it is on no bus. */
export function unitsAt(kind: BusKind, client: DeviceNode, parts: SimulatedParts): readonly number[] {
  return kind === 'i2c' ? i2cUnits(client, parts) : (wellFormed(() => client.u32s('reg')) ?? []);
}

function i2cUnits(client: DeviceNode, parts: SimulatedParts): number[] {
  const inTree = (node: DeviceNode): number[] => [
    ...(wellFormed(() => i2cAddresses(node)) ?? []),
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
      units: i2cUnits(client, present),
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
