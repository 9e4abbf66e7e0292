import { callback, checkOptions, flag, integer, type OptionCheck } from '../../input/index.ts';

/** How the page of a board is served; nothing of it is needed. */
export interface PageOptions {
  /** Of 127.0.0.1. Default: one that is free. */
  readonly port?: number;
  /** Whether the page may touch what is on real adapters, too; else it shows that only. Default: false. */
  readonly control?: boolean;
  /** Opens the page in the browser. */
  readonly open?: boolean;
  /** Is told the page's address, which has its token: whoever has it can touch the board. Default: it is written to standard error. */
  readonly onUrl?: (url: string) => void;
}

/** What `openBoard` takes as `monitor`. */
export const pageOption: OptionCheck = (name, value) => {
  if (typeof value === 'boolean') return;
  checkOptions<PageOptions>(name, value, {
    port: integer(0, 65_535),
    control: flag,
    open: flag,
    onUrl: callback,
  });
};
