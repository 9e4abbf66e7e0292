import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Board, type LineHandle, openBoard } from '../../../src/board/index.ts';

let folder: string;
let board: Board;
let button: LineHandle;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-'));
  const file = join(folder, 'board.dts');
  writeFileSync(
    file,
    `/dts-v1/; / { gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
      ngpios = <2>; gpio-line-names = "button", "led"; }; };`,
  );
  board = await openBoard(file);
  button = board.line('&gpio', 'button');
});
afterAll(async () => {
  await board.close();
  rmSync(folder, { recursive: true });
});

describe('a line', () => {
  it.each([0, 1, 'low', 'high', undefined, null])('is driven by true and false, not by %s', (level) => {
    expect(() => button.set(level as never)).toThrow(
      /^invalid level: expected true \(high\) or false \(low\), got/,
    );
    expect(button.get()).toBe(true);
  });

  it('refuses a listener that cannot be called', () => {
    expect(() => button.watch('change' as never)).toThrow(
      'invalid listener: expected a function, got "change"',
    );
  });

  it('refuses a name that it does not have, read or written', () => {
    const any = button as unknown as Record<string, unknown>;
    const members = 'it has: path, line, name, get, set, watch';
    expect(() => {
      any['value'] = false;
    }).toThrow(`not found: value of line button of /gpio; ${members}`);
    expect(() => any['high']).toThrow(`not found: high of line button of /gpio; ${members}`);
    expect(() => {
      any['name'] = 'other';
    }).toThrow('name of line button of /gpio can only be read');
  });

  it('can be awaited', async () => {
    expect(await board.line('&gpio', 1)).toMatchObject({ path: '/gpio', line: 1, name: 'led' });
  });
});
