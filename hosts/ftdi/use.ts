import type { FtdiConnection } from './connection.ts';

/** What the pins of a channel are set up for at present: its buses share them. */
export class ChannelUse {
  readonly #connection: FtdiConnection;
  #use: string | undefined;
  #generation: number | undefined;

  constructor(connection: FtdiConnection) {
    this.#connection = connection;
  }

  /** Sends `setUp` unless the channel is as it says already. @returns whether it was sent. @throws {BusFault} */
  async become(
    use: string,
    setUp: () => readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { generation } = this.#connection;
    if (this.#use === use && this.#generation === generation) return false;
    this.#use = undefined;
    await this.#connection.run(Uint8Array.from(setUp()), 0, signal);
    this.#use = use;
    this.#generation = generation;
    return true;
  }
}
