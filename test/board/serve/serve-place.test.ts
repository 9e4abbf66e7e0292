import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServedBoard } from '../../../src/board/served.ts';

let folder: string;
let sockets: string;
let boards: ServedBoard[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-serve-'));
  sockets = join(folder, 'sockets');
  boards = [];
});
afterEach(async () => {
  await Promise.all(boards.map((board) => board.close()));
  rmSync(folder, { recursive: true });
});

async function serve(number = 1, directory = sockets): Promise<ServedBoard> {
  const path = join(folder, `board${number}.dts`);
  writeFileSync(
    path,
    `/dts-v1/; / { aliases { i2c${number} = &bus; };
  bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; }; };`,
  );
  const board = await ServedBoard.open(path, { socketDirectory: directory, onWarning: () => {} });
  boards.push(board);
  return board;
}

const tree = () => join(sockets, 'board.dtb');

describe('the folder of the sockets', () => {
  it('is made for its owner alone, with the tree beside the sockets, and emptied at the end', async () => {
    const board = await serve();
    expect(lstatSync(sockets).mode & 0o777).toBe(0o700);
    expect(lstatSync(tree()).mode & 0o777).toBe(0o600);
    expect(readdirSync(sockets)).toEqual(expect.arrayContaining(['board.dtb', 'i2c1.sock']));
    await board.close();
    expect(readdirSync(sockets)).toEqual([]);
  });

  it('is refused where others may write to it', async () => {
    mkdirSync(sockets);
    chmodSync(sockets, 0o777);
    await expect(serve()).rejects.toThrow(
      `other users may write to ${sockets}: run chmod go-w ${sockets}, or name another folder`,
    );
    expect(readdirSync(sockets)).toEqual([]);
  });

  it('is refused where a link leads to one that others may write to', async () => {
    mkdirSync(join(folder, 'shared'));
    chmodSync(join(folder, 'shared'), 0o1777);
    symlinkSync(join(folder, 'shared'), sockets);
    await expect(serve()).rejects.toThrow(`other users may write to ${sockets}`);
  });

  it.skipIf(process.geteuid?.() !== 0)('is refused where it belongs to another user', async () => {
    mkdirSync(sockets);
    chownSync(sockets, 65534, 65534);
    await expect(serve()).rejects.toThrow(`${sockets} belongs to another user`);
  });

  it('is refused where it is a file', async () => {
    writeFileSync(sockets, '');
    await expect(serve()).rejects.toThrow(`${sockets} is a file and not a folder; name another path`);
  });

  // unix(7): a socket's path has 107 bytes at most. The control socket is made last.
  it.each(['i2c1.sock', 'control.sock'])(
    'is refused before it is made where %s has a longer path',
    async (socket) => {
      const above = join(folder, 'a'.repeat(108 - `${folder}//below/${socket}`.length));
      const long = join(above, 'below', socket);
      await expect(serve(1, join(above, 'below'))).rejects.toThrow(
        `invalid socket path: expected 1 to 107 bytes: ${long}`,
      );
      expect(readdirSync(folder)).toEqual(['board1.dts']);
    },
  );

  describe('of a board that does not come up', () => {
    /** Its owner's folder would lie where the socket of everybody else is. */
    const open = () => {
      const path = join(folder, 'board.dts');
      writeFileSync(
        path,
        `/dts-v1/; / { aliases { i2c1 = &bus; };
  bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,owner = "i2c1.sock"; }; }; };`,
      );
      return ServedBoard.open(path, { socketDirectory: join(sockets, 'below'), onWarning: () => {} });
    };

    it('is taken away, with those above it', async () => {
      await expect(open()).rejects.toThrow('i2c1.sock is a file and not a folder');
      expect(readdirSync(folder)).toEqual(['board.dts']);
    });

    it('stays where it was there before', async () => {
      mkdirSync(sockets, { mode: 0o700 });
      await expect(open()).rejects.toThrow('i2c1.sock is a file and not a folder');
      expect(readdirSync(sockets)).toEqual([]);
    });
  });
});

describe('the tree beside the sockets', () => {
  it('follows no link that was planted', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    mkdirSync(sockets, { mode: 0o700 });
    symlinkSync(victim, tree());
    await serve();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(tree()).isFile()).toBe(true);
  });

  it('of another server is not overwritten', async () => {
    await serve(1);
    const before = readFileSync(tree());
    await expect(serve(2)).rejects.toThrow(`another server uses ${sockets} for another board`);
    expect(readFileSync(tree())).toEqual(before);
    expect(readdirSync(sockets)).toEqual(expect.arrayContaining(['board.dtb', 'i2c1.sock']));
  });

  it('of a server that died is replaced', async () => {
    mkdirSync(sockets, { mode: 0o700 });
    writeFileSync(tree(), 'old');
    await serve();
    expect(readFileSync(tree()).subarray(0, 4)).toEqual(Buffer.from('d00dfeed', 'hex'));
  });

  it('of a later server stays when an earlier one ends', async () => {
    const board = await serve();
    rmSync(sockets, { recursive: true });
    await serve();
    await board.close();
    expect(readdirSync(sockets)).toEqual(expect.arrayContaining(['board.dtb', 'i2c1.sock']));
    expect(existsSync(tree())).toBe(true);
  });
});
