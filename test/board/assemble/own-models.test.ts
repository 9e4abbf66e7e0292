import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Board, openBoard } from '../../../src/board/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-own-'));
let board: Board | undefined;
afterEach(async () => {
  await board?.close();
  rmSync(folder, { recursive: true });
});

it('the data sheet of the README is a part by dtbus,model', async () => {
  const readme = readFileSync('src/parts/README.md', 'utf8');
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  writeFileSync(join(folder, 'answer.mjs'), example);
  const path = join(folder, 'board.dts');
  writeFileSync(
    path,
    `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
      part@42 { compatible = "acme,answer"; reg = <0x42>; dtbus,model = "./answer.mjs"; }; }; };`,
  );
  board = await openBoard(path);
  const i2c = board.open('/dev/i2c-0');
  const answer = () => {
    const [bytes] = i2c.transferSync([
      { addr: 0x42, write: Uint8Array.of(0) },
      { addr: 0x42, read: 1 },
    ]);
    return bytes?.[0];
  };
  expect(answer()).toBe(42);
  board.part('/i2c/part@42').set('answer', 7);
  expect(answer()).toBe(7);
});
