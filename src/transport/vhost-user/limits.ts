/**
 * What one front-end, and all of them together, may ask of the process that serves them. They do not trust
 * one another, so whatever one of them could use up for the others has a limit.
 */
export interface Limits {
  /** Memory that a front-end may share, in bytes. Address space is what it costs here. */
  readonly memoryBytes: number;
  /** Bytes of one request, of both directions together. A longer one is given back unread. */
  readonly requestBytes: number;
  /** Connections at one socket. */
  readonly connectionsPerSocket: number;
  /** Connections at all sockets of one event loop; never more than the process has descriptors for. */
  readonly connections: number;
  /** How long a front-end may take for its first message, and for each message that it has begun, in ms. */
  readonly messageMs: number;
  /** Messages that a front-end may send at once, and in each second from then on. */
  readonly messageBurst: number;
  readonly messagesPerSecond: number;
}

export const DEFAULT_LIMITS: Limits = {
  memoryBytes: 2 ** 40,
  requestBytes: 2 ** 26,
  connectionsPerSocket: 64,
  connections: 256,
  messageMs: 5000,
  messageBurst: 1024,
  messagesPerSecond: 5000,
};
