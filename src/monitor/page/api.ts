import type { Report, StreamLine } from '../row.ts';
import type { BoardState } from '../state.ts';
import * as store from './store.ts';

const TOKEN = 'dtbus-token';
const AGAIN_MS = 1000;

/** The token stands behind `#` once, and then only in this tab. */
function takeToken(): string {
  const [, given] = /^#t=([\w-]+)$/.exec(location.hash) ?? [];
  if (given !== undefined) {
    sessionStorage.setItem(TOKEN, given);
    history.replaceState(undefined, '', location.pathname);
  }
  return sessionStorage.getItem(TOKEN) ?? '';
}

const token = takeToken();
const headers = { Authorization: `Bearer ${token}` };

/** Asks the board. @throws {Error} with its sentence */
export async function ask<Result>(request: Readonly<Record<string, unknown>>): Promise<Result> {
  const response = await fetch('api/ask', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
  const answer = (await response.json()) as { result: Result; error?: string };
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.result;
}

/**
 * Saves what the server keeps as a file. The token stays in a header: an address could be read by others.
 * @returns how much was kept no more, and what the format has no place for @throws {Error} with its sentence
 */
export async function download(
  request: Readonly<Record<string, unknown>>,
): Promise<{ missing: number; notes: readonly string[] }> {
  const response = await fetch('api/save', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new Error(((await response.json()) as { error: string }).error);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  const [, name = 'board'] =
    /filename="([^"]*)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  link.download = name;
  link.click();
  // What begins to save it has it by then.
  setTimeout(() => URL.revokeObjectURL(url), AGAIN_MS);
  return {
    missing: Number(response.headers.get('dtbus-missing')),
    notes: JSON.parse(decodeURIComponent(response.headers.get('dtbus-notes') ?? '[]')) as string[],
  };
}

/** The report that this page holds; undefined: it is served, and asks. */
export function ownReport(): Report | undefined {
  const text = document.querySelector('script[type="application/json"]')?.textContent;
  return text === undefined || text === null ? undefined : (JSON.parse(text) as Report);
}

let began = '';

/** Reads what happens until the page is closed; begins again where it stopped. */
export async function readEvents(): Promise<void> {
  for (;;) {
    try {
      await readStream();
      store.trouble.value = 'dtbus monitor has ended; start it again';
    } catch (thrown) {
      store.trouble.value =
        thrown instanceof TypeError ? 'dtbus monitor does not answer; start it again' : String(thrown);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function readStream(): Promise<void> {
  const from = (store.rows.row(store.rows.length - 1)?.n ?? 0) + 1;
  store.rows.forgetTold();
  const response = await fetch(`api/events?from=${from}&began=${began}`, { headers });
  if (!response.ok || response.body === null) throw ((await response.json()) as { error: string }).error;
  store.trouble.value = undefined;
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(JSON.parse(line) as StreamLine);
  }
}

function take(line: StreamLine): void {
  if ('rows' in line) store.add(line.rows);
  else if ('lost' in line) store.lost.value += line.lost;
  else if ('lanes' in line) store.lanes.value = [...store.lanes.value, ...line.lanes];
  else if ('state' in line) {
    const none: BoardState = { parts: [], lines: [], buses: [], real: [], silent: [] };
    store.board.value = { ...(store.board.value ?? none), ...line.state };
  } else if ('ended' in line)
    store.trouble.value = line.ended ? 'the board has ended; start it again' : undefined;
  else {
    if (began !== line.hello.began) store.clear();
    began = line.hello.began;
    store.boardName.value = line.hello.board;
    store.mayControl.value = line.hello.control;
    store.lanes.value = line.hello.lanes;
  }
}
