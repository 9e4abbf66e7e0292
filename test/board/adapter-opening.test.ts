import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SerprogEmulator } from '../../hosts/serprog/index.ts';
import { type Board, type BoardOptions, openBoard, serveBoard } from '../../src/board/index.ts';
import { setBoardProvider } from '../../src/dev/dropin/nodes.ts';
import { Bus } from '../../src/dev/i2c-bus/bus.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { FLASH_ID, RecordingWire } from '../hosts/recording-wire.ts';

let folder: string;
const boards: Board[] = [];
const servers: Server[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-opening-'));
});
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A board with I2C bus 1 and SPI bus 0 on one adapter. */
function boardOn(adapter: string): string {
  const path = join(folder, 'board.dts');
  const bus = (kind: string, part: string) =>
    `${kind} { compatible = "platform,virtio-${kind}"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&p>; ${part} };`;
  writeFileSync(
    path,
    `/dts-v1/; / { aliases { i2c1 = "/i2c"; spi0 = "/spi"; };
      ${bus('i2c', 'e@50 { compatible = "atmel,24c02"; reg = <0x50>; };')}
      ${bus('spi', 'f@0 { compatible = "jedec,spi-nor"; reg = <0>; };')}
      p: adapter { ${adapter} }; };`,
  );
  return path;
}

async function open(path: string, options: BoardOptions = {}): Promise<Board> {
  const board = await openBoard(path, options);
  boards.push(board);
  return board;
}

/** A script that uses a board that is served, blocking and not, and says how that ends. */
function script(place: string): string {
  const path = join(folder, 'script.mjs');
  writeFileSync(
    path,
    `import { openBoard } from ${JSON.stringify(resolve('dist/src/board/index.js'))};
     const board = await openBoard({ connect: ${JSON.stringify(place)} });
     const say = async (work) => { try { await work(); } catch (error) { console.log(error.message); } };
     const i2c = board.open('/dev/i2c-1');
     await say(() => i2c.transferSync([{ addr: 0x50, read: 1 }]));
     await say(() => i2c.transfer([{ addr: 0x50, read: 1 }]));
     await say(() => board.open('/dev/spidev0.0').transfer([{ rx: 1 }]));
     const [{ state, fault }] = board.buses();
     console.log(state, fault);
     await board.close();`,
  );
  return path;
}

/** A TCP port, as a node names it. Without `answer` it takes what comes, and never says anything. */
async function tcpPort(answer?: (received: Uint8Array) => Uint8Array): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => answer && socket.write(answer(data)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const emulator = (settings: string) => `compatible = "dtbus,bus-pirate-emulator"; ${settings}
  i2c { #address-cells = <1>; #size-cells = <0>; e@50 { compatible = "atmel,24c02"; reg = <0x50>; }; };`;
const ABSENT = 'compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE";';
const read = [
  { addr: 0x50, write: Uint8Array.of(0) },
  { addr: 0x50, read: 1 },
] as const;

describe('a transfer that has to wait for its adapter', () => {
  it('waits for a boot loader that swallows what comes for 2.5 s, as of an Arduino that was reset', async () => {
    const programmer = new SerprogEmulator({ spi: new RecordingWire().spi });
    const booted = performance.now() + 2500;
    const port = await tcpPort((data) =>
      performance.now() < booted ? new Uint8Array(0) : programmer.feed(data),
    );
    const board = await open(boardOn(`compatible = "dtbus,serprog"; port = "${port}";`));
    const { rx } = await board.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f) }, { rx: 3 }]);
    expect([...rx]).toEqual(FLASH_ID);
  });

  it('waits for parts that wake up 2.5 s after their supply was switched on', async () => {
    const path = boardOn(emulator('dtbus,power; startup-delay-us = <2500000>;'));
    const i2c = (await open(path)).open('/dev/i2c-1');
    expect(i2c.transferSync(read)).toEqual([Uint8Array.of(0xff)]);
  });

  it('does not wait longer than its caller says, and says that the adapter is being opened', async () => {
    const path = boardOn(`compatible = "dtbus,serprog"; port = "${await tcpPort()}";`);
    const flash = (await open(path)).open('/dev/spidev0.0');
    flash.timeoutMs = 100;
    await expect(flash.transfer([{ rx: 1 }])).rejects.toThrow(
      /^ETIMEDOUT: \/dev\/spidev0\.0: the back-end did not answer within 100 ms: serprog programmer on tcp:\S+ is still being opened$/,
    );
  });
});

