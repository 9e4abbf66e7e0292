import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync, truncateSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { testFolder } from './folder.ts';

// Whole processes against a back-end that means them harm: nothing here but what any other version has as well.

const folder = testFolder();
const children: ChildProcess[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function started(...argv: readonly string[]) {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  const heard: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
      for (const hear of heard) hear();
    });
  const ended = once(child, 'exit');
  /** Resolves when it has written the text. */
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const hear = () => void (said.includes(text) && resolve());
      heard.push(hear);
      hear();
      ended.then(() => reject(new Error(`it ended: ${said}`)));
    });
  return { child, ended, until, said: () => said };
}

it.runIf(process.platform === 'linux')(
  'a back-end cannot take away the memory that a script shares with it',
  async () => {
    const place = folder.path('served');
    await started('bin/dtbus.js', 'serve', 'dts/demo.dts', '--socket-dir', place).until('ready');
    const script = started(
      '--input-type=module',
      '-e',
      `import { openBoard } from './dist/src/board/index.js';
       const board = await openBoard(undefined, { connect: ${JSON.stringify(place)} });
       const bus = board.open('/dev/i2c-1');
       const read = () => bus.transfer([{ addr: 0x48, write: Uint8Array.of(0) }, { addr: 0x48, read: 2 }]);
       await read();
       const wait = setInterval(() => {}, 1000);
       process.once('SIGUSR2', async () => {
         clearInterval(wait);
         console.log('read', (await read()).join());
         await board.close();
       });
       console.log('connected');`,
    );
    await script.until('connected');
    const files = `/proc/${script.child.pid}/fd`;
    const shared = readdirSync(files).filter((fd) => linkAt(`${files}/${fd}`).startsWith('/memfd:'));
    expect(shared.length).toBeGreaterThan(0);
    // The back-end has the same files, and may do what we may.
    for (const fd of shared)
      expect(() => truncateSync(`${files}/${fd}`, 0)).toThrow(expect.objectContaining({ code: 'EPERM' }));
    script.child.kill('SIGUSR2');
    expect(await script.ended).toEqual([0, null]);
    expect(script.said()).toContain('read 25,0');
  },
  60_000,
);

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed meanwhile.
    return '';
  }
}

it.runIf(process.platform === 'linux')(
  'a listener whose queue is full holds neither --connect nor serve up',
  async () => {
    const place = folder.path('full.sock');
    const listener = started(
      '-e',
      `require('node:net').createServer().listen({ path: ${JSON.stringify(place)}, backlog: 1 }, () => {
         require('node:fs').writeSync(1, 'listens');
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
    );
    await listener.until('listens');
    let refused = 0;
    for (let each = 0; each < 4; each++) {
      const socket = connect(place);
      socket.on('error', () => refused++);
      sockets.push(socket);
      await Promise.race([once(socket, 'connect'), once(socket, 'error')]).catch(() => {});
    }
    expect(refused).toBeGreaterThan(0);
    const client = started(
      'bin/dtbus.js',
      'i2cget',
      '-b',
      'dts/demo.dts',
      '--connect',
      `i2c1=${place}`,
      '-y',
      '1',
      '0x48',
    );
    const server = started('bin/dtbus.js', 'serve', 'dts/demo.dts', '--bus', 'i2c1', '--socket', place);
    expect(await client.ended).toEqual([1, null]);
    expect(client.said()).toContain('the server does not accept connections');
    expect(await server.ended).toEqual([1, null]);
    expect(server.said()).toContain('EADDRINUSE');
  },
  60_000,
);
