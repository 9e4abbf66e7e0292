import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sendUnixDatagram } from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-datagram-'));
let receiver: ChildProcess | undefined;
afterEach(() => receiver?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Another program's socket, bound when this resolves. `text` is what it receives. */
async function receive(name: string): Promise<{ readonly text: Promise<string> }> {
  const program = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace('@', chr(0), 1))
print('bound', flush=True)
print(s.recv(100).decode(), end='', flush=True)`;
  const child = spawn('python3', ['-c', program, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  receiver = child;
  const chunks: string[] = [];
  child.stdout.on('data', (bytes) => chunks.push(String(bytes)));
  await once(child.stdout, 'data');
  return { text: once(child, 'close').then(() => chunks.join('').replace('bound\n', '')) };
}

describe('a datagram', () => {
  it.each([
    ['a path', join(folder, 'notify')],
    ['an abstract name', `@dtbus-test-${process.pid}`],
  ])('reaches a socket at %s', async (_, name) => {
    const before = openFiles(/socket/).length;
    const { text } = await receive(name);
    sendUnixDatagram(name, 'READY=1');
    expect(await text).toBe('READY=1');
    expect(openFiles(/socket/).length).toBe(before);
  });

  it('fails with the path where nobody listens', () => {
    const before = openFiles(/socket/).length;
    expect(() => sendUnixDatagram(join(folder, 'nobody'), 'x')).toThrow(/sendto: ENOENT: .*nobody/);
    expect(() => sendUnixDatagram('@dtbus-nobody', 'x')).toThrow(/sendto: ECONNREFUSED/);
    expect(openFiles(/socket/).length).toBe(before);
  });
});
