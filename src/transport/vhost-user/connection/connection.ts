import { type FileDescriptor, OsError, POLL } from '../../../os/index.ts';
import { featureSet, hasFeature, type VirtioDevice } from '../../../virtio/index.ts';
import type { EventLoop } from '../event-loop.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { decodePayload, u64, VhostUserError } from '../messages/message.ts';
import { MessageBudget } from '../messages/message-budget.ts';
import { type IncomingMessage, MessageSocket } from '../messages/message-socket.ts';
import {
  MESSAGE_FLAG,
  PROTOCOL_F,
  REQUEST,
  REQUEST_FORMATS,
  type RequestFormat,
} from '../messages/protocol.ts';
import { BackChannel } from './back-channel.ts';
import { DeviceSession } from './device-session.ts';
import { noteOwnSocket } from './own-sockets.ts';
import { type Answer, type Handler, type RequestContext, requestHandlers } from './request-handlers.ts';

/** Protocol features that are not for everybody. */
export interface ProtocolOptions {
  /**
   * Offer in-band notifications: kicks and calls as messages, one after the other, as a User-Mode Linux in
   * time-travel mode needs them. Any UML that is offered them uses them, and every kick then waits.
   */
  readonly inBand?: boolean;
  /**
   * Offer memory slots: more than eight regions, plugged one by one. QEMU 7.2 forgets to send its memory to a
   * back-end that came back when it was offered them.
   */
  readonly memorySlots?: boolean;
}

/** Tells a front-end something; `heard` is called when it has taken notice, or is gone. */
type Telling = (heard: () => void) => void;

export interface ConnectionOptions extends ProtocolOptions {
  /** In-band calls are handed over, to whoever knows when the front-end may hear them. Without it: at once. */
  readonly tell?: ((telling: Telling) => void) | undefined;
  /** Other limits than `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** Told what happens, a sentence each: refusals, malformed requests. */
  readonly trace?: (sentence: string) => void;
  /** Called once, when the connection is over and everything of it is freed. */
  readonly onClose?: (reason: string) => void;
}

/** How much of a front-end's messages is carried out before others have their turn: what comes first ends it. */
const MESSAGES_PER_TURN = 16;
const TURN_MS = 0.05;
/** Calls of a connection that wait for their time. */
const MOST_UNTOLD = 1024;
/** How long a front-end waits that has used up its budget. */
const PAUSE_MS = 20;

/**
 * Protocol features offered for a device. CONFIG only where there is a configuration space: QEMU warns else. BACKEND_REQ
 * always, though User-Mode Linux reads that channel at each call, by a system call: by its end it learns that we have ended.
 */
function protocolFeatures(device: VirtioDevice, options: ProtocolOptions = {}): number {
  return featureSet(
    PROTOCOL_F.MQ,
    PROTOCOL_F.LOG_SHMFD,
    PROTOCOL_F.REPLY_ACK,
    PROTOCOL_F.BACKEND_REQ,
    PROTOCOL_F.INFLIGHT_SHMFD,
    PROTOCOL_F.RESET_DEVICE,
    PROTOCOL_F.STATUS,
    ...(options.memorySlots === true ? [PROTOCOL_F.CONFIGURE_MEM_SLOTS] : []),
    ...(device.config.length > 0 ? [PROTOCOL_F.CONFIG] : []),
    ...(options.inBand === true ? [PROTOCOL_F.INBAND_NOTIFICATIONS] : []),
  );
}

/**
 * The back-end's side of one vhost-user connection: one front-end, one device. It takes messages apart and
 * has the session carry them out.
 *
 * Whatever the front-end does wrong ends this connection and frees what it had, with a sentence that says
 * why; where it asked for an answer (REPLY_ACK) and the message could be understood, it is told instead.
 */
