import { closeAll, FdChannel, type FileDescriptor } from '../../../os/index.ts';
import { decodeHeader, encodeMessage, type Header, type Payload, VhostUserError } from './message.ts';
import { HEADER_BYTES, MAX_MESSAGE_FDS, MAX_PAYLOAD_BYTES } from './protocol.ts';

const ROOM = HEADER_BYTES + MAX_PAYLOAD_BYTES;

/** A message as it came in: its payload's bytes and the files with it, valid until the next `receive`. */
export interface IncomingMessage {
  readonly header: Header;
  readonly payload: DataView;
  /** Whoever keeps a file takes it out of here; the others are closed by `receive` and `close`. */
  readonly files: FileDescriptor[];
}

/**
 * Whole messages over a unix stream socket, whatever pieces they arrive in. It never blocks, and it keeps no
 * file that nobody took.
 */
export class MessageSocket {
  readonly #channel: FdChannel;
  readonly #incoming: DataView;
  readonly #outgoing: DataView;
  /** Bytes of the message that is coming in. */
  #filled = 0;
  #header: Header | undefined;
  #files: FileDescriptor[] = [];

  /** Takes over a connected socket. */
  constructor(file: FileDescriptor) {
    this.#channel = new FdChannel(file, 2 * ROOM, { wait: false });
    const { buffer } = this.#channel.data;
    this.#incoming = new DataView(buffer, 0, ROOM);
    this.#outgoing = new DataView(buffer, ROOM, ROOM);
  }

  get fd(): number {
    return this.#channel.file.fd;
  }

  /** True while a message has come in part. */
  get isPartial(): boolean {
    return (
      this.#filled > 0 && (this.#header === undefined || this.#filled < HEADER_BYTES + this.#header.size)
    );
  }

  /**
   * The next message; undefined when it is not there as a whole yet, `ended` when the other end closed
   * between two messages.
   * @throws {VhostUserError} for a bad header, too many files, or an end in the middle of a message.
   * @throws {OsError}
   */
  receive(): IncomingMessage | 'ended' | undefined {
    if (this.#header !== undefined && this.#filled === HEADER_BYTES + this.#header.size) this.#startOver();
    for (;;) {
      const wanted = this.#header === undefined ? HEADER_BYTES : HEADER_BYTES + this.#header.size;
      if (this.#filled < wanted) {
        const received = this.#channel.receive(this.#filled, wanted - this.#filled);
        if (received === undefined) return undefined;
        if (received.files.length > 0) this.#takeFiles(received.files);
        if (received.length === 0) {
          if (this.#filled === 0) return 'ended';
          throw new VhostUserError(`the connection ended ${this.#filled} bytes into a message`);
        }
        this.#filled += received.length;
        if (this.#filled < wanted) continue;
      }
      if (this.#header === undefined) {
        this.#header = decodeHeader(this.#incoming);
        continue;
      }
      const payload = new DataView(this.#incoming.buffer, HEADER_BYTES, this.#header.size);
      return { header: this.#header, payload, files: this.#files };
    }
  }

  /**
   * Sends one message. The files stay open here.
   * @throws {VhostUserError} when the other end does not read what it is sent. @throws {OsError}
   */
  send(request: number, flags: number, payload: Payload, fds: readonly number[] = []): void {
    const length = encodeMessage(this.#outgoing, request, flags, payload);
    // Replies are tiny and asked for: a socket without room for one belongs to a peer that never reads.
    const sent = this.#channel.send(ROOM, length, fds);
    if (sent !== length) throw new VhostUserError('the other end does not read its messages');
  }

  close(): void {
    closeAll(this.#files.splice(0));
    this.#channel.close();
  }

  #startOver(): void {
    closeAll(this.#files.splice(0));
    this.#filled = 0;
    this.#header = undefined;
  }

  #takeFiles(files: readonly FileDescriptor[]): void {
    this.#files.push(...files);
    if (this.#files.length > MAX_MESSAGE_FDS) {
      const count = this.#files.length;
      closeAll(this.#files.splice(0));
      throw new VhostUserError(
        `too many descriptors in one message: expected at most ${MAX_MESSAGE_FDS}, got ${count}`,
      );
    }
  }
}
