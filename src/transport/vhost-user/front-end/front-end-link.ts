import type { FileDescriptor } from '../../../os/index.ts';
import { OsError, POLL, pollOne } from '../../../os/index.ts';
import {
  DTBUS_REASON,
  featureSet,
  fromWords,
  hasFeature,
  readFailure,
  VIRTIO_F,
} from '../../../virtio/index.ts';
import { decodePayload, NO_PAYLOAD, type Payload, u64, VhostUserError } from '../messages/message.ts';
import { type IncomingMessage, MessageSocket } from '../messages/message-socket.ts';
import {
  MESSAGE_FLAG,
  PROTOCOL_F,
  REQUEST,
  REQUEST_FORMATS,
  type RequestFormat,
} from '../messages/protocol.ts';

/** What our front-end can use. */
const PROTOCOL_FEATURES = featureSet(
  PROTOCOL_F.MQ,
  PROTOCOL_F.REPLY_ACK,
  PROTOCOL_F.CONFIG,
  PROTOCOL_F.INFLIGHT_SHMFD,
  PROTOCOL_F.RESET_DEVICE,
  PROTOCOL_F.STATUS,
);

/** How long one that has failed may take to say why: whoever waits for the fault is not to wait much longer. */
const REASON_MS = 200;

/** The back-end said no to a message that it understood. */
export class Refused extends VhostUserError {}

interface LinkOptions {
  /** How long an answer may take, in ms. */
  readonly timeoutMs: number;
  /** Where both ends share a thread: lets the back-end have a look. */
  readonly serve?: (() => void) | undefined;
}

/** A connection to a back-end: messages and their answers, one after the other, blocking. */
export class FrontEndLink {
  /** All that the back-end offers, with vhost-user's own bits. */
  readonly features: number;
  readonly protocol: number;
  readonly queueCount: number;
  readonly #socket: MessageSocket;
  readonly #options: LinkOptions;
  /** Answers that did not come in time, and may come yet. */
  #owed = 0;

  /**
   * Takes over a connected socket and introduces itself.
   * @param queueCount how many queues the device has where the back-end does not say
   * @throws {VhostUserError} @throws {OsError} ETIMEDOUT, EPIPE, …
   */
  constructor(file: FileDescriptor, queueCount: number, options: LinkOptions) {
    this.#socket = new MessageSocket(file);
    this.#options = options;
    try {
      this.tell(REQUEST.SET_OWNER, NO_PAYLOAD);
      this.features = this.askNumber(REQUEST.GET_FEATURES);
      this.protocol = 0;
      if (hasFeature(this.features, VIRTIO_F.PROTOCOL_FEATURES)) {
        const offered = this.askNumber(REQUEST.GET_PROTOCOL_FEATURES);
        const chosen = commonBits(offered, PROTOCOL_FEATURES);
        this.tell(REQUEST.SET_PROTOCOL_FEATURES, u64(chosen));
        this.protocol = chosen;
      }
      this.queueCount = this.can(PROTOCOL_F.MQ) ? this.askNumber(REQUEST.GET_QUEUE_NUM) : queueCount;
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  get fd(): number {
    return this.#socket.fd;
  }

  /** True when both ends have the protocol feature. */
  can(bit: number): boolean {
    return hasFeature(this.protocol, bit);
  }

  /** True when the other end has closed. */
  get ended(): boolean {
    return (pollOne(this.#socket.fd, POLL.RDHUP, 0) & (POLL.RDHUP | POLL.HUP | POLL.ERR)) !== 0;
  }

  /**
   * Sends what has no answer of its own; where the back-end can, it acknowledges.
   * @throws {Refused} when it says no. @throws {OsError} @throws {VhostUserError}
   */
  tell(request: number, payload: Payload, fds: readonly number[] = []): void {
    const acknowledged = this.protocol !== undefined && this.can(PROTOCOL_F.REPLY_ACK);
    this.#socket.send(request, acknowledged ? MESSAGE_FLAG.NEED_REPLY : 0, payload, fds);
    if (!acknowledged) return;
    const answer = this.#answer(request, 'u64');
    if (answer.kind === 'u64' && (answer.low !== 0 || answer.high !== 0)) {
      throw new Refused(`the back-end refuses ${nameOf(request)}`);
    }
  }

  /** Asks; `take` may keep files that come with the answer. @throws {OsError} @throws {VhostUserError} */
  ask(request: number, payload: Payload, take?: (files: FileDescriptor[]) => void): Payload {
    this.#socket.send(request, 0, payload);
    const format = REQUEST_FORMATS.get(request) as RequestFormat;
    return this.#answer(request, format.reply, take);
  }

  askNumber(request: number): number {
    const answer = this.ask(request, NO_PAYLOAD);
    return answer.kind === 'u64' ? fromWords(answer.low, answer.high) : 0;
  }

  /**
   * Why the last request of the driver failed with `errno`: what stands at `DTBUS_REASON`. Asks only for a moment.
   * @returns undefined where the back-end does not say
   */
  reasonOf(errno: number): string | undefined {
    if (!this.can(PROTOCOL_F.CONFIG)) return undefined;
    const size = DTBUS_REASON.END;
    const bytes = new Uint8Array(size);
    try {
      this.#socket.send(REQUEST.GET_CONFIG, 0, { kind: 'config', offset: 0, size, flags: 0, bytes });
      const answer = this.#answer(REQUEST.GET_CONFIG, 'config', undefined, REASON_MS);
      return answer.kind === 'config' ? readFailure(answer.bytes, errno) : undefined;
    } catch (error) {
      if (!(error instanceof OsError) && !(error instanceof VhostUserError)) throw error;
      return undefined;
    }
  }

  close(): void {
    this.#socket.close();
  }

  #answer(
    request: number,
    kind: RequestFormat['reply'],
    take?: (files: FileDescriptor[]) => void,
    timeoutMs = this.#options.timeoutMs,
  ): Payload {
    const message = this.#await(request, timeoutMs);
    const { header } = message;
    if (header.request !== request || header.flags !== (MESSAGE_FLAG.VERSION | MESSAGE_FLAG.REPLY)) {
      const got = `request ${header.request} with flags 0x${header.flags.toString(16)}`;
      throw new VhostUserError(`unexpected answer to ${nameOf(request)}: ${got}`);
    }
    if (kind === 'config' && header.size === 0) {
      throw new Refused('the back-end refuses to read its configuration space');
    }
    const payload = decodePayload(kind, message.payload);
    take?.(message.files);
    return payload;
  }

  #await(request: number, timeoutMs: number): IncomingMessage {
    const { serve } = this.#options;
    const giveUp = performance.now() + timeoutMs;
    for (;;) {
      serve?.();
      const message = this.#socket.receive();
      if (message === 'ended')
        throw OsError.of('recvmsg', 'ECONNRESET', 'the back-end closed the connection');
      if (message !== undefined) {
        if (this.#owed === 0) return message;
        this.#owed--;
        for (const file of message.files) file.close();
        continue;
      }
      const left = giveUp - performance.now();
      if (left <= 0) {
        this.#owed++;
        throw OsError.of('recvmsg', 'ETIMEDOUT', `no answer to ${nameOf(request)} within ${timeoutMs} ms`);
      }
      if (serve === undefined) pollOne(this.#socket.fd, POLL.IN, Math.ceil(left));
    }
  }
}

function nameOf(request: number): string {
  return REQUEST_FORMATS.get(request)?.name ?? `request ${request}`;
}

/** Protocol feature sets are below 2^20. */
function commonBits(a: number, b: number): number {
  return Number(BigInt(a) & BigInt(b));
}
