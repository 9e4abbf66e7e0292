import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';
import { oneLine } from '../../input/index.ts';
import { BoardError } from '../board-error.ts';
import type { PageOptions } from '../open/page-option.ts';

/** What the thread of a page is started with. */
export interface PageStart {
  readonly board: string;
  /** The control socket of its board, or a folder of `dtbus serve`. */
  readonly connect: string;
  /** The board ends before its page: what it tells then is waited for. */
  readonly isOwn: boolean;
  readonly port: number;
  readonly control: boolean;
  readonly open: boolean;
}

/** What it tells: once where it is, or that it is nowhere; and what is odd. */
export type PageNews =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'warning'; readonly sentence: string };

/** How long a thread may take to tell its pages the last of what happened. */
const END_MS = 20_000;

/**
 * Serves the page of a board in a thread of its own: neither a page nor its decoding slows the board's. The thread does not keep
 * the process alive. @returns what ends it, when the pages know what happened
 * @throws {BoardError} the port is taken, or nothing answers at `connect`
 */
export async function startPage(
  { board, connect, isOwn }: Pick<PageStart, 'board' | 'connect' | 'isOwn'>,
  { port = 0, control = false, open = false, onUrl = toldOnStandardError }: PageOptions,
): Promise<() => Promise<void>> {
  // The thread's compiled entry, also when this file runs uncompiled in a test.
  const entry = createRequire(import.meta.url).resolve('#built/src/monitor/thread/worker.js');
  const workerData: PageStart = { board, connect, isOwn, port, control, open };
  const worker = new Worker(entry, { workerData, ...ownProgram() });
  const url = await new Promise<string>((resolve, reject) => {
    worker.on('message', (news: PageNews) => {
      if (news.kind === 'url') resolve(news.url);
      else if (news.kind === 'failed') reject(new BoardError(news.sentence));
      else process.emitWarning(oneLine(news.sentence));
    });
    worker.once('error', reject);
  });
  worker.unref();
  onUrl(url);
  return async () => {
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('end');
    const late = setTimeout(() => void worker.terminate(), END_MS);
    await ended;
    clearTimeout(late);
  };
}

function toldOnStandardError(url: string): void {
  process.stderr.write(`the board's page: ${url}\n`);
}
