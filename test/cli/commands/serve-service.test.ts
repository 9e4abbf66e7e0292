import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectUnix } from '../../../src/os/index.ts';

/** What `dtbus serve` has for those who run it as a service. */

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-service-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function serve(...argv: string[]) {
  const running = spawn(process.execPath, ['bin/dtbus.js', 'serve', 'dts/demo.dts', ...argv]);
  child = running;
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    running[name].on('data', (bytes) => {
      written[name] += bytes;
    });
  }
  const ended = once(running, 'close');
  await until(() => written.stdout.endsWith('ready\n') || running.exitCode !== null);
  return { written, ended, running };
}

/** Waits for what will come. */
async function until(done: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !done() && performance.now() < end; ) await sleep(20);
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const isRoot = process.getuid?.() === 0;
/** A group that is not the one of this process. */
const GROUP = 7;

describe('who may connect', () => {
  it.runIf(isRoot)('is the group that --socket-group names, in a folder that it may search', async () => {
    const sockets = join(folder, 'run/board');
    await serve('--socket-dir', sockets, '--socket-mode', '0660', '--socket-group', String(GROUP));
    const modes = (...names: string[]) => names.map((name) => mode(join(sockets, name)));
    expect(modes('.', '..', 'i2c1.sock', 'spi0.sock', 'board.dtb')).toEqual([
      '750',
      '750',
      '660',
      '660',
      '640',
    ]);
    for (const name of ['.', '..', 'i2c1.sock', 'board.dtb'])
      expect(statSync(join(sockets, name)).gid).toBe(GROUP);
    // Parts are set by the user who serves them alone.
    expect(modes('control.sock')).toEqual(['600']);
  });

  it('is this user alone where nothing is said', async () => {
    await serve('--socket-dir', join(folder, 'sockets'));
    expect(['.', 'i2c1.sock', 'board.dtb'].map((name) => mode(join(folder, 'sockets', name)))).toEqual([
      '700',
      '600',
      '600',
    ]);
  });

  it.each([
    [
      ['--socket-mode', '0999'],
      2,
      /^dtbus: invalid --socket-mode: expected octal digits such as 0660, got 0999\nusage: /,
    ],
    [['--socket-group', 'no-such-group'], 1, /^dtbus: group not found: no-such-group; /],
    [
      ['--limit', 'memory=0'],
      2,
      /^dtbus: invalid --limit: expected NAME=NUMBER .*, got memory=0; names: memory, /,
    ],
    [['--limit', 'speed=3'], 2, /got speed=3; names: memory, request, /],
    [['--limit', 'memory=4X'], 2, /got memory=4X/],
  ])('%s is refused', async (argv, code, sentence) => {
    const { written, running } = await serve('--socket-dir', join(folder, 'sockets'), ...argv);
    expect(written.stderr).toMatch(sentence);
    expect(running.exitCode).toBe(code);
    expect(existsSync(join(folder, 'sockets'))).toBe(false);
  });
});

describe('the log', () => {
  it('says who connects, who leaves and who is refused, and nothing else', async () => {
    const socket = join(folder, 'i2c.sock');
    const { written } = await serve(
      ...['--socket', socket, '--bus', 'i2c1', '--log', '--limit', 'connections-per-socket=1'],
    );
    const first = connectUnix(socket);
    await until(() => written.stderr.includes('connected'));
    const second = connectUnix(socket);
    await until(() => written.stderr.includes('too many'));
    first.close();
    await until(() => written.stderr.includes('ended'));
    second.close();
    const who = `process ${process.pid} of user ${process.getuid?.()}`;
    expect(written.stderr.split('\n')).toEqual([
      `dtbus: i2c1 front-end 1: connected: ${who}`,
      expect.stringMatching(
        /^dtbus: i2c1: cannot accept a connection: .*too many connections: expected at most 1$/,
      ),
      'dtbus: i2c1 front-end 1: connection ended: the front-end closed the connection',
      '',
    ]);
  });
});

