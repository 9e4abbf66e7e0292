import { openStream, type RemoteAddress, RemoteSession, type Told, whoAmI } from '../../../remote/index.ts';
import type { TraceFilter } from '../../handles/traced-paths.ts';

/** Told of records, and of how many events behind them were lost. @throws {RangeError} they are no records */
type Heard = (records: Uint8Array<ArrayBuffer>, lost: number) => void;

/** A board that another machine shares, as who watches it sees it. */
export class LiveBoard {
  readonly session: RemoteSession;
  /** Resolves when the stream has ended. */
  readonly over: Promise<void>;
  readonly #bus: string | undefined;
  /** What was told, and nobody has heard yet. */
  readonly #waiting: Parameters<Heard>[] = [];
  #heard: Heard | undefined;
  #end = (): void => {};

  constructor({ place, name, bus }: RemoteAddress) {
    this.#bus = bus;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.session = new RemoteSession({
      name,
      who: whoAmI(),
      token: process.env['DTBUS_TOKEN'] ?? '',
      open: () => openStream(place, name),
      onEnd: () => this.#end(),
      onHappened: (records, lost) => {
        this.#waiting.push([Uint8Array.from(records), lost]);
        this.#tell();
      },
    });
  }

  /** What is wanted of the board: a bus that its address names, too. */
  wanted({ parts = [], buses = [] }: TraceFilter): Required<TraceFilter> {
    return { parts, buses: this.#bus === undefined ? buses : [...buses, this.#bus] };
  }

  /** Begins to watch it; what happens from then on waits for `hear`. @throws {BusFault} */
  watch(wanted: Required<TraceFilter>): Promise<Told<'watching'>> {
    return this.session.watch(wanted.parts, wanted.buses);
  }

  hear(heard: Heard): void {
    this.#heard = heard;
    this.#tell();
  }

  /** Ends where it tells what is no trace. */
  #tell(): void {
    if (this.#heard === undefined) return;
    try {
      for (const [records, lost] of this.#waiting.splice(0)) this.#heard(records, lost);
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      void this.session.close();
      this.#end();
    }
  }
}
