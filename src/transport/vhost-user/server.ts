import { rmSync, statSync } from 'node:fs';
import {
  acceptUnix,
  connectUnix,
  type FileDescriptor,
  listenUnix,
  OsError,
  POLL,
  socketKind,
} from '../../os/index.ts';
import type { VirtioDevice } from '../../virtio/index.ts';
import { type ProtocolOptions, VhostUserConnection } from './connection.ts';
import type { EventLoop } from './event-loop.ts';

/** One front-end at a socket of ours. */
export interface Connection {
  /** Counts the connections of a server from 1. */
  readonly number: number;
}

export interface ServerOptions extends ProtocolOptions {
  /** A device of its own for each front-end. It is reset when its connection ends. */
  readonly createDevice: (connection: Connection) => VirtioDevice;
  /** Told what happens, a sentence each, with the connection's number where it is about one. */
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
  #path: string | undefined;
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
    removeStale(path);
    this.#listener = listenUnix(path);
    this.#path = path;
    this.#watch(this.#listener);
  }

  /**
   * Serves a front-end that listens itself, as QEMU's `server=on` does: the only way in which its I2C device
   * takes a back-end back that died. @throws {OsError} ENOENT, ECONNREFUSED
   */
  connect(path: string): void {
    this.serve(connectUnix(path));
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
    const connection = { number: ++this.#count };
    const { createDevice, trace, onDisconnect, inBand = false, memorySlots = false } = this.#options;
    try {
      const device = createDevice(connection);
      const backEnd = new VhostUserConnection(socket, device, this.#loop, {
        inBand,
        memorySlots,
        trace: (sentence) => trace?.(sentence, connection),
        onClose: (reason) => {
          this.#connections.delete(backEnd);
          trace?.(`connection ended: ${reason}`, connection);
          onDisconnect?.(connection, device, reason);
        },
      });
      this.#connections.add(backEnd);
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
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
    this.#path = undefined;
    for (const connection of this.#connections) connection.close('the server is closing');
  }

  #watch(listener: FileDescriptor): void {
    this.#unwatch = this.#loop.watch(listener.fd, POLL.IN, () => {
      try {
        for (let socket = acceptUnix(listener.fd); socket !== undefined; socket = acceptUnix(listener.fd)) {
          this.serve(socket);
        }
      } catch (error) {
        // Out of descriptors, say: those that are connected go on.
        if (!(error instanceof OsError)) throw error;
        this.#options.trace?.(`cannot accept a connection: ${error.message}`);
      }
    });
  }
}

/** Takes away a socket at `path` that nobody answers at. */
function removeStale(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  try {
    connectUnix(path).close();
  } catch (error) {
    if (error instanceof OsError && error.code === 'ECONNREFUSED') rmSync(path);
    return;
  }
  throw OsError.of('bind', 'EADDRINUSE', `another server is listening at ${path}`);
}
