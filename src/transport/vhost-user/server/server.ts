import {
  acceptUnix,
  connectUnixLater,
  type FileDescriptor,
  listenUnix,
  OsError,
  type Peer,
  POLL,
  peerOfSocket,
  socketKind,
} from '../../../os/index.ts';
import type { VirtioDevice } from '../../../virtio/index.ts';
import {
  type ConnectionOptions,
  type ProtocolOptions,
  VhostUserConnection,
} from '../connection/connection.ts';
import type { EventLoop } from '../event-loop.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { ConnectionTable } from './connection-table.ts';
import { removerOf, removeStaleSocket } from './socket-file.ts';

/** How many are accepted before others have their turn. */
const ACCEPTS_PER_TURN = 4;
const BACK_OFF_MS = 100;

/** One front-end at a socket of ours. */
interface Connection {
  /** Counts the connections of a server from 1. */
  readonly number: number;
  readonly peer: Peer;
}

export interface ServerOptions extends ProtocolOptions {
  /** See `ConnectionOptions`. */
  readonly tell?: ConnectionOptions['tell'];
  /** Other limits than `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** A device of its own for each front-end. It is reset when its connection ends. */
  readonly createDevice: (connection: Connection) => VirtioDevice;
  /** Told who comes, who goes and who is not let in, a sentence each. */
  readonly log?: (sentence: string, connection?: Connection) => void;
  /** Told what happens, that too, a sentence each, with the connection's number where it is about one. */
  readonly trace?: (sentence: string, connection?: Connection) => void;
  /** Called when a connection is over and everything of it is freed. */
  readonly onDisconnect?: (connection: Connection, device: VirtioDevice, reason: string) => void;
}

/** A vhost-user back-end at a socket: any number of front-ends, a connection and a device each. */
export class BackEndServer {
  readonly #loop: EventLoop;
  readonly #options: ServerOptions;
  readonly #connections = new Set<VhostUserConnection>();
  #listener: FileDescriptor | undefined;
  #unwatch: (() => void) | undefined;
  #removePath: () => void = () => {};
  /** The last connection could not be accepted. */
  #failing = false;
  #count = 0;

  constructor(loop: EventLoop, options: ServerOptions) {
    this.#loop = loop;
    this.#options = options;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Whether more may come than those that are connected. */
  get listening(): boolean {
    return this.#listener !== undefined;
  }

  /**
   * Listens at exactly `path`, for its owner only (0600). A socket that a dead server left there is replaced.
   * @throws {OsError} EADDRINUSE when one is being served there or when it is no socket.
   */
  listen(path: string): void {
    removeStaleSocket(path);
    this.#listener = listenUnix(path);
    this.#removePath = removerOf(path);
    this.#watch(this.#listener);
  }

  /**
   * Serves a front-end that listens itself, as QEMU's `server=on` does: the only way in which its I2C device
   * takes a back-end back that died. Gives up when `signal` aborts. @throws {OsError} ENOENT, ECONNREFUSED, ETIMEDOUT
   */
  async connect(path: string, signal?: AbortSignal): Promise<void> {
    this.serve(await connectUnixLater(path, signal));
  }

  /**
   * Serves an inherited descriptor (`--fd N`): a listening socket, or one that is connected already.
   * @throws {OsError} ENOTSOCK for anything else.
   */
  adopt(file: FileDescriptor): void {
    const kind = socketKind(file.fd);
    if (kind === 'connected') {
      this.serve(file);
    } else if (kind === 'listening') {
      this.#listener = file;
      this.#watch(file);
    } else {
      throw OsError.of('--fd', 'ENOTSOCK', `descriptor ${file.fd} is not a unix stream socket`);
    }
  }

  /** Serves one connected socket, which it takes over. @throws what `createDevice` throws */
  serve(socket: FileDescriptor): VhostUserConnection {
    const { connectionsPerSocket, connections } = { ...DEFAULT_LIMITS, ...this.#options.limits };
    const table = ConnectionTable.of(this.#loop);
    const { createDevice, trace, onDisconnect, inBand = false, memorySlots = false } = this.#options;
    const { limits, tell } = this.#options;
    try {
      const peer = peerOfSocket(socket.fd);
      const connection = { number: ++this.#count, peer };
      const refusal = table.makeRoom(peer.process, this, connectionsPerSocket, connections);
      if (refusal !== undefined) throw OsError.of('accept', 'ECONNREFUSED', refusal);
      const device = createDevice(connection);
      const backEnd = new VhostUserConnection(socket, device, this.#loop, {
        inBand,
        memorySlots,
        tell,
        ...(limits === undefined ? {} : { limits }),
        trace: (sentence) => trace?.(sentence, connection),
        onClose: (reason) => {
          this.#connections.delete(backEnd);
          table.remove(entry);
          this.#log(`connection ended: ${reason}`, connection);
          onDisconnect?.(connection, device, reason);
        },
      });
      const entry = {
        process: peer.process,
        socket: this,
        isRunning: () => backEnd.isRunning(),
        close: (reason: string) => backEnd.close(reason),
      };
      table.add(entry);
      this.#connections.add(backEnd);
      this.#options.log?.(`connected: process ${peer.process} of user ${peer.user}`, connection);
      trace?.('connected', connection);
      return backEnd;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Ends all connections, stops listening and takes the socket away. */
  close(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#listener?.close();
    this.#removePath();
    this.#removePath = () => {};
    for (const connection of this.#connections) connection.close('the server is closing');
  }

  #log(sentence: string, connection?: Connection): void {
    this.#options.log?.(sentence, connection);
    this.#options.trace?.(sentence, connection);
  }

  #watch(listener: FileDescriptor): void {
    this.#unwatch = this.#loop.watch(listener.fd, POLL.IN, () => {
      try {
        for (let taken = 0; taken < ACCEPTS_PER_TURN; taken++) {
          const socket = acceptUnix(listener.fd);
          if (socket === undefined) break;
          this.#takeIn(socket);
        }
        this.#failing = false;
      } catch (error) {
        if (!(error instanceof OsError)) throw error;
        this.#backOff(listener, error);
      }
    });
  }

  /** One that cannot be served does not keep others out. */
  #takeIn(socket: FileDescriptor): void {
    try {
      this.serve(socket);
    } catch (error) {
      if (!(error instanceof OsError)) throw error;
      this.#log(`cannot accept a connection: ${error.message}`);
    }
  }

  /** Out of descriptors, say: those that are connected go on, and it is tried again a little later. */
  #backOff(listener: FileDescriptor, error: OsError): void {
    if (!this.#failing) this.#log(`cannot accept a connection: ${error.message}`);
    this.#failing = true;
    this.#unwatch?.();
    const again = setTimeout(() => {
      if (listener.isOpen) this.#watch(listener);
      this.#loop.wake();
    }, BACK_OFF_MS);
    this.#unwatch = () => clearTimeout(again);
  }
}
