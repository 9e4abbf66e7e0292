import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SimulatedI2cController, SimulatedSpiController } from '../../../hosts/simulated/index.ts';
import { testFolder } from '../../cli/folder.ts';
import { describeControllers } from '../../hosts/controller-suite.ts';
import { RecordingWire } from '../../hosts/recording-wire.ts';
import { remoteBench } from '../bench.ts';
import { type Seen, wrongIn } from '../history.ts';
import { ADDRESS, DTBUS, twoMachines } from './machines.ts';
import { BENCH, detectsFromB, usedFromB } from './used.ts';

const SSHD = '/usr/sbin/sshd';
/** Where `ip netns exec` finds what stands for files of /etc on a machine. */
const OF_MACHINES = '/etc/netns';
const PORT = 2222;

const folder = testFolder();
const machines = twoMachines('ssh', folder);
const { A, B, node, start } = machines;
const refusal = machines.refusal ?? (existsSync(SSHD) ? undefined : `${SSHD} is not installed`);
if (refusal !== undefined) console.warn(`ssh between two machines is skipped: ${refusal}`);

const etc = join(OF_MACHINES, B);
/** A key of the host or of its user. */
function key(name: string): string {
  const path = folder.path(name);
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path], {
    encoding: 'utf8',
  });
  expect(made.status, made.stderr).toBe(0);
  return path;
}

/** What `ssh bench3` meets: on machine A a real sshd for this user's new key alone, on machine B what ssh has to know of it. */
async function startSshd(): Promise<void> {
  const [hostKey, userKey] = [key('host-key'), key('user-key')];
  const [, type, bytes] = [ADDRESS, ...folder.read('host-key.pub').toString().split(' ')];
  const known = folder.write('known', `[${ADDRESS}]:${PORT} ${type} ${bytes}\n`);
  mkdirSync(folder.path('bin'));
  const command = folder.write('bin/dtbus', `#!/bin/sh\nexec ${process.execPath} ${DTBUS} "$@"\n`);
  chmodSync(command, 0o755);
  const own = folder.path(A);
  mkdirSync(own, { recursive: true });
  const variables = [
    `PATH=${folder.path('bin')}:/usr/bin:/bin`,
    `XDG_RUNTIME_DIR=${own}`,
    `XDG_STATE_HOME=${own}`,
    `DTBUS_BOARD=${folder.write('bench.dts', BENCH)}`,
  ];
  const config = folder.write(
    'sshd_config',
    `Port ${PORT}
ListenAddress ${ADDRESS}
HostKey ${hostKey}
AuthorizedKeysFile ${userKey}.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
SetEnv ${variables.join(' ')}
`,
  );
  mkdirSync(join(etc, 'ssh'), { recursive: true });
  folder.write(
    'ssh_config',
    `Host bench3
  HostName ${ADDRESS}
  Port ${PORT}
  User ${userInfo().username}
  IdentityFile ${userKey}
  IdentitiesOnly yes
  UserKnownHostsFile ${known}
  StrictHostKeyChecking yes
`,
  );
  spawnSync('cp', [folder.path('ssh_config'), join(etc, 'ssh', 'ssh_config')]);
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  await start(A, SSHD, ['-D', '-e', '-f', config]).heard(/Server listening on/);
}

/** Processes that this one has started, and their command lines. */
function childrenOf(pid: number | undefined): { readonly pid: number; readonly command: string }[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map((child) => ({ pid: Number(child), command: readFileSync(`/proc/${child}/cmdline`, 'utf8') }));
}

