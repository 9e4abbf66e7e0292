import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { UNBOUND } from '../../src/guest/unbound.ts';

/** What is noted of the device 0-0050 where the kernel said these lines. */
function noted(...lines: readonly string[]): string {
  const log = lines.map((line) => `[    0.1] ${line}\n`).join('');
  const script = `dmesg() { printf '%s' "$LOG"; }
note() { printf '%s' "$1"; }
${UNBOUND}
unbound /i2c/eeprom@50 0-0050`;
  return spawnSync('sh', ['-c', script], { env: { ...process.env, LOG: log }, encoding: 'utf8' }).stdout;
}

const DUMMY = 'at24 0-0050: supply vcc not found, using dummy regulator';

it('tells the last that the kernel said of a device that no driver took', () => {
  expect(noted('at24 0-0050: first', 'at24 0-0050: probe failed', 'lm75 0-0048: fine')).toBe(
    'no driver in the guest took /i2c/eeprom@50: its kernel says: at24 0-0050: probe failed',
  );
});

it('takes no dummy regulator for the reason', () => {
  expect(noted('at24 0-0050: probe failed', DUMMY)).toMatch(/its kernel says: at24 0-0050: probe failed$/);
  expect(noted(DUMMY)).toBe("no driver in the guest took /i2c/eeprom@50: see its kernel's configuration");
});
