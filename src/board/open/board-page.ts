import { controlSocketOf } from '../control/place.ts';
import type { PageOptions } from './page-option.ts';

let unnamed = 0;

/** The page that `openBoard` is asked for with its board. */
export class BoardPage {
  /** By which the board is shared with the page, and which that shows. */
  readonly name: string;
  readonly #options: PageOptions;
  #end: (() => Promise<void>) | undefined;

  /** @param file undefined: a tree without a file, which no other process can name */
  constructor(options: true | PageOptions, file: string | undefined) {
    this.#options = options === true ? {} : options;
    this.name = file ?? `<source> ${++unnamed}`;
  }

  /** @param connect where another process serves the board; undefined: it is shared here @throws {BoardError} */
  async begin(connect: string | undefined): Promise<void> {
    const { startPage } = await import('../control/page-thread.ts');
    const place = { connect: connect ?? controlSocketOf(this.name), isOwn: connect === undefined };
    this.#end = await startPage({ board: this.name, ...place }, this.#options);
  }

  async end(): Promise<void> {
    await this.#end?.();
  }
}
