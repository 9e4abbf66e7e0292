import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTree } from '../../src/board/open/load-tree.ts';
import { findDevices } from '../../src/frontend/index.ts';
import { guestTree } from '../../src/guest/guest-tree.ts';
import { BatchingDriver, i2cRead, i2cWrite, spiTransfer } from './batching-driver.ts';
import { bootGuest, NO_UML, program } from './boot.ts';

const NO_GUESTS = NO_UML ?? program('i2ctransfer');

/** Two owners, and a part that has none, on one I2C and one SPI bus. */
const BOARD = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; spi0 = &spi; };
	i2c: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		alice@50 { compatible = "test,recorder"; reg = <0x50>; dtbus,model = "recorder.mjs"; dtbus,owner = "alice"; };
		bob@51 { compatible = "test,recorder"; reg = <0x51>; dtbus,owner = "bob"; };
		nobody@52 { compatible = "test,recorder"; reg = <0x52>; };
	};
	spi: spi {
		compatible = "platform,virtio-spi";
		#address-cells = <1>;
		#size-cells = <0>;
		alice@0 { compatible = "test,recorder"; reg = <0>; dtbus,owner = "alice"; };
		bob@1 { compatible = "test,recorder"; reg = <1>; dtbus,owner = "bob"; };
	};
};`;

/** Parts with 256 registers that write down whatever reaches them. */
const RECORDER = (record: string) => `import { appendFileSync } from 'node:fs';
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const recorder = (bus) => ({
  compatible: ['test,recorder'],
  bus,
  title: 'recorder',
  properties: [],
  create(node) {
    const say = (what) => appendFileSync(${JSON.stringify(record)}, bus + ' ' + node.name + ' ' + what + '\\n');
    const bytes = new Uint8Array(256);
    let at = 0;
    return {
      state: {},
      addresses: [node.u32('reg')],
      sharedAddresses: [0],
      reset() {},
      start() { say('start'); return true; },
      write(data) { say('write ' + hex(data)); at = data[0] ?? at; for (const byte of data.subarray(1)) bytes[at++ & 255] = byte; return data.length; },
      read(into) { for (let i = 0; i < into.length; i++) into[i] = bytes[at++ & 255]; },
      stop() {},
      select() { say('select'); },
      deselect() {},
      transfer(tx, rx, length) { say('transfer ' + hex(tx ?? [])); for (let i = 0; i < length && rx; i++) rx[i] = tx?.[i] ?? 0; },
    };
  },
});
export const models = [recorder('i2c'), recorder('spi')];`;

let folder: string;
let sockets: string;
let record: string;
let server: ChildProcess;
/** What `serve` says of its sockets. */
const said: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-ownership-'));
  sockets = join(folder, 'sockets');
  record = join(folder, 'record');
  writeFileSync(record, '');
  writeFileSync(join(folder, 'board.dts'), BOARD);
  writeFileSync(join(folder, 'recorder.mjs'), RECORDER(record));
  const argv = ['bin/dtbus.js', 'serve', join(folder, 'board.dts'), '--socket-dir', sockets];
  server = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    if (line === 'ready') break;
    said.push(line.replace(sockets, ''));
  }
});
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const OK = 0;
const ERR = 1;

/** What reached the parts while `work` was done, a line each without repetitions. */
function reached(work: () => void): string[] {
  const before = readFileSync(record, 'latin1').length;
  work();
  const lines = readFileSync(record, 'latin1').slice(before).split('\n');
  return [...new Set(lines.filter((line) => line !== ''))];
}

function asDriver<T>(name: string, deviceId: 34 | 45, work: (driver: BatchingDriver) => T): T {
  const driver = new BatchingDriver(join(sockets, name), deviceId);
  try {
    return work(driver);
  } finally {
    driver.close();
  }
}

it('a board whose clients have owners is served at sockets for each of them', () => {
  expect(said).toEqual([
    'i2c1 /i2c1.sock',
    'alice/i2c1 /alice/i2c1.sock',
    'bob/i2c1 /bob/i2c1.sock',
    'spi0 /spi0.sock',
    'alice/spi0 /alice/spi0.sock',
    'bob/spi0 /bob/spi0.sock',
  ]);
});

describe('a driver that batches on purpose', () => {
  it.each([
    ['first', [0x51, 0x50, 0x50]],
    ['between', [0x50, 0x51, 0x50]],
    ['last', [0x50, 0x50, 0x51]],
  ])("brings nothing to another's address by one transaction, the foreign message %s", (_, addresses) => {
    let answers: number[][] = [];
    const parts = reached(() => {
      const group = addresses.map((address, index) => i2cWrite(address, [0, 0xbd], index < 2));
      answers = asDriver('alice/i2c1.sock', 34, (driver) => driver.batch(group));
    });
    expect(answers).toEqual([[ERR], [ERR], [ERR]]);
    expect(parts).toEqual([]);
  });

  it('fails alone where the requests of a batch are transactions of their own', () => {
    let answers: number[][] = [];
    const parts = reached(() => {
      answers = asDriver('alice/i2c1.sock', 34, (driver) =>
        driver.batch([
          i2cWrite(0x50, [7, 0xa1]),
          i2cWrite(0x51, [7, 0xbd]),
          i2cRead(0x51, 1),
          i2cWrite(0x50, [7], true),
          i2cRead(0x50, 1),
        ]),
      );
    });
    expect(answers).toEqual([[OK], [ERR], [0xee, ERR], [OK], [0xa1, OK]]);
    expect(parts).toEqual(['i2c alice@50 start', 'i2c alice@50 write 07a1', 'i2c alice@50 write 07']);
  });

  it('gains nothing by holding the rest of a transaction back', async () => {
    const driver = new BatchingDriver(join(sockets, 'alice/i2c1.sock'), 34);
    // A transaction that stays without its end is carried out as far as it came; its rest comes later.
    const first = driver.batch([i2cWrite(0x50, [1, 1], true)]);
    let rest: number[][] = [];
    const parts = reached(() => {
      rest = driver.batch([i2cWrite(0x51, [1, 2], true), i2cWrite(0x51, [1, 3])]);
    });
    driver.close();
    expect([first, rest]).toEqual([[[OK]], [[ERR], [ERR]]]);
    expect(parts).toEqual([]);
  });

  it('reaches nobody by the general call, nor what has no owner', () => {
    const parts = reached(() => {
      const answers = asDriver('alice/i2c1.sock', 34, (driver) =>
        driver.batch([i2cWrite(0, [6]), i2cWrite(0x52, [0, 1]), i2cRead(0x77, 1)]),
      );
      expect(answers).toEqual([[ERR], [ERR], [0xee, ERR]]);
    });
    expect(parts).toEqual([]);
  });

  it('reaches from the common socket what has no owner, and nothing else', () => {
    const parts = reached(() => {
      const answers = asDriver('i2c1.sock', 34, (driver) =>
        driver.batch([0x50, 0x51, 0x52, 0].map((address) => i2cWrite(address, [0]))),
      );
      expect(answers).toEqual([[ERR], [ERR], [OK], [ERR]]);
    });
    expect(parts).toEqual(['i2c nobody@52 start', 'i2c nobody@52 write 00']);
  });

  it("selects no other's chip, neither within a message that it holds selected nor by itself", () => {
    let answers: number[][] = [];
    const parts = reached(() => {
      answers = asDriver('alice/spi0.sock', 45, (driver) =>
        driver.batch([spiTransfer(0, [0xa1]), spiTransfer(1, [0xbd]), spiTransfer(0, [0xa2], 1)]),
      );
    });
    expect(answers.map((answer) => answer.at(-1) === OK)).toEqual([true, false, true]);
    expect(parts).toEqual(['spi alice@0 select', 'spi alice@0 transfer a1', 'spi alice@0 transfer a2']);
  });
});

describe.skipIf(NO_GUESTS !== undefined)('two guests on one bus', () => {
  const NAMES = ['alice', 'bob'] as const;
  let output: Record<(typeof NAMES)[number], string>;
  let touched: string[];

  beforeAll(async () => {
    const before = readFileSync(record, 'latin1').length;
    const buses = findDevices(loadTree(join(folder, 'board.dts'), {}));
    const boot = async (owner: string, commands: string) => {
      const own = buses.map((node) => ({
        node,
        owner,
        socket: join(sockets, owner, `${node.kind}${node.number}.sock`),
      }));
      const guest = await bootGuest({ commands, dtb: guestTree(own).blob, deadlineMs: 200_000 });
      expect(guest).toMatchObject({ exitCode: 0, killed: false });
      return guest.output;
    };
    const [alice, bob] = await Promise.all([boot('alice', TRESPASS), boot('bob', WORK)]);
    output = { alice, bob };
    touched = readFileSync(record, 'latin1').slice(before).split('\n');
  });

  /** What Alice tries, again and again, with all her messages in one ioctl. */
  const TRESPASS = `
    refused() { i2ctransfer -a -y 1 "$@" 2>&1 | grep -q ' only 0/' || echo trespassed by "$@"; }
    i2cdetect -y -r 1 0x08 0x77
    for i in $(seq 20); do
      refused w2@0x51 0 0xbd
      refused w2@0x50 0 $i w2@0x51 0 0xbd
      refused w2@0x51 0 0xbd w2@0x50 0 0xbd
      refused w1@0x50 0 r1 r1@0x51
      refused w1@0x00 6
      i2ctransfer -y 1 w2@0x50 0 $i 2>&1 | grep 0/ && echo refused her own
    done
    echo own $(i2ctransfer -y 1 w1@0x50 0 r1)
    ls -1 /sys/bus/i2c/devices /sys/bus/spi/devices`;

  /** Bob writes and reads back meanwhile. */
  const WORK = `
    for i in $(seq 60); do
      i2ctransfer -y 1 w2@0x51 0 $i
      [ $(i2ctransfer -y 1 w1@0x51 0 r1) = $(printf 0x%02x $i) ] || echo wrong at $i
    done
    echo done`;

  it('each sees its own parts only', () => {
    expect(output.alice).toMatch(/^50: 50( --){15}/m);
    expect(output.alice.match(/ [0-7][0-9a-f](?= )/g)).toEqual([' 50']);
    expect(output.alice).toMatch(/^1-0050$/m);
    expect(output.alice).not.toMatch(/^1-0051$/m);
    expect(output.alice).not.toMatch(/spi0\.1/);
  });

  it("one cannot reach the other's address, in one message or several in one ioctl", () => {
    expect(output.alice).not.toContain('trespassed');
    expect(touched.filter((line) => line.startsWith('i2c bob@51 write') && line.endsWith('bd'))).toEqual([]);
    expect(touched.filter((line) => line.includes('nobody'))).toEqual([]);
  });

  it('the work of the other goes on undisturbed, and so does its own', () => {
    expect(output.bob).toMatch(/^done$/m);
    expect(output.bob).not.toContain('wrong');
    expect(output.alice).toMatch(/^own 0x14$/m);
    expect(output.alice).not.toContain('refused');
  });
});
