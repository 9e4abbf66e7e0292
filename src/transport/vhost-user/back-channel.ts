import { type FileDescriptor, OsError, POLL } from '../../os/index.ts';
import type { EventLoop } from './event-loop.ts';
import { NO_PAYLOAD, type Payload, VhostUserError } from './message.ts';
import { MessageSocket } from './message-socket.ts';
import { BACKEND_REQUEST, MESSAGE_FLAG } from './protocol.ts';

/** The back-end's own requests to the front-end, over the socket of SET_BACKEND_REQ_FD. */
export class BackChannel {
  readonly #socket: MessageSocket;
  readonly #unwatch: () => void;
  #open = true;

  /** Takes over the socket. @throws {VhostUserError} when it is none. */
  constructor(file: FileDescriptor, loop: EventLoop) {
    this.#socket = new MessageSocket(file);
    try {
      this.#unwatch = loop.watch(this.#socket.fd, POLL.IN, () => this.#dropReplies());
    } catch (error) {
      this.#socket.close();
      throw new VhostUserError(`cannot wait for the back channel: ${error}`, { cause: error });
    }
  }

  /** The configuration space has changed. */
  configChanged(): void {
    this.#send(BACKEND_REQUEST.CONFIG_CHANGE, 0, NO_PAYLOAD);
  }

  /** Used buffers, where the ring has no call descriptor. Acknowledged when the front-end can do that. */
  vringCall(ring: number, acknowledged: boolean): void {
    const flags = acknowledged ? MESSAGE_FLAG.NEED_REPLY : 0;
    this.#send(BACKEND_REQUEST.VRING_CALL, flags, { kind: 'vring-state', index: ring, num: 0 });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#unwatch();
    this.#socket.close();
  }

  /** A front-end that closed or clogged this channel does not want to hear; its rings go on. */
  #send(request: number, flags: number, payload: Payload): void {
    if (!this.#open) return;
    try {
      this.#socket.send(request, flags, payload);
    } catch (error) {
      if (!(error instanceof VhostUserError) && !(error instanceof OsError)) throw error;
      this.close();
    }
  }

  /** Acknowledgements say nothing that is not known. */
  #dropReplies(): void {
    try {
      for (let reply = this.#socket.receive(); reply !== undefined; reply = this.#socket.receive()) {
        if (reply === 'ended') {
          this.close();
          return;
        }
      }
    } catch (error) {
      if (!(error instanceof VhostUserError) && !(error instanceof OsError)) throw error;
      this.close();
    }
  }
}