describe.skipIf(refusal !== undefined)('ssh between two machines', () => {
  beforeAll(startSshd);
  afterAll(() => {
    machines.remove();
    rmSync(etc, { recursive: true, force: true });
  });

  it('brings up the board of the other machine, where nothing is shared: no server, no port', async () => {
    await detectsFromB(machines, folder, 'remote:ssh://bench3');
  }, 120_000);

  it('joins what is shared there: i2cdetect and a test suite use it', async () => {
    const share = node(A, DTBUS, 'share', folder.path('bench.dts'));
    await share.heard(/^ready$/m);
    await usedFromB(machines, folder, 'remote:ssh://bench3');
    expect(share.said()).toMatch(/has i2c-1: tests/);
    share.child.kill('SIGINT');
    await share.ended;
  }, 120_000);

  it('is killed in mid-transfer: an errno or the answer, nothing twice, and it goes on', async () => {
    mkdirSync(join(folder.path(A), 'dtbus'), { recursive: true, mode: 0o700 });
    const socket = join(folder.path(A), 'dtbus', 'share.sock');
    const host = node(A, 'test/remote/machines/host.mjs', socket, '300');
    await host.heard(/^ready$/m);
    const user = node(B, 'test/remote/machines/user.mjs', 'remote:ssh://bench3', '0', '20000');
    await user.heard(/^seen \d+ ok$/m);
    for (let kill = 0; kill < 3; kill++) {
      // One that is on the wire takes 300 ms there.
      const before = host.said().match(/^wire/gm)?.length ?? 0;
      await vi.waitFor(() => expect(host.said().match(/^wire/gm)?.length).toBeGreaterThan(before), 60_000);
      const [tag] =
        host
          .said()
          .match(/(?<=^wire )\d+/gm)
          ?.slice(-1) ?? [];
      const ssh = childrenOf(user.child.pid).filter(({ command }) => command.startsWith('ssh\0'));
      expect(ssh).toHaveLength(1);
      expect(user.said()).not.toMatch(new RegExp(`^seen ${tag} `, 'm'));
      process.kill(ssh[0]?.pid as number, 'SIGKILL');
      await user.heard(new RegExp(`^seen ${tag} (ok|EIO)$`, 'm'));
      await user.heard(new RegExp(`^seen (?!${tag} )\\d+ ok$(?![^]*^seen ${tag} )`, 'm'));
    }
    user.child.stdin.end();
    await user.ended;
    host.child.kill('SIGKILL');
    await host.ended;
    rmSync(socket);
    const wire = [...host.said().matchAll(/^wire (\d+) (\d+)$/gm)];
    const seen: Seen[] = [...user.said().matchAll(/^seen (\d+) (\w+)$/gm)].map(([, tag, code]) => ({
      tag: Number(tag),
      fault: code === 'ok' ? undefined : code,
    }));
    const [tags = [], fences = []] = [1, 2].map((field) => wire.map((each) => Number(each[field])));
    expect(wrongIn(seen, { tags, fences })).toEqual([]);
    expect(tags.length).toBeGreaterThan(6);
  }, 180_000);

  describe('and the suite of the controllers', () => {
    // Of this process only ssh is on the other machine.
    const path = process.env['PATH'];
    beforeAll(() => {
      mkdirSync(folder.path('near'));
      const program = folder.write('near/ssh', `#!/bin/sh\nexec ip netns exec ${B} /usr/bin/ssh "$@"\n`);
      chmodSync(program, 0o755);
      process.env['PATH'] = `${folder.path('near')}:${path}`;
    });
    afterAll(() => {
      process.env['PATH'] = path;
    });
    describeControllers(
      'controllers of another machine, by ssh',
      async () => {
        const wire = new RecordingWire();
        const [i2c, spi] = [new SimulatedI2cController(wire.i2c), new SimulatedSpiController(wire.spi, 1)];
        mkdirSync(join(folder.path(A), 'dtbus'), { recursive: true, mode: 0o700 });
        return remoteBench(
          { i2c, spi, wire, close: async () => {} },
          {
            socket: join(folder.path(A), 'dtbus', 'share.sock'),
            place: 'remote:ssh://bench3',
          },
        );
      },
      { isSteady: true },
    );
  });
});
