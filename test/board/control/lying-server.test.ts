import { createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { findControl } from '../../../src/board/control/client.ts';
import { testFolder } from '../../cli/folder.ts';

const folder = testFolder();
let server: Server | undefined;
afterEach(() => server?.close());

/** A program at a control socket that answers every line with `answer`. */
async function serving(answer: string): Promise<string> {
  const path = folder.path(`lying-${answer.length}-${Math.abs(hash(answer))}.sock`);
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return path;
}

const hash = (text: string) => [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) | 0, 7);

/** What `describe` ends with. */
async function endOf(answer: string): Promise<string> {
  const control = await findControl('', await serving(answer));
  try {
    return `answered ${JSON.stringify(await control.ask({ call: 'describe' }))}`;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  } finally {
    control.close();
    server?.close();
  }
}

const INVALID =
  'BoardError: invalid answer at the control socket: expected one of dtbus; another program or version serves it';
const ENDED = 'BoardError: the process that runs the board has ended';

describe('a control socket of another program', () => {
  it.each([
    ['HTTP/1.1 400 Bad Request\n', INVALID],
    ['5\n', INVALID],
    ['null\n', INVALID],
    ['{}\n', INVALID],
    ['\n', INVALID],
    ['{"error":{"x":1}}\n', INVALID],
    ['{"event":"happened","board":1}\n', ENDED],
    // Records that are none, or end too soon.
    ['{"event":"happened","board":1,"records":"AAAAAA=="}\n', ENDED],
    ['{"event":"happened","board":1,"records":"AA=="}\n', ENDED],
    [`{"event":"happened","board":1,"records":"${Buffer.alloc(64, 1).toString('base64')}"}\n`, ENDED],
    [
      `{"event":"happened","board":1,"records":"${Buffer.from(Uint8Array.of(64, ...new Uint8Array(63).fill(255))).toString('base64')}"}\n`,
      ENDED,
    ],
    // Events that are none, in the place of the answer.
    ['{"event"\n', ENDED],
    ['{"event":\u0000}\n', ENDED],
    ['', ENDED],
    ['half of an ans', ENDED],
  ])('%j ends in a sentence', async (answer, end) => {
    expect(await endOf(answer)).toBe(end);
  });

  it('of any bytes ends in an error of its own kind, and nothing is thrown elsewhere', async () => {
    const pieces = [
      '{"event":',
      '"happened"',
      ',"board":1',
      '}',
      '\n',
      '{"result":',
      '{"pid":1}',
      '{"error":"no"}',
      'null',
      '\u001b',
    ];
    const answers = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 })), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(answers, async (parts) => {
        expect(await endOf(parts.join(''))).toMatch(/^(BoardError: |Error: |answered )/);
      }),
      { seed: 20261128, numRuns: 100 },
    );
  });
});
