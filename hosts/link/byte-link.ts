/** What a link tells its user. Neither is called before `LinkOpener` has resolved or after `close`. */
export interface LinkEvents {
  /** Bytes came in. The array belongs to the receiver. */
  data(bytes: Uint8Array): void;
  /** The other end is gone for good: unplugged, hung up, or an error of the port. */
  lost(reason: string): void;
}

/** A byte stream to an adapter: a serial port, a TCP connection, or anything else that carries bytes. */
export interface ByteLink {
  /** `/dev/ttyUSB0`, `tcp:localhost:4444` */
  readonly name: string;
  /** Sends; what cannot go at once waits. An error comes as `LinkEvents.lost`. */
  write(bytes: Uint8Array): void;
  /** Missing where the link has no such thing. */
  setBaudRate?(baud: number): Promise<void>;
  /** Ends the link once what was written is out. Never fails. */
  close(): Promise<void>;
}

/**
 * Makes a link, as often as it is called.
 * @throws {BusFault} (rejects) `ENODEV` not there, `EACCES` no permission, `EBUSY` taken by another program.
 */
export type LinkOpener = (events: LinkEvents) => Promise<ByteLink>;
