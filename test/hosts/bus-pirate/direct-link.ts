import type { LinkOpener } from '../../../hosts/link/index.ts';

/** What is at the other end of a `directLink`. */
export interface Peer {
  /** @returns the answer */
  feed(bytes: Uint8Array): Uint8Array;
}

/** A link without a port, and what went over it. */
export interface DirectLink {
  readonly open: LinkOpener;
  /** All that the controller sent since the array was emptied. */
  readonly sent: number[];
  /** The pieces in which it was sent. */
  readonly writes: Uint8Array[];
  /** How often it was opened. */
  opened: number;
  baud: number;
  /** Sends bytes that were not asked for. */
  talk(bytes: Uint8Array): void;
  unplug(): void;
}

/** What a tty gives at a time. */
const PIECE = 4095;

/** Answers in the next microtask. */
export function directLink(peer: Peer): DirectLink {
  let events: Parameters<LinkOpener>[0] | undefined;
  const link: DirectLink = {
    sent: [],
    writes: [],
    opened: 0,
    baud: 115_200,
    open: async (listener) => {
      events = listener;
      link.opened++;
      return {
        name: 'the cable',
        write(bytes) {
          link.sent.push(...bytes);
          link.writes.push(bytes.slice());
          queueMicrotask(() => {
            const answer = peer.feed(bytes);
            for (let at = 0; at < answer.length; at += PIECE) events?.data(answer.subarray(at, at + PIECE));
          });
        },
        setBaudRate: async (baud) => {
          link.baud = baud;
        },
        close: async () => {
          events = undefined;
        },
      };
    },
    talk: (bytes) => events?.data(bytes),
    unplug: () => events?.lost('pulled'),
  };
  return link;
}
