import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../../src/board/index.ts';

/** One part after the other has what no owner or address can be; the others are as they should be. */
const SOURCE = `/dts-v1/;
/ {
	aliases { i2c1 = &bus; spi0 = &spi; };
	bus: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		named@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,owner = "a/b"; };
		number@49 { compatible = "national,lm75"; reg = <0x49>; dtbus,owner = <7>; };
		two@4a { compatible = "national,lm75"; reg = <0x4a>; dtbus,owner = "alice", "bob"; };
		alices@4b { compatible = "national,lm75"; reg = <0x4b>; dtbus,owner = "alice"; };
		free@4c { compatible = "national,lm75"; reg = <0x4c>; };
		eeprom@50 { compatible = "atmel,24c08"; reg = <0x50>; dtbus,owner = "alice"; };
		inside@52 { compatible = "national,lm75"; reg = <0x52>; dtbus,owner = "bob"; };
		bobs@4d { compatible = "national,lm75"; reg = <0x4d>; dtbus,owner = "bob"; };
		nowhere@0 { compatible = "national,lm75"; reg = <0xffffffff>; };
	};
	spi: spi {
		compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
		flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; spi-max-frequency = <1000000>; dtbus,owner = "alice"; };
		odd@1 { compatible = "jedec,spi-nor"; reg = "x"; dtbus,owner = "alice"; };
	};
};
`;

let folder: string;
let server: ChildProcess;
let warnings = '';
const boards: Board[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-owners-'));
  const file = join(folder, 'board.dts');
  writeFileSync(file, SOURCE);
  server = spawn(process.execPath, ['bin/dtbus.js', 'serve', file, '--socket-dir', join(folder, 'sockets')]);
  server.stderr?.on('data', (bytes) => (warnings += bytes));
  await new Promise<void>((resolve) => {
    server.stdout?.on('data', (bytes) => String(bytes).includes('ready') && resolve());
  });
});
afterAll(async () => {
  await Promise.all(boards.map((board) => board.close()));
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  rmSync(folder, { recursive: true });
});

/** What a front-end at the sockets of an owner gets from each address: the temperature, or its errno. */
async function seenBy(owner: string): Promise<Record<string, number | string>> {
  const board = await openBoard({ connect: join(folder, 'sockets', owner), onWarning: () => {} });
  boards.push(board);
  const i2c = board.open('/dev/i2c-1');
  const seen: Record<string, number | string> = {};
  for (const addr of [0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x52])
    seen[addr.toString(16)] = await i2c
      .transfer([{ addr, read: 2 }])
      .then(([bytes]) => (bytes as Uint8Array)[0] as number)
      .catch(({ code }) => code);
  return seen;
}

describe('a part whose dtbus,owner is invalid', () => {
  const refused = { 48: 'EPERM', 49: 'EPERM', '4a': 'EPERM', 52: 'EPERM' };

  it('is left out with its own sentence, and the board is served', () => {
    expect(warnings).toMatch(
      /\/i2c\/named@48: invalid owner: expected letters.*, got "a\/b"; no client may use the part\n/,
    );
    expect(warnings.match(/invalid dtbus,owner: expected one string/g)).toHaveLength(2);
    expect(warnings).toContain(
      '/i2c: address 0x52 belongs to clients of two owners (dtbus,owner): no client',
    );
    expect(readdirSync(join(folder, 'sockets')).filter((name) => !name.includes('.'))).toEqual([
      'alice',
      'bob',
    ]);
  });

  it('is reached by nobody, and every owner reaches the parts of its own', async () => {
    expect(await seenBy('.')).toEqual({ ...refused, '4b': 'EPERM', '4c': 25, '4d': 'EPERM' });
    expect(await seenBy('alice')).toEqual({ ...refused, '4b': 25, '4c': 'EPERM', '4d': 'EPERM' });
    expect(await seenBy('bob')).toEqual({ ...refused, '4b': 'EPERM', '4c': 'EPERM', '4d': 25 });
  });
});
