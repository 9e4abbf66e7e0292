import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Board, type BoardOptions, openBoard, openBoardSync } from '../../../src/board/index.ts';
import { openFiles } from '../../os/open-files.ts';

const BOARD = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; i2c2 = &shared; spi0 = &spi; };
	i2c: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	shared: i2c-shared {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
		eeprom@51 { compatible = "atmel,24c02"; reg = <0x51>; dtbus,owner = "left"; };
	};
	spi: spi {
		compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
		flash@0 { compatible = "winbond,w25q80"; reg = <0>; spi-max-frequency = <1000000>; };
	};
	gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <1>; };
};
`;
/** LM75 at 25 degrees: 50 half degrees, left-justified. */
const WARM = Uint8Array.of(0x19, 0x00);
const TEMPERATURE = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
];

let folder: string;
let sockets: string;
let server: ChildProcess;
let board: Board | undefined;

/** Starts `dtbus serve`; resolves when it prints "ready". */
async function serve(...place: string[]): Promise<ChildProcess> {
  if (place.length === 0) place.push('--socket-dir', sockets);
  const argv = ['bin/dtbus.js', 'serve', join(folder, 'board.dts'), ...place];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  for (let out = ''; !out.endsWith('ready\n'); ) out += (await once(child.stdout, 'data'))[0];
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Runs `dtbus` in a process of its own. */
function dtbus(...argv: string[]) {
  const { DTBUS_BOARD: _, DTBUS_CONNECT: __, ...env } = process.env;
  const result = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
    encoding: 'utf8',
    env,
    timeout: 20_000,
  });
  return { status: result.status, out: result.stdout, err: result.stderr };
}

async function attach(place = sockets, options: BoardOptions = {}): Promise<Board> {
  // The tree of a folder lies there; that of one socket is the file's.
  const isFolder = existsSync(join(place, 'board.dtb'));
  board = await openBoard(isFolder ? undefined : join(folder, 'board.dts'), { connect: place, ...options });
  return board;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-attach-'));
  sockets = join(folder, 'run');
  writeFileSync(join(folder, 'board.dts'), BOARD);
  server = await serve();
});
afterEach(async () => {
  await board?.close();
  board = undefined;
});
afterAll(async () => {
  await end(server);
  rmSync(folder, { recursive: true });
});

describe('a board that another process serves', () => {
  it('is used synchronously and asynchronously, I2C and SPI', async () => {
    const attached = await attach();
    const i2c = attached.open('/dev/i2c-1');
    expect(i2c.transferSync(TEMPERATURE)).toEqual([WARM]);
    expect(await i2c.transfer(TEMPERATURE)).toEqual([WARM]);
    const id = [{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }];
    // JEDEC id of a W25Q80 (Winbond data sheet, 8.1.1): manufacturer EFh, device 4014h.
    const flash = attached.open('/dev/spidev0.0');
    expect([...flash.transferSync(id).rx]).toEqual([0xff, 0xef, 0x40, 0x14]);
    expect([...(await flash.transfer(id)).rx]).toEqual([0xff, 0xef, 0x40, 0x14]);
  });

  it('fails with the errno that the bus has for it', async () => {
    const i2c = (await attach()).open('/dev/i2c-1');
    expect(() => i2c.transferSync([{ addr: 0x33, read: 1 }])).toThrow(/^ENXIO/);
    await expect(i2c.transfer([{ addr: 0x33, read: 1 }])).rejects.toThrow(/^ENXIO/);
  });

  it('is one board for all who come: what one writes another reads', async () => {
    const first = await attach();
    const second = await openBoard(undefined, { connect: sockets });
    // The LM75's threshold: a register of two bytes.
    const write = [{ addr: 0x48, write: Uint8Array.of(3, 0x2a, 0x80) }];
    const read = [
      { addr: 0x48, write: Uint8Array.of(3) },
      { addr: 0x48, read: 2 },
    ];
    first.open('/dev/i2c-1').transferSync(write);
    expect(second.open('/dev/i2c-1').transferSync(read)).toEqual([Uint8Array.of(0x2a, 0x80)]);
    await second.close();
    expect(dtbus('i2ctransfer', '--connect', sockets, '-y', '1', 'w1@0x48', '3', 'r2')).toEqual({
      status: 0,
      out: '0x2a 0x80\n',
      err: '',
    });
  });

  it('comes up at once, too', () => {
    board = openBoardSync({ connect: sockets });
    expect(board.open('/dev/i2c-1').transferSync(TEMPERATURE)).toEqual([WARM]);
  });

  it('says how each bus is reached, and that parts are elsewhere', async () => {
    const attached = await attach();
    expect(attached.problems).toEqual([]);
    expect(attached.buses()).toMatchObject([
      { path: '/i2c', state: 'open', host: `dtbus serve at ${sockets}/i2c1.sock`, nodes: ['/dev/i2c-1'] },
      { path: '/i2c-shared', state: 'open', nodes: ['/dev/i2c-2'] },
      { path: '/spi', state: 'open', nodes: ['/dev/spidev0.0'] },
    ]);
  });

  const ELSEWHERE =
    'not in this process: simulated parts, their time and the outside of GPIO lines are in the process that serves the board; use them there, or dtbus get, set, show and press with ';

  it.each<[string, (attached: Board) => unknown]>([
    ['part', (attached) => attached.part('/i2c/temp@48')],
    ['parts', (attached) => attached.parts()],
    ['line', (attached) => attached.line('/gpio', 0)],
    ['drivePin', (attached) => attached.drivePin('/i2c/temp@48', 0, false)],
    ['advance', (attached) => attached.advance(1)],
  ])('says where its parts and lines are, and what to do: %s', async (_, touch) => {
    const attached = await attach();
    expect(() => touch(attached)).toThrow(`${ELSEWHERE}--connect ${sockets}`);
    expect(attached.gpioChips()).toMatchObject([{ node: '/dev/gpiochip0', path: '/gpio', lines: [] }]);
  });

  it('tells what is for this client, and what belongs to another', async () => {
    const answers = async (place: string) => {
      const attached = await attach(place);
      const found = attached.buses().flatMap(({ peripherals }) => peripherals);
      await attached.close();
      return found
        .filter(({ path }) => path.includes('eeprom'))
        .map(({ path, answeredBy }) => `${path.slice(-2)} ${answeredBy}`);
    };
    expect(await answers(sockets)).toEqual(['50 wire', '51 refused']);
    expect(await answers(join(sockets, 'left'))).toEqual(['50 refused', '51 wire']);
  });

  it('says whose a part is that this client may not use', async () => {
    const attached = await attach();
    expect(() => attached.open('/dev/i2c-2').transferSync([{ addr: 0x51, read: 1 }])).toThrow(
      /^EPERM: .*may not use address 0x51; it belongs to left \(dtbus,owner\)$/,
    );
  });

  it('says which owners there are to who names another', async () => {
    await expect(attach(join(sockets, 'right'))).rejects.toThrow(
      `not found: ${join(sockets, 'right')}; the board that is served at ${sockets} has the owners left`,
    );
  });

  it('has nothing to save here', async () => {
    expect((await attach()).save()).toBe(undefined);
  });

  it('names a way to its parts that works, for a folder, a socket and the folder of an owner', async () => {
    const way = ['--connect', sockets];
    for (const place of [sockets, join(sockets, 'i2c1.sock'), join(sockets, 'left')]) {
      const attached = await attach(place);
      expect(() => attached.part('/i2c/temp@48')).toThrow(ELSEWHERE + way.join(' '));
      await attached.close();
      const { status, out } = dtbus('get', ...way, '/i2c/temp@48', 'temperature');
      expect({ status, out }).toEqual({ status: 0, out: '25\n' });
    }
  });

  it('leaves nothing open when it is closed', async () => {
    const before = openFiles(/memfd|eventfd|eventpoll|socket/).length;
    const attached = await attach();
    await attached.open('/dev/i2c-1').transfer(TEMPERATURE);
    await attached.close();
    // What the tests before left to the event loop (pipes to their servers) comes and goes meanwhile.
    const now = () => openFiles(/memfd|eventfd|eventpoll|socket/).length;
    await expect.poll(now, { timeout: 30_000 }).toBeLessThanOrEqual(before);
  });
});

describe('a bus that is served to one front-end at a time (--exclusive)', () => {
  it("gives EBUSY for what another has used, until that one leaves; the rest is anybody's", async () => {
    const socket = join(folder, 'exclusive');
    const other = await serve('--socket', socket, '--bus', 'i2c2', '--exclusive');
    const place = `i2c2=${socket}`;
    const tool = () =>
      dtbus('i2ctransfer', '-b', join(folder, 'board.dts'), '--connect', place, '-y', '2', 'r1@0x50');
    try {
      const first = await attach(place);
      expect(tool()).toMatchObject({ status: 0 });
      first.open('/dev/i2c-2').transferSync([{ addr: 0x50, read: 1 }]);
      const refused = tool();
      expect(refused).toMatchObject({ status: 1, out: '' });
      expect(refused.err).toContain('Device or resource busy');
      await first.close();
      expect(tool()).toMatchObject({ status: 0 });
    } finally {
      await end(other);
    }
  });
});

describe('what --connect names', () => {
  it('is a folder: the tree lies there', () => {
    const { status, out, err } = dtbus('ls', '--connect', sockets);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain(`/dev/i2c-1 /i2c virtio0 (i2c_virtio) → dtbus serve at ${sockets}/i2c1.sock`);
  });

  it("is an owner's folder: its parts answer, others may not be used", () => {
    const read = ['-y', '2', 'w1@0x51', '0', 'r1'];
    expect(dtbus('i2ctransfer', '--connect', join(sockets, 'left'), ...read)).toEqual({
      status: 0,
      out: '0xff\n',
      err: '',
    });
    const other = dtbus('i2ctransfer', '--connect', sockets, ...read);
    expect({ status: other.status, out: other.out }).toEqual({ status: 1, out: '' });
    expect(other.err).toContain('Operation not permitted');
  });

  it('is the socket of one bus: by its name, or by what stands before it', async () => {
    const named = join(sockets, 'i2c1.sock');
    expect((await attach(named)).open('/dev/i2c-1').transferSync(TEMPERATURE)).toEqual([WARM]);
    expect(board?.nodes.list().map(({ path }) => path)).toEqual(['/dev/i2c-1']);
    await board?.close();
    expect((await attach(`i2c1=${named}`)).open('/dev/i2c-1').transferSync(TEMPERATURE)).toEqual([WARM]);
  });

  it.each([
    ['/no/such/folder', 'not found: /no/such/folder; start dtbus serve'],
    [
      'i2c7=SOCKETS/i2c1.sock',
      /^cannot tell which bus .* serves; use NAME=.* \(NAME: i2c1, i2c2, spi0, gpio0\)$/,
    ],
    ['FOLDER', /^no board is served at .*: start dtbus serve$/],
    [
      'i2c1=FOLDER/board.dts',
      /board\.dts is a file: expected the folder of the sockets of dtbus serve, or one of the sockets$/,
    ],
  ])('is told when it is wrong: %s', async (place, sentence) => {
    const real = place.replace('SOCKETS', sockets).replace('FOLDER', folder);
    await expect(attach(real)).rejects.toThrow(sentence);
  });

  it('reaches scripts by DTBUS_CONNECT, as dtbus run has it', () => {
    const script = join(folder, 'script.mjs');
    writeFileSync(
      script,
      `import { openSync } from 'i2c-bus';
       console.log(openSync(1).readWordSync(0x48, 0).toString(16));`,
    );
    const result = dtbus('run', '--connect', sockets, script);
    expect(result).toEqual({ status: 0, out: '19\n', err: '' });
  });
});

describe('a board that is named while another is served', () => {
  const env = { DTBUS_CONNECT: process.env['DTBUS_CONNECT'] };
  afterEach(() => {
    if (env.DTBUS_CONNECT === undefined) delete process.env['DTBUS_CONNECT'];
    else process.env['DTBUS_CONNECT'] = env.DTBUS_CONNECT;
  });
  const isServed = () => board?.buses().some(({ host }) => host?.startsWith('dtbus serve')) ?? false;

  it.each([
    ['its file', () => [join(folder, 'board.dts'), undefined]],
    ['its source', () => [undefined, { source: BOARD }]],
    ['an overlay', () => [undefined, { overlays: [join(folder, 'more.dtso')] }]],
    ['adopt', () => [undefined, { adopt: true }]],
    ['nothing, for comparison', () => [undefined, {}]],
  ] as const)('wins over DTBUS_CONNECT by %s', async (what, named) => {
    writeFileSync(join(folder, 'more.dtso'), '/dts-v1/; /plugin/; &{/} { more; };');
    process.env['DTBUS_CONNECT'] = sockets;
    process.env['DTBUS_BOARD'] = join(folder, 'board.dts');
    try {
      const [file, options] = named();
      board = await openBoard(file, options as BoardOptions | undefined);
    } finally {
      delete process.env['DTBUS_BOARD'];
    }
    expect(isServed()).toBe(what.startsWith('nothing'));
  });

  it('is refused together with connect, where it would be left out of account', async () => {
    const file = join(folder, 'board.dts');
    const rest = `with ${sockets}: the board that is served there has its own tree; write openBoard({ connect: "${sockets}" }), or leave out connect`;
    await expect(openBoard(file, { connect: sockets })).rejects.toThrow(`cannot combine ${file} ${rest}`);
    expect(() => openBoardSync({ connect: sockets, overlays: ['a.dtso'], adopt: true })).toThrow(
      `cannot combine overlays, adopt ${rest}`,
    );
  });
});

describe('the server is killed', () => {
  it('in the middle of transfers: each ends in an errno or is done, within its deadline; all goes on', async () => {
    const i2c = (await attach()).open('/dev/i2c-1');
    const codes = new Set<string>();
    let longest = 0;
    const one = async (): Promise<boolean> => {
      const begin = performance.now();
      try {
        expect(await i2c.transfer(TEMPERATURE)).toEqual([WARM]);
        return true;
      } catch (thrown) {
        codes.add((thrown as { code: string }).code);
        return false;
      } finally {
        longest = Math.max(longest, performance.now() - begin);
      }
    };
    for (let round = 0; round < 3; round++) {
      let stop = false;
      const load = Promise.all(
        Array.from({ length: 4 }, async () => {
          while (!stop) await one();
        }),
      );
      await end(server);
      server = await serve();
      while (!(await one()));
      stop = true;
      await load;
    }
    for (const code of codes) expect(['EIO', 'ETIMEDOUT', 'ENODEV']).toContain(code);
    // A transfer's own limit is 2 s; this machine may be busy.
    expect(longest).toBeLessThan(6000);
    expect(i2c.transferSync(TEMPERATURE)).toEqual([WARM]);
  });

  it('and stays away: a blocking transfer ends with ETIMEDOUT, the board closes', async () => {
    const attached = await attach();
    const i2c = attached.open('/dev/i2c-1');
    await end(server);
    expect(() => i2c.transferSync(TEMPERATURE)).toThrow(/^ETIMEDOUT/);
    expect(attached.buses()[0]).toMatchObject({ state: 'lost', fault: 'not served' });
    await attached.close();
    server = await serve();
  });
});
