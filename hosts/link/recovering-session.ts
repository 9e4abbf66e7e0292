import { BusFault } from '../../src/bus/index.ts';
import { unlessAborted } from './abort.ts';
import type { ByteLink, LinkOpener } from './byte-link.ts';
import { type RunOptions, Session, type Step } from './session.ts';

/** What the owner of a recovering session knows of its adapter's protocol. */
export interface AdapterProtocol {
  /** One phrase for a person: `Bus Pirate v3.5 on /dev/ttyUSB0`. */
  readonly description: string;
  /** Finds the adapter in whatever state it is, and asks who it is. @throws {BusFault} `EPROTO` it is another */
  greet(session: Session, link: ByteLink): Promise<void>;
  /** Brings it back in step after answers were left due, or were rubbish. Throws where it does not come back. */
  resynchronise(session: Session, link: ByteLink): Promise<void>;
  /** Leaves it as others expect to find it. What it throws is dropped: the adapter may have gone meanwhile. */
  leave(session: Session, link: ByteLink): Promise<void>;
}

/**
 * The session with an adapter over its whole life: it is opened, brought back in step when a transfer was broken off,
 * lost, and opened again.
 */
export class RecoveringSession {
  readonly #openLink: LinkOpener;
  readonly #protocol: AdapterProtocol;
  #name: string;
  #link: ByteLink | undefined;
  #session: Session | undefined;
  #recovery: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @param name what the port is called until it is open */
  constructor(name: string, openLink: LinkOpener, protocol: AdapterProtocol) {
    this.#name = name;
    this.#openLink = openLink;
    this.#protocol = protocol;
  }

  /** What the port is called. */
  get name(): string {
    return this.#name;
  }

  /** Opens the port and greets the adapter. May be called again after a loss. @throws {BusFault} */
  async open(): Promise<void> {
    await this.close();
    let session: Session | undefined;
    const link = await this.#openLink({
      data: (bytes) => session?.receive(bytes),
      lost: (reason) => session?.lose(reason),
    });
    session = new Session(link);
    this.#name = link.name;
    try {
      await this.#protocol.greet(session, link);
    } catch (error) {
      await link.close();
      throw error;
    }
    this.#session = session;
    this.#link = link;
  }

  /** Leaves the adapter and frees the port. Never fails. */
  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      this.#closing = undefined;
    });
    return this.#closing;
  }

  async #close(): Promise<void> {
    const session = this.#session;
    const link = this.#link;
    this.#session = undefined;
    this.#link = undefined;
    if (session !== undefined && link !== undefined && !session.lost) {
      await this.#recovery;
      await this.#protocol.leave(session, link).catch(() => {
        // The adapter went away meanwhile: nothing is left to leave.
      });
      // An adapter that was closed is not brought back in step.
      session.lose('it was closed');
    }
    await link?.close();
  }

  /** Waits until the adapter is in step. @throws {BusFault} `ENODEV`, or why `signal` aborted */
  async ready(signal?: AbortSignal): Promise<void> {
    while (this.#recovery !== undefined) await unlessAborted(this.#recovery, signal);
    const session = this.#present();
    if (!session.inStep) await unlessAborted(this.#recover(session), signal);
  }

  /**
   * Runs steps; see `Session.run`. When it throws, the adapter is being brought back in step.
   * @returns the first fault that a step found. @throws {BusFault}
   */
  async run(steps: readonly Step[], options: RunOptions): Promise<BusFault | undefined> {
    const session = this.#present();
    try {
      return await session.run(steps, options);
    } catch (error) {
      if (!session.lost) void this.#recover(session);
      throw error;
    }
  }

  #present(): Session {
    if (this.#session !== undefined) return this.#session;
    throw new BusFault('ENODEV', `${this.#protocol.description} is not open`);
  }

  /** Never fails; an adapter that does not come back is lost. */
  #recover(session: Session): Promise<void> {
    this.#recovery ??= this.#resynchronise(session).finally(() => {
      this.#recovery = undefined;
    });
    return this.#recovery;
  }

  async #resynchronise(session: Session): Promise<void> {
    try {
      await this.#protocol.resynchronise(session, this.#link as ByteLink);
    } catch {
      session.lose('it does not answer any more; unplug it and plug it in again');
    }
  }
}
