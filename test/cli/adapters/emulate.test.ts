import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';
import { EMULATED_KINDS } from '../../../src/board/served.ts';
import { program } from '../../guest/boot.ts';
import { testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const NO_FLASHROM = program('flashrom');
const folder = testFolder();
const FLASH_BYTES = 1 << 20;

const BOARD = `/dts-v1/; / {
  aliases { i2c1 = &i2c; spi0 = &spi; };
  i2c: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
    what@33 { compatible = "acme,unheard-of"; reg = <0x33>; }; };
  spi: spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    flash@0 { compatible = "winbond,w25q80"; reg = <0>; dtbus,contents = "flash.bin"; }; };
};`;

let child: ChildProcess;
afterEach(() => {
  child?.kill('SIGKILL');
});

/** Runs `dtbus adapters --emulate`. @returns what it prints until it is ready */
async function emulate(...argv: string[]): Promise<string[]> {
  const file = folder.write('board.dts', BOARD);
  child = spawn(process.execPath, ['bin/dtbus.js', 'adapters', '-b', file, '--emulate', ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    lines.push(line);
    if (line === 'ready' || line.startsWith('{')) break;
  }
  return lines;
}

async function ended(): Promise<number | null> {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code as number | null;
}

/** Runs flashrom. @returns its exit code and what it printed */
async function flashrom(...argv: string[]): Promise<{ code: number; text: string }> {
  const run = spawn('flashrom', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [run.stdout, run.stderr])
    stream.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
    });
  const [code] = await once(run, 'close');
  return { code: code as number, text };
}

