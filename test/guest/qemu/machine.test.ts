import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { runGuest } from '../../../src/guest/index.ts';
import { whyNoKvm } from '../../../src/guest/qemu.ts';

/** KVM is tried only where it may be opened: it is not on every machine that runs these tests. */
const noKvm = whyNoKvm();

/** A QEMU that notes its arguments and ends as it is told; on TCG, as a guest whose command ends with 5. */
const FAKE = `#!/bin/sh
here=$(dirname "$0")
if [ "$1 $2" = "-device help" ]; then cat "$here/devices"; exit 0; fi
for argument; do echo "$argument"; done >> "$here/arguments"
for argument; do
  case $argument in
    kvm) . "$here/kvm" ;;
    *init=*) init=\${argument##*init=} ;;
  esac
done
mark=$(sed -n 's/^echo "\\(.*\\) begin"$/\\1/p' "$init")
printf '%s begin\\r\\nhello\\r\\n%s exit 5\\r\\n' "$mark" "$mark"
`;
const I2C = 'name "vhost-user-i2c-pci", bus PCI\n';
const SPI = 'name "vhost-user-spi-pci", bus PCI\n';

let folder: string;
let path: string | undefined;
let warnings: string[];
let output: string;

beforeEach(() => {
  vi.stubEnv('DTBUS_QEMU', '');
  folder = mkdtempSync(join(tmpdir(), 'dtbus-qemu-'));
  path = process.env['PATH'];
  warnings = [];
  output = '';
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
});

function fakeQemu(devices: string, kvm: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'qemu-system-x86_64'), FAKE);
  chmodSync(join(bin, 'qemu-system-x86_64'), 0o755);
  writeFileSync(join(bin, 'devices'), devices);
  writeFileSync(join(bin, 'kvm'), kvm);
  process.env['PATH'] = `${bin}${delimiter}${path}`;
}

const qemuArguments = () => readFileSync(join(folder, 'bin/arguments'), 'utf8').split('\n');

async function boot(interrupted?: AbortSignal, deadlineMs = 10_000) {
  const kernel = join(folder, 'bzImage');
  writeFileSync(kernel, '');
  const board = join(folder, 'board.dts');
  const bus = 'compatible = "platform,virtio-%"; #address-cells = <1>; #size-cells = <0>;';
  writeFileSync(
    board,
    `/dts-v1/; / { i2c { ${bus.replace('%', 'i2c')} }; spi { ${bus.replace('%', 'spi')} }; };`,
  );
  return runGuest(board, {
    machine: 'qemu',
    kernel,
    command: ['true'],
    deadlineMs,
    output: (bytes) => {
      output += Buffer.from(bytes).toString();
    },
    onWarning: (sentence) => warnings.push(sentence),
    ...(interrupted === undefined ? {} : { interrupted }),
  });
}

const tried = () => qemuArguments().filter((argument) => argument === 'kvm' || argument === 'tcg');

describe('what QEMU is asked for', () => {
  it('KVM first; where that aborts or is not there, TCG, with one sentence', async () => {
    fakeQemu(I2C + SPI, `echo 'qemu-system-x86_64: error: no such register' >&2; kill -ABRT $$`);
    expect(await boot()).toEqual({ exitCode: 5, killed: false });
    expect(output).toBe('hello\n');
    expect(tried()).toEqual(noKvm === undefined ? ['kvm', 'tcg'] : ['tcg']);
    const reason = noKvm ?? 'KVM does not work here (no such register)';
    expect(warnings).toEqual([`${reason}: the guest runs on TCG, which is slower`]);
  });

  it.skipIf(noKvm !== undefined)(
    'TCG where a KVM that is there runs nothing, before the deadline',
    async () => {
      fakeQemu(I2C + SPI, 'exec sleep 60');
      expect(await boot(undefined, 4000)).toEqual({ exitCode: 5, killed: false });
      expect(tried()).toEqual(['kvm', 'tcg']);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(
        /^KVM does not work here \(nothing ran within [0-9.]+ s\): the guest runs on TCG, which is slower$/,
      );
    },
  );

  it('no KVM where DTBUS_QEMU_ACCEL is tcg', async () => {
    fakeQemu(I2C + SPI, ':');
    vi.stubEnv('DTBUS_QEMU_ACCEL', 'tcg');
    expect(await boot()).toEqual({ exitCode: 5, killed: false });
    expect(tried()).toEqual(['tcg']);
    expect(warnings[0]).toBe('DTBUS_QEMU_ACCEL is tcg: the guest runs on TCG, which is slower');
  });

  it('of the program that DTBUS_QEMU names', async () => {
    vi.stubEnv('DTBUS_QEMU', join(folder, 'none'));
    await expect(boot()).rejects.toThrow(`${join(folder, 'none')} cannot be run: it is not installed`);
  });

  it('nothing else where KVM works', async () => {
    fakeQemu(I2C + SPI, ':');
    expect(await boot()).toEqual({ exitCode: 5, killed: false });
    expect(tried()).toEqual([noKvm === undefined ? 'kvm' : 'tcg']);
    expect(warnings).toHaveLength(noKvm === undefined ? 0 : 1);
  });

  it('a device per bus where there is one for it, shared memory, the root over 9p', async () => {
    fakeQemu(I2C + SPI, ':');
    await boot();
    const all = qemuArguments().join(' ');
    expect(all).toMatch(
      /vhost-user-i2c-pci,chardev=bus4,addr=0x4 .*vhost-user-spi-pci,chardev=bus5,addr=0x5/,
    );
    expect(all).toMatch(/memory-backend-memfd,id=mem,size=256M,share=on/);
    expect(all).toMatch(/rootfstype=9p/);
  });

  it('no SPI where it has none, which it says', async () => {
    fakeQemu(I2C, ':');
    await boot();
    expect(qemuArguments().join(' ')).not.toContain('spi');
    expect(warnings).toContain('this QEMU has no vhost-user-spi-pci: spi0 left out');
  });
});

