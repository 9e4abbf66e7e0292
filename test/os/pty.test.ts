import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { openPty, type Pty } from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

const PTY = /^\/dev\/(ptmx|pts\/)/;
const open: Pty[] = [];
function pty(link?: string): Pty {
  const made = openPty(link === undefined ? {} : { link });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) {
    made.close();
    if (!made.stream.closed) await once(made.stream, 'close');
  }
});

async function openPort(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return port;
}
const closed = (port: SerialPort): Promise<void> => new Promise((resolve) => port.close(() => resolve()));

async function bytes(stream: NodeJS.ReadableStream, length: number): Promise<Buffer> {
  let all = Buffer.alloc(0);
  while (all.length < length) {
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    all = Buffer.concat([all, chunk]);
  }
  return all;
}

describe('a pseudo-terminal as the cable between a client and an emulated adapter', () => {
  const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

  it('carries every byte value unchanged in both directions', async () => {
    const line = pty();
    const port = await openPort(line.path);
    port.write(every);
    expect(await bytes(line.stream, 256)).toEqual(every);
    line.stream.write(every);
    expect(await bytes(port, 256)).toEqual(every);
    await closed(port);
  });

  it('does not stop the process when its client does not read, and gives it everything when it does', async () => {
    const line = pty();
    const block = Buffer.from(Array.from({ length: 4096 }, (_, i) => i * 7));
    const BLOCKS = 64;
    let accepted = 0;
    while (line.stream.write(block)) accepted++;
    // One block was taken that made it too much.
    expect(accepted).toBeLessThan(BLOCKS / 2);
    for (let i = accepted + 1; i < BLOCKS; i++) line.stream.write(block);
    const drained = once(line.stream, 'drain');
    const client = spawn('cat', [line.path]);
    const got = await bytes(client.stdout, BLOCKS * block.length);
    expect(got.equals(Buffer.concat(Array(BLOCKS).fill(block)))).toBe(true);
    await drained;
    line.close();
    await once(client, 'exit');
  });

  it('forgets what nobody read when it is closed', async () => {
    const line = pty();
    while (line.stream.write(Buffer.alloc(4096)));
    const gone = once(line.stream, 'close');
    line.close();
    await gone;
    expect(line.stream.destroyed).toBe(true);
  });

  it('outlives its clients: one closes, the next one talks', async () => {
    const line = pty();
    let ended = false;
    line.stream.on('end', () => {
      ended = true;
    });
    line.stream.on('error', () => {
      ended = true;
    });
    for (const word of ['one', 'two', 'three']) {
      const port = await openPort(line.path);
      port.write(word);
      expect((await bytes(line.stream, word.length)).toString()).toBe(word);
      await closed(port);
    }
    expect(ended).toBe(false);
  });

  it('hangs up on its client when it is closed', async () => {
    const line = pty();
    const client = spawn('cat', [line.path]);
    line.stream.write('!');
    expect((await bytes(client.stdout, 1)).toString()).toBe('!');
    line.close();
    await once(client, 'exit');
    expect(existsSync(line.path)).toBe(false);
  });

  it('is raw for a client that sets no mode: no echo, no translation of line ends', async () => {
    const line = pty();
    const stty = spawnSync('stty', ['-F', line.path, '-a'], { encoding: 'utf8' });
    expect(stty.stdout).toMatch(/-icanon/);
    expect(stty.stdout).toMatch(/-echo /);
    expect(stty.stdout).toMatch(/-opost/);
    spawnSync('stty', ['-F', line.path, 'sane']);
    line.setRaw();
    expect(spawnSync('stty', ['-F', line.path, '-a'], { encoding: 'utf8' }).stdout).toMatch(/-icanon/);
  });

  it('keeps a stable name over unplug and replug', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-pty-'));
    const link = join(folder, 'buspirate');
    const first = pty(link);
    expect(first.name).toBe(link);
    expect(readlinkSync(link)).toBe(first.path);
    const second = pty(link);
    expect(readlinkSync(link)).toBe(second.path);
    second.close();
    expect(existsSync(link)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('replaces no file or pipe that has the name, and takes none away', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-pty-'));
    const file = join(folder, 'file');
    writeFileSync(file, 'kept');
    const fifo = join(folder, 'fifo');
    spawnSync('mkfifo', [fifo]);
    expect(() => openPty({ link: file })).toThrow(`EEXIST: ${file} already exists and is not a link`);
    expect(() => openPty({ link: fifo })).toThrow('EEXIST');
    const link = join(folder, 'port');
    const line = pty(link);
    rmSync(link);
    writeFileSync(link, 'of another');
    line.close();
    expect([readFileSync(file, 'utf8'), readFileSync(link, 'utf8')]).toEqual(['kept', 'of another']);
    expect(statSync(fifo).isFIFO()).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('takes no link from what it leads to, but one that leads nowhere, as a crash leaves it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-pty-'));
    const link = join(folder, 'port');
    symlinkSync('/dev/null', link);
    const before = openFiles(PTY);
    expect(() => openPty({ link })).toThrow(
      `EEXIST: ${link} already leads to /dev/null; name another path, or remove the link if nothing uses it`,
    );
    expect([readlinkSync(link), openFiles(PTY)]).toEqual(['/dev/null', before]);
    rmSync(link);
    symlinkSync('/dev/pts/no-such', link);
    const line = pty(link);
    expect(readlinkSync(link)).toBe(line.path);
    rmSync(folder, { recursive: true });
  });

  it('gives back both descriptors, once, however often it is closed', async () => {
    const before = openFiles(PTY);
    const line = openPty();
    const gone = once(line.stream, 'close');
    line.close();
    line.close();
    await gone;
    expect(openFiles(PTY)).toEqual(before);
  });

  it('leaves nothing behind when the link cannot be made', () => {
    const before = openFiles(PTY);
    expect(() => openPty({ link: '/nonexistent/folder/port' })).toThrow(
      /ENOENT: cannot make the link \/nonexistent\/folder\/port$/,
    );
    expect(openFiles(PTY)).toEqual(before);
  });
});
