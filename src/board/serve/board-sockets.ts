import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../../backend/index.ts';
import type { VirtioNode } from '../../frontend/index.ts';
import { BackEndServer, type EventLoop, TimeServer } from '../../transport/index.ts';
import type { BoardDevices } from '../assemble/board-devices.ts';
import { ownersOf } from '../assemble/ownership.ts';
import { BoardError } from '../board-error.ts';
import { CONTROL_SOCKET } from '../control/place.ts';
import type { ServeOptions } from './serve-options.ts';
import { checkPlace, type Offer, offerName, offersAt, takeFrontEnds } from './serve-place.ts';

/** A bus, or a GPIO controller, that waits for front-ends at a socket. */
export interface ServedBus {
  readonly node: VirtioNode;
  /** Path of the socket; `fd 3` for one that was inherited. */
  readonly socket: string;
  /** Whose socket it is: its front-ends reach what `dtbus,owner` gives this owner, and nothing else. */
  readonly owner: string | undefined;
}

/** In a folder of sockets, that of the clock. */
const TIME_SOCKET = 'time.sock';

/** The sockets of a board's buses and GPIO controllers: one for each owner of what is there, and of its clock. */
export class BoardSockets {
  readonly buses: ServedBus[] = [];
  /** Resolves when nobody can come any more: the one that was inherited connected has left. */
  readonly over: Promise<void>;
  readonly #backEnd: BoardDevices;
  readonly #loop: EventLoop;
  readonly #servers: BackEndServer[] = [];
  readonly #folders: string[] = [];
  #timeSocket: string | undefined;
  #time: TimeServer | undefined;
  #end: () => void = () => {};

  constructor(backEnd: BoardDevices, loop: EventLoop) {
    this.#backEnd = backEnd;
    this.#loop = loop;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** @throws {BoardError} @throws {OsError} a socket cannot be made */
  async open(options: ServeOptions): Promise<void> {
    const offers = offersAt(options, offersOf(this.#backEnd));
    checkPlace(
      options,
      offers,
      options.virtualTime === true ? [CONTROL_SOCKET, TIME_SOCKET] : [CONTROL_SOCKET],
    );
    if (options.virtualTime === true) this.#openTime(options);
    const { signal } = options;
    for (const offer of offers) {
      const server = this.#serverFor(offer, options);
      this.#servers.push(server);
      const socket = await takeFrontEnds(server, options, offer, { signal, onFolder: this.onFolder });
      this.buses.push({ node: offer.node, owner: offer.owner, socket });
    }
  }

  /** Told of every folder that is made for the sockets. */
  readonly onFolder = (folder: string): void => {
    this.#folders.push(folder);
  };

  get timeSocket(): string | undefined {
    return this.#timeSocket;
  }

  get time(): TimeServer | undefined {
    return this.#time;
  }

  /** Front-ends by socket. */
  get counts(): { readonly name: string; readonly count: number }[] {
    return this.#servers.map((server, at) => {
      const { node, owner } = this.buses[at] as ServedBus;
      return { name: offerName({ node, owner }), count: server.connections };
    });
  }

  /**
   * The sockets of one owner; undefined: of whoever is none.
   * @throws {BoardError} when no client has that owner
   */
  busesOf(owner: string | undefined): readonly ServedBus[] {
    const owned = this.buses.filter((bus) => bus.owner === owner);
    if (owned.length > 0 || owner === undefined) return owned;
    const owners = [...new Set(this.buses.flatMap((bus) => bus.owner ?? []))];
    throw new BoardError(
      `no client of the board has the owner ${owner} (dtbus,owner); owners: ${owners.join(', ') || 'none'}`,
    );
  }

  /** Ends all connections and takes the sockets away. */
  close(): void {
    this.#time?.close();
    this.#time = undefined;
    for (const server of this.#servers) server.close();
  }

  /** Takes away the folders that were made, for a board that did not come up. What others have put there stays. */
  removeFolders(): void {
    for (const folder of this.#folders.splice(0).reverse()) {
      try {
        rmdirSync(folder);
      } catch {
        // It is not empty.
      }
    }
  }

  #openTime(options: ServeOptions): void {
    const { steppedClock } = this.#backEnd;
    if (steppedClock === undefined || !('socketDirectory' in options))
      throw new BoardError('virtual time needs a stepped clock, and a folder for the sockets');
    const path = join(options.socketDirectory, TIME_SOCKET);
    this.#time = new TimeServer(path, this.#loop, steppedClock, (sentence) => options.log?.(sentence));
    this.#timeSocket = path;
  }

  /** A server whose every front-end is a client of its own. */
  #serverFor(offer: Offer, settings: ServeOptions): BackEndServer {
    const { log, trace, exclusive = false, limits } = settings;
    const inBand = settings.inBand === true || this.#time !== undefined;
    const { index, owner } = offer;
    const name = offerName(offer);
    const clients = new Map<number, Client>();
    const told = (sentence: string, connection?: { readonly number: number }) =>
      `${name}${connection === undefined ? '' : ` front-end ${connection.number}`}: ${sentence}`;
    const server = new BackEndServer(this.#loop, {
      ...(limits === undefined ? {} : { limits }),
      inBand,
      tell: this.#time?.tell,
      createDevice: ({ number }) => {
        const client = new Client(`${name} front-end ${number}`, { exclusive });
        this.#backEnd.confine(index, client, owner);
        clients.set(number, client);
        // A guest is a process of its own: it waits for its lines as it does for its buses.
        const device = this.#backEnd.deviceFor(index, client, true);
        if (device === undefined) throw new Error(`bus not found: ${name}`);
        return device;
      },
      onDisconnect: ({ number }) => {
        const client = clients.get(number);
        clients.delete(number);
        if (client !== undefined) this.#backEnd.manager.drop(client);
        if (!server.listening && server.connections === 0) this.#end();
      },
      log: (sentence, connection) => log?.(told(sentence, connection)),
      trace: (sentence, connection) => trace?.(told(sentence, connection)),
    });
    return server;
  }
}

/** Everything that there is to serve: each bus once for each owner of its clients, and once for who is none. */
function offersOf(backEnd: BoardDevices): Offer[] {
  const everybody = new Set(backEnd.devices.flatMap(({ node }) => ownersOf(node)));
  return backEnd.devices.flatMap((node, index) => {
    if (backEnd.deviceFor(index, new Client('nobody')) === undefined) return [];
    // Whoever has parts may have their interrupts.
    const owners = node.kind === 'gpio' ? everybody : ownersOf(node.node);
    return [undefined, ...owners].map((owner) => ({ node, index, owner }));
  });
}
