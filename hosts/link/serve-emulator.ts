import type { Duplex } from 'node:stream';
import { openPty } from '../../src/os/index.ts';
import { Faults } from './faults.ts';

/** The firmware of an adapter: takes what a client sends and gives what the adapter answers. */
export interface EmulatedAdapter {
  /** Of one whose frames end with a pause alone: bytes of a frame at most. The others take bytes as they come. */
  readonly frameBytes?: number;
  feed(bytes: Uint8Array): Uint8Array;
}

/** Where the emulator is to be reached. */
export type EmulatorPort =
  /** A stream that somebody else has made: the adapter's end of it. */
  | { readonly stream: Duplex; readonly name?: string }
  /** A new pty; `link`: a path that leads to it. */
  | { readonly pty: true; readonly link?: string };

/** An emulator at work. */
export interface ServedEmulator {
  /** What a client opens: `/dev/pts/3`. */
  readonly port: string;
  readonly faults: Faults;
  /** True once it was closed or unplugged. */
  readonly closed: boolean;
  /** Unplugs it. */
  close(): void;
}

const NOTHING = new Uint8Array(0);
/** So many bytes of a client are carried out at once: few commands of any adapter, each of which may ask for megabytes. */
const PIECE_BYTES = 16;
/** A pause of this many ms ends a frame: a port may bring one in pieces. */
const FRAME_GAP_MS = 1;
/** Answers of one turn; then others have theirs, and the client has to read. */
const TURN_BYTES = 1 << 16;

/**
 * Lets clients talk to `emulator`. It answers in the event loop of its caller, which may be the client's own
 * or that of a worker: nothing here waits.
 * @throws {OsError} when the system has no pty to give.
 */
export function serveEmulator(
  emulator: EmulatedAdapter,
  port: EmulatorPort,
  faults: Faults = new Faults(),
): ServedEmulator {
  const { stream, name, end } = endOf(port);
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    end();
  };
  const answer = (bytes: Uint8Array): void => {
    if (closed || bytes.length === 0) return;
    // A client that asks without listening is asked to wait.
    if (stream.write(bytes)) return;
    stream.pause();
    stream.once('drain', () => stream.resume());
  };
  /** What came and was not fed yet: a few bytes may ask for megabytes. */
  let waiting: Uint8Array = NOTHING;
  let isFeeding = false;
  const pieceBytes = emulator.frameBytes ?? PIECE_BYTES;
  let pause: NodeJS.Timeout | undefined;
  const feed = (): void => {
    const replies: Uint8Array[] = [];
    let length = 0;
    while (waiting.length > 0 && length < TURN_BYTES && !closed) {
      const reply = emulator.feed(waiting.subarray(0, pieceBytes));
      waiting = waiting.subarray(pieceBytes);
      length += reply.length;
      if (reply.length > 0) replies.push(reply);
    }
    const reply = faults.outgoing(replies.length === 1 ? (replies[0] as Uint8Array) : Buffer.concat(replies));
    if (faults.latencyMs > 0) setTimeout(answer, faults.latencyMs, reply);
    else answer(reply);
    const wasFeeding = isFeeding;
    isFeeding = waiting.length > 0 && !closed;
    if (!isFeeding) {
      if (wasFeeding && !stream.writableNeedDrain) stream.resume();
      return;
    }
    stream.pause();
    if (stream.writableNeedDrain) stream.once('drain', feed);
    else setImmediate(feed);
  };
  stream.on('data', (received: Uint8Array) => {
    if (closed) return;
    const { bytes, unplugged } = faults.incoming(received);
    if (!faults.hanging) waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
    if (emulator.frameBytes !== undefined) {
      clearTimeout(pause);
      pause = setTimeout(feed, FRAME_GAP_MS);
    } else if (!isFeeding) feed();
    if (unplugged) close();
  });
  stream.on('error', close);
  stream.on('close', close);
  return {
    port: name,
    faults,
    get closed() {
      return closed;
    },
    close,
  };
}

function endOf(port: EmulatorPort): { stream: Duplex; name: string; end: () => void } {
  if ('stream' in port) {
    const { stream, name = 'a stream' } = port;
    return { stream, name, end: () => stream.destroy() };
  }
  const pty = openPty(port.link === undefined ? {} : { link: port.link });
  return { stream: pty.stream, name: pty.name, end: () => pty.close() };
}
