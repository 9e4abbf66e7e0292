import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type BoardOptions, openBoard, openBoardSync, processesOf } from '../../../src/board/index.ts';
import { boardText, runtimeFolder } from '../../cli/folder.ts';

const folder = runtimeFolder();
const TEXT = boardText('temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };', '');
const READ = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
] as const;

it('tells a page all that happened until the board is closed, also of a tree without a file', async () => {
  let address = '';
  const monitor = {
    onUrl: (url: string) => {
      address = url;
    },
  };
  const board = await openBoard({ source: TEXT, monitor, backEnd: 'inline' });
  const { origin, hash } = new URL(address);
  const headers = { Authorization: `Bearer ${hash.slice(3)}` };
  const response = await fetch(`${origin}/api/events`, { headers });
  // The page has the last of it only because the board's end waits for it: nothing here returns to the event loop.
  for (let i = 0; i < 2000; i++) board.open('/dev/i2c-1').transferSync(READ);
  const [text] = await Promise.all([response.text(), board.close()]);
  const numbers = text.split('\n').flatMap((line) => {
    const { rows, lost } = JSON.parse(line || '{}') as {
      rows?: { first: number; of: number[] };
      lost?: number;
    };
    expect(lost).toBeUndefined();
    return rows?.of.map((_, i) => rows.first + i) ?? [];
  });
  expect(numbers).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
  await expect(fetch(origin)).rejects.toThrow();
});

it('leaves no board behind where there can be no page', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const file = folder.write('board.dts', TEXT);
  await expect(openBoard(file, { monitor: { port } })).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken: use another --port`,
  );
  expect(processesOf(file)).toEqual([]);
});

it.each([
  [{ monitor: 'yes' }, /^invalid options of monitor: expected an object, got "yes"$/],
  [{ monitor: { port: 65_536 } }, /^invalid port: expected .*65535, got 65536/],
  [{ monitor: { ports: 1 } }, /ports/],
])('refuses %j', async (options, sentence) => {
  await expect(openBoard({ source: TEXT, ...(options as BoardOptions) })).rejects.toThrow(sentence);
});

it('is nothing for a board that is opened without waiting', () => {
  expect(() => openBoardSync({ source: TEXT, monitor: true } as never)).toThrow(/monitor/);
});