describe('the command', () => {
  async function guest(...argv: string[]) {
    const kernel = join(folder, 'bzImage');
    writeFileSync(kernel, '');
    let out = '';
    let err = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += text;
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      err += text;
      return true;
    });
    try {
      const words = ['guest', 'dts/demo.dts', '--qemu', '--kernel', kernel, ...argv];
      return { status: await runProgram(['node', 'dtbus', ...words]), out, err };
    } finally {
      vi.restoreAllMocks();
    }
  }

  it('hands back output and exit code', async () => {
    fakeQemu(I2C + SPI, ':');
    expect(await guest()).toMatchObject({ status: 5, out: 'hello\n' });
  });

  it('says when the guest was killed at its deadline', async () => {
    fakeQemu(I2C + SPI, 'exec sleep 60');
    writeFileSync(join(folder, 'bin/qemu-system-x86_64'), FAKE.replace('mark=', 'exec sleep 60\nmark='));
    const { status, err } = await guest('--timeout', '0.3', '--', 'true');
    expect(status).toBe(1);
    expect(err).toContain('dtbus: the guest did not end within 0.3 s and was killed\n');
  });

  it('is told when it is called wrongly', async () => {
    expect(await guest('--timeout', 'soon')).toMatchObject({
      status: 2,
      err: 'dtbus: invalid --timeout: expected a number of seconds, got soon\nusage: dtbus guest [options] [board] [-- command...]\n(try --help)\n',
    });
  });

  it('takes the kernel from the environment, else from the data of this user, else asks for it', async () => {
    fakeQemu(I2C + SPI, ':');
    vi.stubEnv('DTBUS_QEMU_KERNEL', '');
    vi.stubEnv('XDG_DATA_HOME', folder);
    const words = ['node', 'dtbus', 'guest', 'dts/demo.dts', '--qemu', '--', 'true'];
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const usual = join(folder, 'dtbus/bzImage');
      expect(await runProgram(words)).toBe(2);
      const how = `use --kernel FILE, set DTBUS_QEMU_KERNEL or put one at ${usual}`;
      expect(said[0]).toContain(`dtbus: no guest kernel: ${how}; /`);
      expect(said[0]).toMatch(/test\/guest\/README\.md tells how to build one\n$/);
      mkdirSync(join(folder, 'dtbus'));
      writeFileSync(usual, '');
      expect(await runProgram(words)).toBe(5);
      expect(qemuArguments()).toContain(usual);
      said.length = 0;
      vi.stubEnv('DTBUS_QEMU_KERNEL', join(folder, 'own'));
      expect(await runProgram(words)).toBe(1);
      expect(said[0]).toBe(`dtbus: kernel not found: ${join(folder, 'own')}\n`);
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe('a guest that is interrupted', () => {
  it('is killed, and none is started in its place', async () => {
    fakeQemu(I2C + SPI, 'exec sleep 60');
    const interrupted = new AbortController();
    const guest = boot(interrupted.signal);
    while (!existsSync(join(folder, 'bin/arguments'))) await new Promise((resolve) => setTimeout(resolve, 5));
    interrupted.abort();
    const { exitCode, killed } = await guest;
    // On TCG the fake one may have been done before.
    expect({ exitCode, killed }).toEqual({
      exitCode: noKvm === undefined ? undefined : exitCode,
      killed: false,
    });
    expect(tried()).toHaveLength(1);
    expect(warnings).toHaveLength(noKvm === undefined ? 0 : 1);
  });
});

describe('what is missing', () => {
  it('is named: QEMU', async () => {
    process.env['PATH'] = folder;
    await expect(boot()).rejects.toThrow(
      'qemu-system-x86_64 cannot be run: it is not installed; Debian has it in qemu-system-x86',
    );
  });

  it('is named: the kernel', async () => {
    const options = { command: ['true'], deadlineMs: 1000, output: () => {}, onWarning: () => {} };
    const kernel = join(folder, 'nothing');
    for (const machine of ['uml', 'qemu'] as const) {
      await expect(runGuest('dts/demo.dts', { ...options, machine, kernel })).rejects.toThrow(
        `kernel not found: ${kernel}`,
      );
    }
  });
});
