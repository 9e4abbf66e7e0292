import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { type Board, openBoard } from '../../board/index.ts';
import { drawBoard } from '../board/board-tree.ts';
import { isIncomplete } from '../board/named-board.ts';
import { processIo } from '../i2c-tools/io.ts';
import { paintFor } from '../terminal/style.ts';
import { warn } from '../terminal/warn.ts';

/** The demo board, wherever the package lies. */
const PACKAGE = createRequire(import.meta.url).resolve('dtbus/package.json');
const DEMO_BOARD = join(dirname(PACKAGE), 'dts', 'demo.dts');

/** LM75 temperature register: 11 bits, left-justified, 0.125 °C each. */
const LM75_TEMPERATURE = 0x00;
const EEPROM_TEXT = 'Hello from dtbus.';
const JEDEC_READ_ID = 0x9f;

/** Brings up the demo board and reads its parts, each over its bus and through the virtqueue. */
export async function demo(): Promise<number> {
  const paint = paintFor(process.stdout);
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const heading = (text: string) => say(`\n${paint('bold', text)}`);
  const board = await openBoard(DEMO_BOARD, {
    onWarning: warn,
  });
  const io = processIo();
  const { i2cdetect, i2cdump } = await import('../i2c-tools/index.ts');
  try {
    await board.settled();
    say(drawBoard(board, { paint, columns: process.stdout.columns }));
    const incomplete = isIncomplete(board);
    const lost = new Set(board.buses().flatMap(({ state, nodes }) => (state === 'lost' ? [...nodes] : [])));
    for (const node of board.nodes.list()) {
      if (node.kind !== 'i2c' || lost.has(node.path)) continue;
      heading(`$ dtbus i2cdetect -y ${node.adapter.number}`);
      await i2cdetect.run(['-y', String(node.adapter.number)], board.nodes, io);
    }

    heading('A temperature: set by a script, read over the bus');
    board.part('&temp').set('temperature', 31.5);
    say(`  board.part('&temp').temperature = 31.5`);
    say(`  ${readTemperature(board)} °C  read from 0x48 on /dev/i2c-1`);

    heading('$ dtbus i2cdump -y 1 0x50 b');
    writeEeprom(board, EEPROM_TEXT);
    await i2cdump.run(['-y', '-r', '0x00-0x3f', '1', '0x50', 'b'], board.nodes, io);

    heading('Flash ids');
    for (const path of ['/dev/spidev0.0', '/dev/spidev1.0'] as const) {
      if (lost.has(path)) continue;
      const flash = board.open(path);
      const { rx } = await flash.transfer([{ tx: Uint8Array.of(JEDEC_READ_ID, 0, 0, 0), rx: 4 }]);
      say(`  ${path}: ${Buffer.from(rx.subarray(1)).toString('hex')}`);
      flash.close();
    }

    heading('Next');
    const dtbus = calledByName() ? 'dtbus' : 'npx dtbus';
    say(`  cp ${shortest(DEMO_BOARD)} board.dts`);
    for (const [what, why] of NEXT) say(`  ${`${dtbus} ${what}`.padEnd(43)}  ${why}`);
    return incomplete ? 1 : 0;
  } finally {
    io.close();
    await board.close();
  }
}

/** What to try with the demo board as `board.dts`. */
const NEXT = [
  ['ls', 'draw the board; change board.dts and look again'],
  ['i2cdetect -y 2', 'scan the bus on the Bus Pirate'],
  ['watch board.dts i2cdump -y 1 0x50', 'show every transfer of a command'],
  ['run board.dts your-script.js', 'run a script on the board'],
  ['parts', 'list the parts that can be simulated'],
] as const;

/** Whether `dtbus` is on the way of the shell, rather than started by npm or by its file. */
function calledByName(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    // npm puts the binaries of the package there only while it runs a script.
    return !folder.endsWith(join('node_modules', '.bin')) && existsSync(join(folder, 'dtbus'));
  });
}

/** A path as a person types it from here. */
function shortest(path: string): string {
  const fromHere = relative('', path);
  return fromHere.length < path.length ? fromHere : path;
}

function readTemperature(board: Board): number {
  const i2c = board.open('/dev/i2c-1');
  const [bytes] = i2c.transferSync([
    { addr: 0x48, write: Uint8Array.of(LM75_TEMPERATURE) },
    { addr: 0x48, read: 2 },
  ]);
  i2c.close();
  return new DataView((bytes as Uint8Array).slice().buffer).getInt16(0) / 256;
}

/** Writes page by page, polling for the end of each write as the data sheet says: the part does not acknowledge before. */
function writeEeprom(board: Board, text: string): void {
  const pageSize = 8;
  const i2c = board.open('/dev/i2c-1');
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pageSize) {
    const page = bytes.subarray(at, at + pageSize);
    i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(at, ...page) }]);
    for (let ready = false; !ready; ) {
      try {
        i2c.transferSync([{ addr: 0x50, write: new Uint8Array(0) }]);
        ready = true;
      } catch {
        // Still writing.
      }
    }
  }
  i2c.close();
}
