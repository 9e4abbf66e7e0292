import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BoardControl,
  BoardError,
  type ControlDescription,
  type ControlRequest,
  RealHardwareError,
} from '../../board/index.ts';
import { messageOf } from '../../bus/index.ts';
import { parseFaultOption } from '../../faults/index.ts';
import { plainJson } from '../../input/index.ts';
import { save } from '../save/save.ts';
import { WatchedState } from './board-state.ts';
import { bodyOf, checkOrigin, checkToken, Refusal, setHeaders } from './guards.ts';
import { History } from './history.ts';
import { pageFile } from './page-files.ts';
import { Source } from './source.ts';
import { Stream } from './stream.ts';

/** How the page of a board is served. */
export interface MonitorOptions {
  /** Of 127.0.0.1; 0, if nothing else is said: one that is free. */
  readonly port?: number;
  /** Finds the board's process: now, and again when it has ended. @throws {Error} it runs nowhere */
  readonly find: () => Promise<BoardControl>;
  /** Whether a page may also touch what is on real adapters; else it shows that only. Default: false. */
  readonly control?: boolean;
  /** Is told once when the board has ended, and once when it is back. */
  readonly onState?: (isThere: boolean) => void;
}

/** A page of a board that is served. */
export interface Monitor {
  /** With the token that the page needs, behind `#`. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a page may ask of the board: the others are for commands. */
const ASKED = [
  'describe',
  'get',
  'bytes',
  'set',
  'press',
  'registers',
  'follow',
  'inject',
  'faults',
  'removeFaults',
];
/** How often a board that has ended is looked for. */
const LOOK_MS = 500;
/** How long pages may take to read the last of what happened. */
const END_MS = 3000;
const LONGEST_PRESS_MS = 60_000;

/**
 * Serves the page of a running board on 127.0.0.1, to whoever has its token.
 * @throws {Error} the board runs nowhere, or the port is taken
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const first = await options.find();
  const server = new MonitorServer(options);
  try {
    return await server.start(first, options.port ?? 0);
  } catch (thrown) {
    first.close();
    throw thrown;
  }
}

class MonitorServer {
  readonly #find: () => Promise<BoardControl>;
  readonly #onState: ((isThere: boolean) => void) | undefined;
  readonly #mayControl: boolean;
  readonly #token = randomBytes(16).toString('base64url');
  readonly #began = randomBytes(6).toString('base64url');
  readonly #history = new History();
  readonly #source = new Source(this.#history);
  readonly #state = new WatchedState(
    async () => this.#control?.ask<ControlDescription>({ call: 'describe' }),
    () => this.#source.silent,
  );
  readonly #streams = new Set<Stream>();
  #control: BoardControl | undefined;
  #board = '';
  #port = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ find, onState, control = false }: MonitorOptions) {
    this.#find = find;
    this.#onState = onState;
    this.#mayControl = control;
  }

  async start(control: BoardControl, port: number): Promise<Monitor> {
    await this.#attach(control);
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(`port ${port} of 127.0.0.1 is taken: use another --port`)
            : error,
        ),
      );
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    return {
      url: `http://127.0.0.1:${this.#port}/#t=${this.#token}`,
      close: async () => {
        this.#isClosed = true;
        clearTimeout(this.#timer);
        this.#control?.close();
        const told = this.#source
          .settled()
          .then(() => Promise.all([...this.#streams].map((stream) => stream.finish())));
        // A page that does not read is not waited for.
        const ended = new AbortController();
        const limit = sleep(END_MS, undefined, { signal: ended.signal }).catch(() => {});
        await Promise.race([told, limit]);
        ended.abort();
        server.closeAllConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      },
    };
  }

  async #attach(control: BoardControl): Promise<void> {
    const { board } = await control.ask<ControlDescription>({ call: 'describe' });
    this.#board = board;
    const { over } = await this.#source.watch(control);
    this.#control = control;
    void over.then(() => this.#ended());
  }

  #ended(): void {
    this.#control = undefined;
    if (this.#isClosed) return;
    this.#tellState(false);
    this.#lookAgain();
  }

  /** The board may be started again. */
  #lookAgain(): void {
    this.#timer = setTimeout(async () => {
      try {
        await this.#attach(await this.#find());
        this.#tellState(true);
      } catch {
        if (!this.#isClosed) this.#lookAgain();
      }
    }, LOOK_MS);
  }

  #tellState(isThere: boolean): void {
    this.#onState?.(isThere);
    for (const stream of this.#streams) stream.tell({ ended: !isThere });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setHeaders(response);
    try {
      checkOrigin(request, this.#port);
      await this.#route(request, response);
    } catch (thrown) {
      const status = thrown instanceof Refusal ? thrown.status : 422;
      if (response.headersSent) return void response.destroy();
      sendJson(response, status, { error: messageOf(thrown) });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'GET' && !pathname.startsWith('/api/')) {
      const file = pageFile(pathname);
      if (file === undefined) throw new Refusal(404, 'not found');
      response.writeHead(200, { 'Content-Type': file.type }).end(file.content);
      return;
    }
    checkToken(request, this.#token);
    if (request.method === 'GET' && pathname === '/api/events') {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      const from = searchParams.get('began') === this.#began ? Number(searchParams.get('from')) : 1;
      const hello = { began: this.#began, board: this.#board, control: this.#mayControl };
      const stream = new Stream(response, this.#history, hello, Number.isSafeInteger(from) ? from : 1);
      this.#streams.add(stream);
      const leave = this.#state.tell((state) => stream.tell({ state }));
      response.on('close', () => {
        this.#streams.delete(stream);
        leave();
      });
      if (this.#control === undefined) stream.tell({ ended: true });
      return;
    }
    if (request.method === 'POST' && pathname === '/api/save')
      return save(this.#history, await bodyOf(request), this.#board, response);
    if (request.method !== 'POST' || pathname !== '/api/ask') throw new Refusal(404, 'not found');
    sendJson(response, 200, { result: await this.#ask(await bodyOf(request)) });
  }

  /** What is asked is checked by the board's own process: it reads requests of strangers anyway. */
  async #ask(body: Record<string, unknown>): Promise<unknown> {
    const { call, ms } = body;
    if (!ASKED.includes(call as string)) throw new Refusal(400, `invalid call: expected ${ASKED.join(', ')}`);
    if (this.#control === undefined) throw new Refusal(503, 'the board has ended');
    const wait = call === 'press' && typeof ms === 'number' ? Math.min(ms, LONGEST_PRESS_MS) : 0;
    if (wait !== 0 && wait !== ms) throw new Refusal(400, `invalid ms: expected at most ${LONGEST_PRESS_MS}`);
    const asked = call === 'inject' ? faultOf(body) : (body as unknown as ControlRequest);
    try {
      return await this.#control.ask({ ...asked, simulatedOnly: !this.#mayControl }, wait);
    } catch (thrown) {
      if (thrown instanceof RealHardwareError)
        throw new Refusal(403, `${thrown.message}, which this page may only show: start it with --control`);
      // It has ended meanwhile, or does not answer: nothing is wrong with what was asked.
      if (thrown instanceof BoardError) throw new Refusal(503, thrown.message);
      throw thrown;
    }
  }
}

/** A fault as `dtbus inject` takes it: FAULT TARGET OPTION=VALUE. @throws {Refusal} {TypeError} it is none */
function faultOf({ text }: Record<string, unknown>): ControlRequest {
  const [kind = '', target, ...settings] = String(text).trim().split(/\s+/);
  if (target === undefined) throw new Refusal(400, 'invalid fault: expected FAULT TARGET [OPTION=VALUE...]');
  return { call: 'inject', kind, target, options: Object.fromEntries(settings.map(parseFaultOption)) };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(plainJson(value));
}
