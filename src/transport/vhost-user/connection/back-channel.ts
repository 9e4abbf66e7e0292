import { type FileDescriptor, OsError, POLL } from '../../../os/index.ts';
import type { EventLoop } from '../event-loop.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { NO_PAYLOAD, type Payload, VhostUserError } from '../messages/message.ts';
import { MessageBudget } from '../messages/message-budget.ts';
import { MessageSocket } from '../messages/message-socket.ts';
import { BACKEND_REQUEST, MESSAGE_FLAG } from '../messages/protocol.ts';

/** How many are taken before others have their turn. */
const REPLIES_PER_TURN = 16;

/** The back-end's own requests to the front-end, over the socket of SET_BACKEND_REQ_FD. */
export class BackChannel {
  readonly #socket: MessageSocket;
  readonly #unwatch: () => void;
  readonly #budget = new MessageBudget(
    DEFAULT_LIMITS.messageBurst,
    DEFAULT_LIMITS.messagesPerSecond,
    performance.now(),
  );
  #open = true;
  /** Of calls that are to be acknowledged, in their order. */
  readonly #unheard: (() => void)[] = [];

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

  /**
   * Used buffers, where the ring has no call descriptor. Acknowledged when the front-end can do that.
   * @param heard called when it has, or never can
   */
  vringCall(ring: number, acknowledged: boolean, heard: () => void): void {
    if (this.#open && acknowledged) this.#unheard.push(heard);
    else heard();
    const flags = acknowledged ? MESSAGE_FLAG.NEED_REPLY : 0;
    this.#send(BACKEND_REQUEST.VRING_CALL, flags, { kind: 'vring-state', index: ring, num: 0 });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#unwatch();
    this.#socket.close();
    for (const heard of this.#unheard.splice(0)) heard();
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

  /** Who sends what was not asked for, and without pause, is not listened to any more. */
  #dropReplies(): void {
    try {
      for (let taken = 0; taken < REPLIES_PER_TURN; taken++) {
        const reply = this.#socket.receive();
        if (reply === undefined) return;
        const heard = reply === 'ended' ? undefined : this.#unheard.shift();
        heard?.();
        if (reply === 'ended' || (heard === undefined && !this.#budget.spend(performance.now()))) {
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
