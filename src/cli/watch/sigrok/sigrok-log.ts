import type { TracedBus, TracedTransfer, TraceEvent } from '../../../board/index.ts';
import { LiveDrawing } from '../../../formats/index.ts';
import { oneLine } from '../../../input/index.ts';
import { busName } from '../../../trace/decode.ts';
import type { EventSource } from '../watch-log.ts';
import { CHANNELS } from './protocol.ts';
import { SigrokServer } from './server.ts';
import { channelName, commandOf, IDLE_NS, type SigrokOptions, shownOf } from './sigrok-options.ts';

/** Events that are drawn at once. */
const BATCH = 64;

interface Source {
  readonly reader: EventSource;
  dropped: number;
}

/** Shows sigrok what happens on the first board that comes up, and on others of the same buses. */
export class SigrokLog {
  readonly #options: SigrokOptions;
  readonly #tell: (sentence: string) => void;
  readonly #server: SigrokServer;
  readonly #sources: Source[] = [];
  readonly #levels: boolean[] = [];
  #paths: string | undefined;
  #drawing: LiveDrawing | undefined;
  #port = 0;
  /** Channels whose levels are known. */
  #known = 0;
  #events = 0;
  #lost = 0;
  #heard = () => {};
  /** Resolves when the first program has begun to look. */
  readonly heard = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });

  /** @param line says a line to who watches */
  constructor(options: SigrokOptions, line: (text: string) => void) {
    this.#options = options;
    this.#tell = (sentence) => line(`dtbus: ${oneLine(sentence)}\n`);
    const levels = () => CHANNELS.map((_, place) => this.#levels[place] ?? false);
    this.#server = new SigrokServer({ levels, begun: () => this.#heard() }, this.#tell);
  }

  /** @throws {Error} the place cannot be had */
  async listen(): Promise<void> {
    this.#port = await this.#server.listen(this.#options);
    if (this.#options.buses !== undefined) this.#begin(this.#options.buses);
  }

  async attach(buses: readonly TracedBus[], reader: EventSource): Promise<void> {
    if (this.#drawing === undefined) this.#begin(buses);
    if (pathsOf(buses) === this.#paths) this.#sources.push({ reader, dropped: 0 });
    else this.#tell('another board has come up; sigrok is only shown the first');
  }

  /** Shows some of what has come since the last time. @returns whether there may be more */
  drain(): boolean {
    const events: TraceEvent[] = [];
    for (const { reader } of this.#sources)
      for (let next = reader.told()?.what; next !== undefined; next = reader.told()?.what) {
        events.push(next);
        if (events.length >= BATCH) break;
      }
    for (const source of this.#sources) {
      this.#lost += source.reader.dropped - source.dropped;
      source.dropped = source.reader.dropped;
    }
    const drawing = this.#drawing;
    if (drawing === undefined || events.length === 0) return false;
    this.#events += events.length;
    events.sort((a, b) => beginOf(a) - beginOf(b));
    const wave = drawing.draw(events);
    this.#nameLines(drawing);
    for (const { lane, high } of wave.edges) this.#levels[lane] = high;
    this.#server.send(wave, events.length);
    return events.length >= BATCH;
  }

  /** The last word. Resolves when nobody captures any more. */
  async end(): Promise<void> {
    while (this.drain());
    const { leftTransfers = 0, leftEdges = 0 } = this.#drawing ?? {};
    const left = leftTransfers + leftEdges;
    this.#tell(
      `${this.#events} ${this.#events === 1 ? 'event' : 'events'} for sigrok` +
        (left === 0 ? '' : `; ${left} of them have no channel, or nobody knows their bytes`) +
        (this.#lost === 0 ? '' : `; ${this.#lost} more were lost, as they came faster than they were drawn`),
    );
    await this.#server.end();
  }

  /** The board that is shown is known. */
  #begin(buses: readonly TracedBus[]): void {
    this.#paths = pathsOf(buses);
    const shown = shownOf(buses, this.#options);
    const drawing = new LiveDrawing(buses, {
      ...{ most: CHANNELS.length, idleNs: IDLE_NS, shown: (bus) => shown.includes(bus) },
    });
    this.#drawing = drawing;
    this.#known = drawing.channels.length;
    drawing.channels.forEach(({ idle }, place) => {
      this.#levels[place] = idle;
    });
    if (drawing.left.length > 0)
      this.#tell(
        `sigrok has ${CHANNELS.length} channels, so ${drawing.left.map(busName).join(', ')} cannot be shown; choose buses with --bus`,
      );
    this.#tell(`samples for sigrok: ${commandOf({ ...this.#options, port: this.#port }, drawing.channels)}`);
  }

  /** Lines have their channels from their first edge on. */
  #nameLines({ channels }: LiveDrawing): void {
    for (; this.#known < channels.length; this.#known++)
      this.#tell(`${CHANNELS[this.#known]} is ${channelName(channels[this.#known]?.name ?? '')}`);
  }
}

function pathsOf(buses: readonly TracedBus[]): string {
  return buses.map(({ path }) => path).join(' ');
}

function beginOf(event: TraceEvent): number {
  return event.startedMs + (event.kind === 'transfer' ? (event satisfies TracedTransfer).queuedMs : 0);
}
