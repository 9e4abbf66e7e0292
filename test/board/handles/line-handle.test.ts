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

  it.each([
    ['&gpio', undefined, 'invalid line: expected a number or a name, got undefined'],
    ['&gpio', {}, 'invalid line: expected a number or a name, got an object'],
    ['&gpio', '1', 'not found: line "1" of &gpio; it has: "button", "led"'],
    ['&gpio', 'buton', 'not found: line "buton" of &gpio; it has: "button", "led" (did you mean "button")'],
    ['&gpoi', 0, 'not found: GPIO controller &gpoi; the board has: /gpio (did you mean &gpio)'],
    ['&gpio', 7, 'not found: line 7 of &gpio; it has: "button", "led"'],
    ['&other', 0, 'not found: GPIO controller &other; the board has: /gpio'],
    [5, 0, "invalid name: expected a path, an alias or '&label', got 5"],
  ])('is found by controller and number or name, not by %s %s', (controller, line, sentence) => {
    expect(() => board.line(controller as never, line as never)).toThrow(sentence);
  });

  it('as a driver has it refuses what is no line, direction or edge', async () => {
    const gpio = await board.gpio();
    const direction = gpio.direction(0);
    const refused: [() => unknown, string][] = [
      [() => gpio.get('button' as never), 'EINVAL: invalid line: expected a number from 0 to 1, got button'],
      [
        () => gpio.setDirection(0, 'output' as never),
        'EINVAL: invalid direction: expected "in", "out" or "none", got output',
      ],
    ];
    for (const [call, sentence] of refused) expect(call).toThrow(sentence);
    await expect(gpio.waitEdge(0, 'fall' as never)).rejects.toThrow(
      'EINVAL: invalid edge: expected "rising", "falling" or "both", got fall',
    );
    await expect(gpio.waitEdge(0, 'falling', '5' as never)).rejects.toThrow(
      'EINVAL: invalid timeoutMs: expected a number of ms, 0 or more, got 5',
    );
    expect(gpio.direction(0)).toBe(direction);
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