describe('why an adapter could not be opened', () => {
  it.each([{}, { backEnd: 'inline' }] as const)('reaches every call: no such port (%j)', async (options) => {
    const board = await open(boardOn(ABSENT), options);
    const i2c = board.open('/dev/i2c-1');
    const flash = board.open('/dev/spidev0.0');
    const reason = /^ENODEV: \/dev\/\S+: not found: \/dev\/ttyNOWHERE/;
    await expect(flash.transfer([{ rx: 1 }])).rejects.toThrow(reason);
    await expect(i2c.transfer(read)).rejects.toThrow(/^ENODEV: \/dev\/i2c-1, address 0x50: not found: /);
    // With both ends in one thread nobody could open it while a call blocks.
    if ('backEnd' in options) return;
    expect(() => flash.transferSync([{ rx: 1 }])).toThrow(reason);
    expect(() => i2c.transferSync(read)).toThrow(/^ENODEV: \/dev\/i2c-1, address 0x50: not found: /);
  });

  it('reaches every call: a port where nobody answers', async () => {
    const port = await tcpPort();
    const board = await open(boardOn(`compatible = "dtbus,serprog"; port = "${port}";`));
    const reason = /^ENODEV: \/dev\/spidev0\.0: EPROTO: no serprog programmer \(interface 1\) found on tcp:/;
    const flash = board.open('/dev/spidev0.0');
    expect(() => flash.transferSync([{ rx: 1 }])).toThrow(reason);
    await expect(flash.transfer([{ rx: 1 }])).rejects.toThrow(reason);
  });

  it('so does why a transfer was refused, where its errno does not tell', async () => {
    const path = boardOn(
      emulator('dtbus,hardware = "v3"; dtbus,pull-ups; dtbus,pull-up-microvolt = <3300000>;'),
    );
    const i2c = (await open(path)).open('/dev/i2c-1');
    expect(() => i2c.transferSync(read)).toThrow(
      /^EOPNOTSUPP: \/dev\/i2c-1, address 0x50: .* cannot choose the voltage of its pull-ups/,
    );
  });

  it('is the cause of errors of npm drop-ins, and a warning of a scan, which gives none', async () => {
    const board = await open(boardOn(ABSENT));
    setBoardProvider(() => board.nodes);
    const bus = new Bus(1);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(() => bus.receiveByteSync(0x50)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^ENODEV, No such device: .*\/dev\/ttyNOWHERE/),
        cause: expect.objectContaining({ message: expect.stringContaining('/dev/ttyNOWHERE') }),
      }),
    );
    expect(bus.scanSync()).toEqual([]);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^scan: ENODEV: \/dev\/i2c-1: not found: \/dev\/ttyNOWHERE/)],
    ]);
    warn.mockRestore();
    setBoardProvider(undefined);
  });

  it.each([
    [['i2cget', '-y', '1', '0x50', '0']],
    [['i2cdetect', '-y', '1']],
    [['i2ctransfer', '-y', '1', 'r1@0x50']],
    [['flash', 'read', '/spi/f@0']],
    [['eeprom', 'read', '/i2c/e@50']],
  ])('is told by the command line: %j', async (words) => {
    const { status, err } = await dtbusHere(...words, '--board', boardOn(ABSENT));
    expect(err).toContain('not found: /dev/ttyNOWHERE');
    expect(status).not.toBe(0);
  });

  it('is told by the process that serves the board, and reaches its clients', async () => {
    const warnings: string[] = [];
    const place = join(folder, 'sockets');
    mkdirSync(place);
    const served = await serveBoard(boardOn(ABSENT), {
      socketDirectory: place,
      onWarning: (sentence) => void warnings.push(sentence),
    });
    try {
      // In processes of their own: a client waits for its answers blocked.
      const client = (...words: string[]) => promisify(execFile)(process.execPath, words, { cwd: folder });
      const reason = 'not found: /dev/ttyNOWHERE; no serial adapter is plugged in\n';
      for (const [words, code] of [
        [['i2cget', '-y', '1', '0x50', '0'], 2],
        [['i2ctransfer', '-y', '1', 'r1@0x50'], 1],
        [['i2cdetect', '-y', '1'], 1],
        [['flash', 'read', '/spi/f@0'], 1],
      ] as const) {
        const told = client(resolve('bin/dtbus.js'), ...words, '--connect', place);
        await expect(told, words[0]).rejects.toMatchObject({ code, stderr: expect.stringContaining(reason) });
      }
      const { stdout } = await client(script(place));
      expect(stdout).toBe(
        `ENODEV: /dev/i2c-1, address 0x50: ${reason}ENODEV: /dev/i2c-1, address 0x50: ${reason}` +
          `ENODEV: /dev/spidev0.0: ${reason}lost ${reason}`,
      );
      expect(warnings).toEqual([
        expect.stringMatching(/: \/adapter: the adapter is not open: ENODEV: not found: \/dev\/ttyNOWHERE/),
      ]);
    } finally {
      await served.close();
    }
  });
});