const PARSE = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as families
print(json.dumps([[f.name, f.type, s.name, s.labels, s.value] for f in families(sys.stdin.read()) for s in f.samples]))`;
/** Prometheus' own reader of the format. */
const prometheus = (text: string) =>
  spawnSync('/usr/bin/python3', ['-c', PARSE], { input: text, encoding: 'utf8' });
const noPrometheus = prometheus('').status !== 0;
if (noPrometheus)
  console.warn('metrics are not read by Prometheus: python3-prometheus-client is not installed');

describe('the metrics', () => {
  it.skipIf(noPrometheus)('are read by Prometheus, count what happened, and go with the server', async () => {
    const [sockets, file] = [join(folder, 'sockets'), join(folder, 'dtbus.prom')];
    const { running, ended } = await serve('--socket-dir', sockets, '--metrics', file);
    const tool = (...argv: string[]) =>
      spawnSync(process.execPath, ['bin/dtbus.js', ...argv, '--connect', sockets], { encoding: 'utf8' });
    expect(tool('i2cget', '-y', '1', '0x48', '0', 'w').stdout).toBe('0x0019\n');
    expect(tool('i2cget', '-y', '1', '0x49', '0', 'w').status).not.toBe(0);
    const samples = () =>
      JSON.parse(prometheus(readFileSync(file, 'utf8')).stdout) as [string, string, string, object, number][];
    const value = (name: string, labels: object) =>
      samples().find(
        ([, , sample, its]) => sample === name && JSON.stringify(its) === JSON.stringify(labels),
      )?.[4];
    await until(() => value('dtbus_faults_total', { bus: 'i2c1', errno: 'ENXIO' }) !== undefined);
    expect(value('dtbus_transfers_total', { bus: 'i2c1' })).toBe(1);
    // A message with a command, one with two bytes, and their addresses.
    expect(value('dtbus_bytes_total', { bus: 'i2c1' })).toBe(5);
    expect(value('dtbus_faults_total', { bus: 'i2c1', errno: 'ENXIO' })).toBe(1);
    expect(value('dtbus_transfers_total', { bus: 'spi0' })).toBe(0);
    expect(value('dtbus_front_ends', { bus: 'gpio0' })).toBe(0);
    expect(value('process_start_time_seconds', {})).toBeCloseTo(Date.now() / 1000, -3);
    expect(new Set(samples().map(([, type]) => type))).toEqual(new Set(['counter', 'gauge']));
    running.kill('SIGTERM');
    await ended;
    expect(existsSync(file)).toBe(false);
  });

  it('that cannot be written are refused at the start, and no socket is left', async () => {
    const sockets = join(folder, 'sockets');
    const { written, ended, running } = await serve(
      ...['--socket-dir', sockets, '--metrics', join(folder, 'nowhere/dtbus.prom')],
    );
    await ended;
    expect(written.stderr).toMatch(
      /^dtbus: cannot write metrics to .*nowhere\/dtbus\.prom: not found: \S*nowhere\n$/,
    );
    expect([running.exitCode, written.stdout]).toEqual([1, '']);
    expect(existsSync(join(sockets, 'i2c1.sock'))).toBe(false);
  });
});

const analyze = (...argv: string[]) => spawnSync('systemd-analyze', argv, { encoding: 'utf8' });
const noSystemd = analyze('--version').status !== 0;
if (noSystemd) console.warn('the systemd unit is not checked: systemd-analyze is not installed');

describe('the systemd unit', () => {
  it.skipIf(noSystemd)('is right, and exposes next to nothing', () => {
    const unit = join(folder, 'dtbus@board.service');
    copyFileSync('examples/systemd/dtbus@.service', unit);
    expect(analyze('verify', unit)).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = analyze('security', '--offline=true', '--no-pager', unit);
    const level = Number(/exposure level for \S+: (\d+\.\d)/.exec(stdout)?.[1]);
    expect(level).toBeLessThanOrEqual(1);
  });
});
