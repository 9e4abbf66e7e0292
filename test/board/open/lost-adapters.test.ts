import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BusPirateEmulator } from '../../../hosts/bus-pirate/index.ts';
import { directSerialLink } from '../../../hosts/link/serial.ts';
import { type ServedEmulator, serveEmulator } from '../../../hosts/link/serve-emulator.ts';
import { type Board, type BoardOptions, openBoard, openBoardSync } from '../../../src/board/index.ts';

const boardOn = (port: string) => `/dts-v1/; / {
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&pirate>;
    temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,simulate; }; };
  hosts { pirate: bus-pirate { compatible = "dangerousprototypes,bus-pirate"; port = "${port}"; }; }; };`;
const MISSING =
  /^board\.dts:\d+:\d+: \/hosts\/bus-pirate: the adapter is not open: ENODEV: not found: .+; the next transfer tries again$/;

let folder: string;
let warnings: string[];
const cleanUps: (() => void | Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-'));
  warnings = [];
  cleanUps.push(() => rmSync(folder, { recursive: true }));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** What a board on this port warns of, without the folder's name. */
const options = (port: string, more: BoardOptions = {}) => ({
  source: boardOn(port),
  onWarning: (sentence: string) => void warnings.push(sentence.replace('<source>', 'board.dts')),
  ...more,
});

async function open(port: string, more: BoardOptions = {}): Promise<Board> {
  const board = await openBoard(options(port, more));
  cleanUps.push(() => board.close());
  return board;
}

function emulator(link: string): ServedEmulator {
  const served = serveEmulator(new BusPirateEmulator({}), { pty: true, link });
  cleanUps.push(() => served.close());
  return served;
}

/** Waits for the attempt to open the adapter that goes on while the board is up. */
async function settled(board: Board): Promise<void> {
  await board.settled();
  await new Promise(setImmediate);
}

describe('an adapter that cannot be opened', () => {
  it.each(['worker', 'inline'] as const)('is told when the board opens, once (%s)', async (backEnd) => {
    const board = await open(join(folder, 'none'), { backEnd });
    expect(warnings).toEqual([expect.stringMatching(MISSING)]);
    await settled(board);
    expect(board.buses()[0]?.state).toBe('lost');
    expect(warnings).toHaveLength(1);
  });

  it('is told by openBoardSync too', async () => {
    const board = openBoardSync(options(join(folder, 'none')));
    cleanUps.push(() => board.close());
    expect(warnings).toEqual([expect.stringMatching(MISSING)]);
  });

  it('is told where the port is no port', async () => {
    writeFileSync(join(folder, 'file'), '');
    await open(join(folder, 'file'));
    expect(warnings).toEqual([
      expect.stringContaining(`ENODEV: ${join(folder, 'file')} is not a serial port;`),
    ]);
  });

  it('is told where another program holds the port', async () => {
    const { port } = emulator(join(folder, 'port'));
    const other = await directSerialLink(port, 115_200)({ data: () => {}, lost: () => {} });
    cleanUps.push(() => other.close());
    const board = await open(port);
    expect(warnings).toEqual([]);
    await settled(board);
    expect(warnings).toEqual([
      expect.stringMatching(/not open: EBUSY: .+ is in use by process \d+ \(.+\): close it/),
    ]);
  });

  it('may come later: then its bus works', async () => {
    const port = join(folder, 'port');
    const board = await open(port);
    await settled(board);
    emulator(port);
    const i2c = board.open('/dev/i2c-0');
    await expect
      .poll(() => i2c.transfer([{ addr: 0x48, read: 2 }]).catch(String), { timeout: 20_000 })
      .toEqual([Uint8Array.of(25, 0)]);
    expect(warnings).toHaveLength(1);
  });

  it('is left to the transfers where they open it, and to nobody where the board is only looked at', async () => {
    const board = await open(join(folder, 'none'), { openHosts: 'first-use' });
    await expect(board.open('/dev/i2c-0').transfer([{ addr: 0x50, read: 1 }])).rejects.toThrow('not found');
    await settled(board);
    const seen = await open(join(folder, 'none'), { look: true });
    await expect(seen.open('/dev/i2c-0').transfer([{ addr: 0x50, read: 1 }])).rejects.toThrow('look at it');
    await settled(seen);
    expect(warnings).toEqual([]);
  });
});