export class VhostUserConnection {
  readonly #socket: MessageSocket;
  readonly #loop: EventLoop;
  readonly #options: ConnectionOptions;
  readonly #session: DeviceSession;
  readonly #handlers: Readonly<Record<number, Handler>>;
  readonly #context: RequestContext;
  #unwatch: () => void;
  #backChannel: BackChannel | undefined;
  #closed = false;
  /** Calls that wait for their time. */
  #untold = 0;
  /** An answer is being waited for: the next message has to wait too. */
  #answering = false;
  readonly #limits: Limits;
  readonly #budget: MessageBudget;
  readonly #forget: () => void;
  /** It has sent a message. */
  #greeted = false;
  #overdue: NodeJS.Timeout | undefined;
  #paused: NodeJS.Timeout | undefined;

  /** Takes over a connected socket. The loop calls; `close` ends it. */
  constructor(
    socket: FileDescriptor,
    device: VirtioDevice,
    loop: EventLoop,
    options: ConnectionOptions = {},
  ) {
    this.#loop = loop;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#socket = new MessageSocket(socket);
    this.#session = new DeviceSession(device, loop, {
      limits: this.#limits,
      trace: (sentence) => options.trace?.(sentence),
      fail: (error) => this.#fail(error),
      callInBand: (ring) => this.#callInBand(ring),
    });
    this.#context = {
      session: this.#session,
      device,
      protocolOffered: protocolFeatures(device, options),
      protocol: 0,
      get inBand() {
        return hasFeature(this.protocol, PROTOCOL_F.INBAND_NOTIFICATIONS);
      },
      openBackChannel: (file) => {
        this.#backChannel?.close();
        this.#backChannel = new BackChannel(file, loop);
      },
    };
    this.#handlers = requestHandlers(this.#context);
    const { messageBurst, messagesPerSecond } = this.#limits;
    this.#budget = new MessageBudget(messageBurst, messagesPerSecond, performance.now());
    this.#forget = noteOwnSocket(socket);
    this.#unwatch = this.#listen();
    this.#expectMessage();
  }

  /** Whether it has a ring that runs. */
  isRunning(): boolean {
    return this.#session.rings.some(({ isLive }) => isLive);
  }

  /** Tells the front-end that the device's configuration space has changed. */
  configChanged(): void {
    this.#backChannel?.configChanged();
  }

  /** Ends the connection and frees everything. Again: does nothing. */
  close(reason = 'closed here'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#overdue);
    clearTimeout(this.#paused);
    this.#forget();
    this.#session.close();
    this.#backChannel?.close();
    this.#socket.close();
    this.#options.onClose?.(reason);
  }

  #listen(): () => void {
    return this.#loop.watch(this.#socket.fd, POLL.IN, () => this.#readable());
  }

  /** Takes what has come, but not more than its share: others wait meanwhile. */
  #readable(): void {
    try {
      const start = performance.now();
      for (let taken = 0; taken < MESSAGES_PER_TURN && !this.#closed && !this.#answering; taken++) {
        const message = this.#socket.receive();
        if (message === undefined) break;
        if (message === 'ended') {
          this.close('the front-end closed the connection');
          return;
        }
        this.#handle(message);
        const now = performance.now();
        // In-band kicks come with every request; they were negotiated, and the ring bounds them.
        const isKick = message.header.request === REQUEST.VRING_KICK && this.#context.inBand;
        if (!isKick && !this.#budget.spend(now)) {
          this.#pause();
          break;
        }
        if (now - start > TURN_MS) break;
      }
      this.#expectMessage();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends a front-end that does not say what it wants, or that does not finish what it began to say. */
  #expectMessage(): void {
    if (this.#closed) return;
    const waiting = !this.#greeted || this.#socket.isPartial;
    if (waiting && this.#overdue === undefined) {
      const { messageMs } = this.#limits;
      const what = this.#greeted ? 'the rest of a message' : 'a message';
      this.#overdue = setTimeout(
        () => this.close(`the front-end did not send ${what} within ${messageMs} ms`),
        messageMs,
      );
      this.#overdue.unref();
    } else if (!waiting) {
      clearTimeout(this.#overdue);
      this.#overdue = undefined;
    }
  }

  /** Leaves a front-end that sends without pause alone for a while. */
  #pause(): void {
    if (this.#closed || this.#answering) return;
    this.#unwatch();
    this.#paused = setTimeout(() => {
      this.#unwatch = this.#listen();
      this.#loop.wake();
    }, PAUSE_MS);
  }

  /** Ends the connection. A fault that is not the front-end's goes on to the loop as well. */
  #fail(error: unknown): void {
    const foreign = error instanceof VhostUserError || error instanceof OsError;
    this.close(foreign ? error.message : `internal error: ${error}`);
    if (!foreign) throw error;
  }

  #handle(message: IncomingMessage): void {
    this.#greeted = true;
    const { request, flags } = message.header;
    // Whoever asks is answered, negotiated or not: UML asks with the very message that negotiates it, and
    // QEMU does not negotiate again with a back-end that came back.
    const wantsAck = (flags & MESSAGE_FLAG.NEED_REPLY) !== 0;
    const format = REQUEST_FORMATS.get(request);
    const handler = this.#handlers[request];
    try {
      if (format === undefined || handler === undefined) throw new VhostUserError('unknown request');
      if ((flags & MESSAGE_FLAG.REPLY) !== 0) throw new VhostUserError('unexpected reply');
      const payload = decodePayload(format.payload, message.payload) as never;
      checkFiles(format, message.files.length);
      if ('ask' in handler) {
        const answer = handler.ask(payload, message.files);
        if (answer instanceof Promise) this.#answerLater(request, answer);
        else this.#reply(request, answer);
        return;
      }
      handler.tell(payload, message.files);
      if (wantsAck) this.#reply(request, u64(0));
    } catch (error) {
      if (!(error instanceof VhostUserError)) throw error;
      const sentence = `${format?.name ?? `request ${request}`}: ${error.message}`;
      // An answer of its own has no room for "no".
      if (!wantsAck || (handler !== undefined && 'ask' in handler)) {
        throw new VhostUserError(sentence, { cause: error });
      }
      this.#options.trace?.(sentence);
      this.#reply(request, u64(1));
    }
  }

  #answerLater(request: number, answer: Promise<Answer>): void {
    this.#answering = true;
    clearTimeout(this.#paused);
    // Meanwhile messages wait in the socket; only its end is of interest.
    this.#unwatch();
    this.#unwatch = this.#loop.watch(this.#socket.fd, POLL.RDHUP, () => {
      this.close('the front-end closed the connection');
    });
    answer
      .then((payload) => {
        this.#answering = false;
        if (this.#closed) return;
        this.#unwatch();
        this.#unwatch = this.#listen();
        this.#reply(request, payload);
        this.#readable();
      })
      .catch((error) => this.#fail(error));
  }

  #reply(request: number, answer: Answer): void {
    const { payload, file } = 'payload' in answer ? answer : { payload: answer, file: undefined };
    try {
      this.#socket.send(request, MESSAGE_FLAG.REPLY, payload, file === undefined ? [] : [file.fd]);
    } finally {
      file?.close();
    }
  }

  #callInBand(ring: number): void {
    if (!this.#context.inBand) return;
    const { tell } = this.#options;
    if (tell === undefined) {
      this.#call(ring, () => {});
      return;
    }
    // Whoever hears of one sees all that was used until then.
    if (this.#untold >= MOST_UNTOLD) return;
    this.#untold++;
    tell((heard) => {
      this.#untold--;
      this.#call(ring, heard);
    });
  }

  #call(ring: number, heard: () => void): void {
    if (this.#backChannel === undefined) heard();
    else this.#backChannel.vringCall(ring, hasFeature(this.#context.protocol, PROTOCOL_F.REPLY_ACK), heard);
  }
}

function checkFiles({ fds: [least, most] }: RequestFormat, count: number): void {
  if (count >= least && count <= most) return;
  const expected = least === most ? least : `${least} to ${most}`;
  throw new VhostUserError(`invalid number of descriptors: expected ${expected}, got ${count}`);
}
