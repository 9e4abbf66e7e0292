import { FdChannel, type FileDescriptor } from '../../os/index.ts';

/** Operations of messages in both directions (Linux include/uapi/linux/um_timetravel.h). */
export const OP = {
  ACK: 0,
  START: 1,
  REQUEST: 2,
  WAIT: 3,
  GET: 4,
  UPDATE: 5,
  RUN: 6,
  FREE_UNTIL: 7,
  GET_TOD: 8,
} as const;

/** `struct um_timetravel_msg` { u32 op; u32 seq; u64 time }, little-endian on x86. */
const MESSAGE = { OP: 0, SEQ: 4, TIME: 8, BYTES: 16 } as const;
/** As many as are sent at once: FREE_UNTIL and RUN, or FREE_UNTIL and ACK. */
const MOST = 2;

export interface TimeMessage {
  readonly op: number;
  readonly seq: number;
  /** In ns; what it means depends on `op`. */
  readonly time: bigint;
}

/** A guest broke the rules of the protocol: its link ends, and nothing else. */
export class TimeLinkError extends Error {
  override readonly name = 'TimeLinkError';
}

/** Whole messages of a User-Mode Linux in time-travel mode, over its stream socket. Never blocks. */
export class TimeLink {
  readonly #channel: FdChannel;
  readonly #view: DataView;
  #filled = 0;

  /** Takes over a connected socket. */
  constructor(file: FileDescriptor) {
    this.#channel = new FdChannel(file, (1 + MOST) * MESSAGE.BYTES, { wait: false });
    const { data } = this.#channel;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get fd(): number {
    return this.#channel.file.fd;
  }

  /**
   * The next message; undefined while it is not there as a whole, `ended` when the guest has gone.
   * @throws {TimeLinkError} it sent open files @throws {OsError}
   */
  receive(): TimeMessage | 'ended' | undefined {
    while (this.#filled < MESSAGE.BYTES) {
      const received = this.#channel.receive(this.#filled, MESSAGE.BYTES - this.#filled);
      if (received === undefined) return undefined;
      if (received.files.length > 0) {
        for (const file of received.files) file.close();
        throw new TimeLinkError('unexpected file descriptors');
      }
      if (received.length === 0) return 'ended';
      this.#filled += received.length;
    }
    this.#filled = 0;
    return {
      op: this.#view.getUint32(MESSAGE.OP, true),
      seq: this.#view.getUint32(MESSAGE.SEQ, true),
      time: this.#view.getBigUint64(MESSAGE.TIME, true),
    };
  }

  /** Sends at most two messages at once. @throws {TimeLinkError} the guest does not read them @throws {OsError} */
  send(...messages: readonly TimeMessage[]): void {
    messages.forEach(({ op, seq, time }, index) => {
      const at = (1 + index) * MESSAGE.BYTES;
      this.#view.setUint32(at + MESSAGE.OP, op, true);
      this.#view.setUint32(at + MESSAGE.SEQ, seq, true);
      this.#view.setBigUint64(at + MESSAGE.TIME, time, true);
    });
    const length = messages.length * MESSAGE.BYTES;
    if (this.#channel.send(MESSAGE.BYTES, length) !== length)
      throw new TimeLinkError('the guest does not read its messages');
  }

  close(): void {
    this.#channel.close();
  }
}