describe('dtbus adapters --emulate', () => {
  it.skipIf(NO_FLASHROM !== undefined)(
    'lets flashrom read and write the flash of a board, and keeps what it wrote',
    async () => {
      const contents = Uint8Array.from({ length: FLASH_BYTES }, (_, at) => (at * 7 + (at >> 9)) & 0xff);
      const file = folder.write('flash.bin', contents);
      const port = folder.path('programmer');
      expect(await emulate('serprog', '--port', port)).toEqual([
        `emulated serprog on ${port}`,
        `  flashrom -p serprog:dev=${port}:115200`,
        `  adapter { compatible = "dtbus,serprog"; port = "${port}"; };`,
        'ready',
      ]);
      const read = folder.path('read.bin');
      const programmer = `serprog:dev=${port}:115200`;
      const { code, text } = await flashrom('-p', programmer, '-c', 'W25Q80.V', '-r', read);
      expect(code, text).toBe(0);
      expect(Buffer.compare(readFileSync(read), contents)).toBe(0);
      const changed = contents.slice();
      changed[4096] = 0x12;
      writeFileSync(read, changed);
      const written = await flashrom('-p', programmer, '-c', 'W25Q80.V', '-w', read);
      expect(written.code, written.text).toBe(0);
      expect(await ended()).toBe(0);
      expect(existsSync(port)).toBe(false);
      expect(Buffer.compare(readFileSync(file), changed)).toBe(0);
    },
    60_000,
  );

  it.each([
    ['i2c-tiny-usb', 0x0403, 0xc631],
    ['ch341a', 0x1a86, 0x5512],
    ['ft232h', 0x0403, 0x6014],
    ['ft2232h', 0x0403, 0x6010],
    ['ft4232h', 0x0403, 0x6011],
    ['mcp2221a', 0x04d8, 0x00dd],
    ['cp2112', 0x10c4, 0xea90],
    ['ch347', 0x1a86, 0x55db],
    ['ft260', 0x0403, 0x6030],
    ['mcp2210', 0x04d8, 0x00de],
    ['dln2', 0xa257, 0x2013],
  ])('exports %s by USB/IP, for this machine alone', async (kind, vendorId, productId) => {
    const [line = ''] = await emulate(kind, '--listen', '0', '--json');
    const { way, where } = JSON.parse(line) as { way: string; where: string };
    expect([way, where.split(':')[0]]).toEqual(['usb', '127.0.0.1']);
    // Documentation/usb/usbip_protocol.rst: OP_REQ_DEVLIST, and where a reply has the count and the ids.
    const socket = connect(Number(where.split(':')[1]), '127.0.0.1');
    socket.write(Uint8Array.of(0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0));
    const chunks: Buffer[] = [];
    socket.on('data', (bytes) => chunks.push(bytes));
    await once(socket, 'close');
    const reply = Buffer.concat(chunks);
    expect(reply.readUInt32BE(8)).toBe(1);
    expect([reply.readUInt16BE(12 + 300), reply.readUInt16BE(12 + 302)]).toEqual([vendorId, productId]);
    expect(await ended()).toBe(0);
  });

  it('has each kind in its help', async () => {
    const { out } = await dtbusHere('adapters', '--help');
    const words = new Set(out.match(/[a-z0-9-]+/g));
    expect(Object.keys(EMULATED_KINDS).filter((kind) => !words.has(kind))).toEqual([]);
  });

  it.each(
    Object.entries(EMULATED_KINDS).flatMap(([kind, { way, carries }]) =>
      way === 'pty' ? [[kind, carries[0]]] : [],
    ),
  )(
    'prints the node by which a board of dtbus drives %s, and reaches the parts on its %s',
    async (kind, bus) => {
      const port = folder.path(`a-${kind}`);
      const node = (await emulate(kind, '--port', port)).find((line) => line.startsWith('  adapter {')) ?? '';
      const source = `/dts-v1/; / { hosts { it: ${node.trim()} };
      bus { compatible = "platform,virtio-${bus}"; dtbus,host = <&it>; }; };`;
      await using board = await openBoard({ source, onWarning: () => {} });
      if (bus === 'i2c')
        expect(await board.open('/dev/i2c-0').transfer([{ addr: 0x50, read: 1 }])).toEqual([
          Uint8Array.of(0xff),
        ]);
      else {
        const { rx } = await board.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f) }, { rx: 3 }]);
        expect([...rx]).toEqual([0xef, 0x40, 0x14]);
      }
      expect(await ended()).toBe(0);
    },
  );

  it('says that its port is taken, and how to get another', async () => {
    const [line = ''] = await emulate('cp2112', '--listen', '0', '--json');
    const { where } = JSON.parse(line) as { where: string };
    const file = folder.write('second.dts', BOARD);
    const argv = ['adapters', '-b', file, '--emulate', 'ch341a', '--listen', where];
    expect((await dtbusHere(...argv)).err).toMatch(
      `dtbus: another program, maybe another emulated adapter, listens on ${where}: choose another port, or 0 for one that is free`,
    );
  });

  it('says what is not there', async () => {
    const file = folder.write('board.dts', BOARD);
    const err = async (...argv: string[]) => (await dtbusHere('adapters', '-b', file, ...argv)).err;
    expect(await err('--emulate', 'serprog', '--bus', 'spi4')).toBe(
      'dtbus: not found: bus spi4; the board has i2c1, spi0\n',
    );
    expect(await err('--emulate', 'serprog', '--bus', 'spi0', '--bus', 'spi0')).toBe(
      'dtbus: invalid buses spi0, spi0: an adapter has one spi bus\n',
    );
    expect(await err('--emulate', 'serprog', '--bus', 'i2c1')).toBe(
      'dtbus: invalid bus i2c1: serprog carries only spi\n',
    );
    expect(await err('--emulate', 'i2c-tiny-usb', '--bus', 'spi0')).toBe(
      'dtbus: invalid bus spi0: i2c-tiny-usb carries only i2c\n',
    );
    expect(await err('--emulate', 'serprog', '--port', '/nowhere/at/all')).toMatch(
      /^dtbus: the emulated adapter cannot be reached: .*ENOENT/m,
    );
  });

  it('leaves the port of another that runs, and takes that of one that was killed', async () => {
    const file = folder.write('unkept.dts', BOARD.replace('dtbus,contents = "flash.bin";', ''));
    const port = folder.path('taken');
    expect((await emulate('serprog', '--port', port)).at(-1)).toBe('ready');
    const led = readlinkSync(port);
    const words = ['adapters', '-b', file, '--emulate', 'serprog', '--port', port];
    const second = spawnSync(process.execPath, ['bin/dtbus.js', ...words], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect([second.status, second.stderr]).toEqual([
      1,
      expect.stringContaining(`${port} already leads to ${led}; name another path`),
    ]);
    expect(readlinkSync(port)).toBe(led);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await emulate('serprog', '--port', port)).at(-1)).toBe('ready');
  });
});
