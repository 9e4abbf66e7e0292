import { EventFd, type FileDescriptor, OsError, POLL } from '../../os/index.ts';
import { featureSet, featuresBeyond, fromWords, hasFeature, type VirtioDevice } from '../../virtio/index.ts';
import { BackChannel } from './back-channel.ts';
import { DeviceSession } from './device-session.ts';
import type { EventLoop } from './event-loop.ts';
import { createInflight } from './inflight.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { MAX_MEMORY_SLOTS } from './memory-table.ts';
import { decodePayload, type Payload, u64, VhostUserError } from './message.ts';
import { type IncomingMessage, MessageSocket } from './message-socket.ts';
import {
  MESSAGE_FLAG,
  type PayloadKind,
  PROTOCOL_F,
  REQUEST,
  REQUEST_FORMATS,
  type RequestFormat,
  VRING_FD,
} from './protocol.ts';
import type { Vring } from './vring.ts';

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

export interface ConnectionOptions extends ProtocolOptions {
  /** Other limits than `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** Told what happens, a sentence each: refusals, malformed requests. */
  readonly trace?: (sentence: string) => void;
  /** Called once, when the connection is over and everything of it is freed. */
  readonly onClose?: (reason: string) => void;
}

/** Protocol features offered for a device. CONFIG only where there is a configuration space: QEMU warns else. */
export function protocolFeatures(device: VirtioDevice, options: ProtocolOptions = {}): number {
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
  readonly #device: VirtioDevice;
  readonly #loop: EventLoop;
  readonly #options: ConnectionOptions;
  readonly #session: DeviceSession;
  #unwatch: () => void;
  readonly #protocolOffered: number;
  #protocol = 0;
  #backChannel: BackChannel | undefined;
  #closed = false;
  /** An answer is being waited for: the next message has to wait too. */
  #answering = false;

  /** Takes over a connected socket. The loop calls; `close` ends it. */
  constructor(
    socket: FileDescriptor,
    device: VirtioDevice,
    loop: EventLoop,
    options: ConnectionOptions = {},
  ) {
    this.#device = device;
    this.#loop = loop;
    this.#options = options;
    this.#protocolOffered = protocolFeatures(device, options);
    this.#socket = new MessageSocket(socket);
    this.#session = new DeviceSession(device, loop, {
      memoryBytes: options.limits?.memoryBytes ?? DEFAULT_LIMITS.memoryBytes,
      trace: (sentence) => options.trace?.(sentence),
      fail: (error) => this.#fail(error),
      callInBand: (ring) => this.#callInBand(ring),
    });
    this.#unwatch = this.#listen();
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
    this.#session.close();
    this.#backChannel?.close();
    this.#socket.close();
    this.#options.onClose?.(reason);
  }

  #listen(): () => void {
    return this.#loop.watch(this.#socket.fd, POLL.IN, () => this.#readable());
  }

  #readable(): void {
    try {
      while (!this.#closed && !this.#answering) {
        const message = this.#socket.receive();
        if (message === undefined) return;
        if (message === 'ended') {
          this.close('the front-end closed the connection');
          return;
        }
        this.#handle(message);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the connection. A fault that is not the front-end's goes on to the loop as well. */
  #fail(error: unknown): void {
    const foreign = error instanceof VhostUserError || error instanceof OsError;
    this.close(foreign ? error.message : `internal error: ${error}`);
    if (!foreign) throw error;
  }

  #handle(message: IncomingMessage): void {
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
    if (!hasFeature(this.#protocol, PROTOCOL_F.INBAND_NOTIFICATIONS)) return;
    this.#backChannel?.vringCall(ring, hasFeature(this.#protocol, PROTOCOL_F.REPLY_ACK));
  }

  /** What is done for each request. */
  readonly #handlers: Readonly<Record<number, Handler>> = {
    [REQUEST.GET_FEATURES]: ask('none', () => u64(this.#session.offered)),
    [REQUEST.SET_FEATURES]: tell('u64', ({ low, high }) => this.#session.setFeatures(featuresOf(low, high))),
    [REQUEST.GET_PROTOCOL_FEATURES]: ask('none', () => u64(this.#protocolOffered)),
    [REQUEST.SET_PROTOCOL_FEATURES]: tell('u64', ({ low, high }) => this.#setProtocol(featuresOf(low, high))),
    [REQUEST.SET_OWNER]: tell('none', () => {}),
    [REQUEST.RESET_OWNER]: tell('none', () => this.#session.reset()),
    [REQUEST.RESET_DEVICE]: tell('none', () => this.#session.reset()),
    [REQUEST.GET_STATUS]: ask('none', () => u64(this.#session.status)),
    [REQUEST.SET_STATUS]: tell('u64', ({ low }) => this.#session.setStatus(low & 0xff)),
    [REQUEST.GET_QUEUE_NUM]: ask('none', () => u64(this.#session.rings.length)),

    [REQUEST.SET_MEM_TABLE]: tell('memory-table', ({ regions }, files) => {
      this.#session.table.replace(regions, files);
      this.#session.remapped();
    }),
    [REQUEST.GET_MAX_MEM_SLOTS]: ask('none', () => u64(MAX_MEMORY_SLOTS)),
    [REQUEST.ADD_MEM_REG]: tell('memory-region', ({ region }, files) => {
      this.#session.table.add(region, only(files));
      this.#session.remapped();
    }),
    [REQUEST.REM_MEM_REG]: tell('memory-region', ({ region }) => {
      this.#session.table.remove(region);
      this.#session.remapped();
    }),
    [REQUEST.SET_LOG_BASE]: ask('log-base', ({ size, offset }, files) => {
      this.#session.setLog(size, offset, only(files));
      return u64(0);
    }),
    [REQUEST.SET_LOG_FD]: tell('none', () => {}),
    [REQUEST.GET_INFLIGHT_FD]: ask('inflight', (asked) => {
      const { file, answer } = createInflight(asked);
      return { payload: { kind: 'inflight', ...answer }, file };
    }),
    [REQUEST.SET_INFLIGHT_FD]: tell('inflight', (inflight, files) => {
      this.#session.setInflight(inflight, only(files));
    }),

    [REQUEST.SET_VRING_NUM]: tell('vring-state', ({ index, num }) => this.#session.ring(index).setSize(num)),
    [REQUEST.SET_VRING_ADDR]: tell('vring-addr', (addresses) => {
      this.#session.ring(addresses.index).setAddresses(addresses);
    }),
    [REQUEST.SET_VRING_BASE]: tell('vring-state', ({ index, num }) => this.#session.ring(index).setBase(num)),
    [REQUEST.GET_VRING_BASE]: ask('vring-state', ({ index }) => {
      const answer = (num: number): Payload => ({ kind: 'vring-state', index, num });
      const base = this.#session.stopRing(this.#session.ring(index));
      return base instanceof Promise ? base.then(answer) : answer(base);
    }),
    [REQUEST.SET_VRING_ENABLE]: tell('vring-state', ({ index, num }) => {
      const inBand = hasFeature(this.#protocol, PROTOCOL_F.INBAND_NOTIFICATIONS);
      this.#session.enable(this.#session.ring(index), num !== 0, inBand);
    }),
    [REQUEST.SET_VRING_KICK]: tell('u64', (word, files) => {
      this.#session.setKick(...this.#bell(word, files));
    }),
    [REQUEST.SET_VRING_CALL]: tell('u64', (word, files) => {
      this.#session.setCall(...this.#bell(word, files));
    }),
    [REQUEST.SET_VRING_ERR]: tell('u64', (word, files) => {
      const [ring, bell] = this.#bell(word, files);
      ring.error?.close();
      ring.error = bell;
    }),
    [REQUEST.VRING_KICK]: tell('vring-state', ({ index }) => this.#session.kick(this.#session.ring(index))),

    [REQUEST.GET_CONFIG]: ask('config', ({ offset, size, flags }) => {
      const bytes = new Uint8Array(size);
      bytes.set(this.#device.config.subarray(offset, offset + size));
      return { kind: 'config', offset, size, flags, bytes };
    }),
    [REQUEST.SET_CONFIG]: tell('config', () => {
      throw new VhostUserError('the configuration space of this device is read-only');
    }),
    [REQUEST.SET_BACKEND_REQ_FD]: tell('none', (_, files) => {
      this.#backChannel?.close();
      this.#backChannel = new BackChannel(take(files), this.#loop);
    }),
  };

  #setProtocol(features: number): void {
    const beyond = featuresBeyond(features, this.#protocolOffered);
    if (beyond !== 0) throw new VhostUserError(`protocol features not offered: 0x${beyond.toString(16)}`);
    this.#protocol = features;
  }

  /** Ring and doorbell of SET_VRING_KICK, CALL and ERR. */
  #bell(word: P<'u64'>, files: FileDescriptor[]): [Vring, EventFd | undefined] {
    const ring = this.#session.ring(word.low & VRING_FD.INDEX_MASK);
    const without = (word.low & VRING_FD.NO_FD) !== 0;
    if (without === (files.length === 1)) {
      throw new VhostUserError(
        `ring ${ring.index}: expected either a descriptor or the NOFD flag, got ${without ? 'both' : 'neither'}`,
      );
    }
    return [ring, without ? undefined : new EventFd(take(files))];
  }
}

type P<K extends PayloadKind> = Extract<Payload, { kind: K }>;

/** A payload, with a file that is closed once it is sent. */
type Answer = Payload | { readonly payload: Payload; readonly file: FileDescriptor };

/** What is done for a request: `ask` answers it, `tell` is at most acknowledged. */
type Handler =
  | { readonly ask: (payload: never, files: FileDescriptor[]) => Answer | Promise<Answer> }
  | { readonly tell: (payload: never, files: FileDescriptor[]) => void };

/** The kind is named for the compiler only: the request's format has seen to it that it is that one. */
function ask<K extends PayloadKind>(
  _kind: K,
  answer: (payload: P<K>, files: FileDescriptor[]) => Answer | Promise<Answer>,
): Handler {
  return { ask: answer };
}

function tell<K extends PayloadKind>(
  _kind: K,
  work: (payload: P<K>, files: FileDescriptor[]) => void,
): Handler {
  return { tell: work };
}

/** @throws {VhostUserError} for bits that nobody offers, since the number would not keep them. */
function featuresOf(low: number, high: number): number {
  const features = fromWords(low, high);
  if (features !== (high >>> 0) * 2 ** 32 + (low >>> 0)) {
    const word = (high >>> 21) << 21;
    throw new VhostUserError(`features not offered: 0x${(word >>> 0).toString(16)}00000000`);
  }
  return features;
}

function checkFiles({ fds: [least, most] }: RequestFormat, count: number): void {
  if (count >= least && count <= most) return;
  const expected = least === most ? least : `${least} to ${most}`;
  throw new VhostUserError(`invalid number of descriptors: expected ${expected}, got ${count}`);
}

/** The file that came along, which stays the message's. @throws {VhostUserError} */
function only(files: readonly FileDescriptor[]): FileDescriptor {
  const [file] = files;
  if (file === undefined) throw new VhostUserError('the descriptor is missing');
  return file;
}

/** The file that came along, as the caller's own. */
function take(files: FileDescriptor[]): FileDescriptor {
  const file = only(files);
  files.shift();
  return file;
}
