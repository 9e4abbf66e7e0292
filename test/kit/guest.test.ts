import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestBoard } from '../../src/kit/index.ts';
import { boardTest, WorldUnsupportedError } from '../../src/kit/vitest.ts';
import { NO_UML, UML_KERNEL } from '../guest/boot.ts';

const BOARD = `/dts-v1/; / {
  aliases { i2c0 = &bus; };
  bus: i2c {
    compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
    eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
    rtc: rtc@68 { compatible = "dallas,ds1307"; reg = <0x68>; };
  };
};`;
const TEMPERATURE = 'cat /sys/bus/i2c/devices/0-0048/hwmon/hwmon*/temp1_input';
const SECONDS = 'cat /sys/class/rtc/rtc0/since_epoch';
const EEPROM = '/sys/bus/i2c/devices/0-0050/eeprom';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe.skipIf(NO_UML !== undefined)('a Linux on the board of a test', () => {
  const test = boardTest({ source: BOARD }, {});
  beforeEach(() => {
    vi.stubEnv('DTBUS_GUEST_KERNEL', UML_KERNEL);
  });

  test('has one clock with the board, with pass and with fake timers; its transfers are in the traffic, faults strike them', {
    timeout: 60_000,
  }, async ({ board, guest }) => {
    board.part<'national,lm75'>('&temp').temperature = 31.5;
    expect(await guest.run(TEMPERATURE)).toBe('31500\n');
    expect(board).toHaveSent({ part: '&temp', register: 'TEMP', read: '1f 80' });

    const began = Number(await guest.run(SECONDS));
    await board.pass('1 h');
    const hour = Number(await guest.run(SECONDS)) - began;
    expect([3600, 3601]).toContain(hour);
    // Of the guest itself, which also booted.
    expect([3600, 3601, 3602]).toContain(Number(await guest.run('cut -d. -f1 /proc/uptime')));

    vi.useFakeTimers();
    vi.advanceTimersByTime(1000);
    let rang = 0;
    const timer = setInterval(() => rang++, 1000);
    await board.pass('10 s');
    clearInterval(timer);
    vi.useRealTimers();
    expect(rang).toBe(10);
    const more = Number(await guest.run(SECONDS)) - began - hour;
    expect([11, 12]).toContain(more);

    // What moves the board alone, the guest does next.
    board.advance(600e9);
    expect([4211, 4212, 4213]).toContain(Number(await guest.run('cut -d. -f1 /proc/uptime')));

    // Of a sleep the board has but a thousandth more or less: its clock chip counts.
    const slept = Number(await guest.run(SECONDS));
    await guest.run('sleep 2000');
    expect(Math.abs(Number(await guest.run(SECONDS)) - slept - 2000)).toBeLessThanOrEqual(3);

    const gone = board.inject('absent', '&temp');
    const { exitCode, output } = await guest.tryRun(TEMPERATURE);
    expect(exitCode, output).not.toBe(0);
    expect(gone).toHaveFired();
    await expect(guest.run('echo lost; exit 3')).rejects.toThrow(
      '`echo lost; exit 3` in the guest ended with exit code 3: lost',
    );
    await expect(board.bootGuest()).rejects.toThrow('the board has a guest already: use that one');
  });

  test('its drivers report faults as they do those of real parts', { timeout: 120_000 }, async ({
    board,
    guest,
  }) => {
    const said = async (command: string) => (await guest.tryRun(command)).output.trim();
    const write = (text: string) => `printf ${text} | dd of=${EEPROM} status=none`;

    // virtio-i2c tells how many messages went well, and regmap-i2c makes EIO of too few.
    const cable = board.inject('absent', '&temp');
    expect(await said(TEMPERATURE)).toMatch(/: Input\/output error$/);
    cable.remove();
    expect(await said(TEMPERATURE)).toBe('25000');

    // at24 tries again for 25 ms (its parameter write_timeout), and then says ETIMEDOUT.
    const twice = board.inject('nack', '&eeprom', { times: 2 });
    expect(await said(`${write('hello')}; head -c 5 ${EEPROM}`)).toBe('hello');
    expect(twice).toHaveFired(2);
    for (const at of ['address', 1] as const) {
      const refused = board.inject('nack', '&eeprom', { at, times: 1000, direction: 'write' });
      expect(await said(write('HELLO'))).toMatch(/: Connection timed out$/);
      expect(refused.fired).toBeGreaterThan(2);
      refused.remove();
    }
    expect(await said(`head -c 5 ${EEPROM}`)).toBe('hello');

    // A DS1307 without a battery comes up with its oscillator halted (CH), which rtc-ds1307 takes for no time: EINVAL.
    board.part('&rtc')['battery'] = false;
    const power = board.inject('brownOut', '&rtc', { forMs: 1 });
    expect(await said(SECONDS)).toMatch(/: Input\/output error$/);
    expect(power).toHaveFired(1);
    await board.pass('1 s');
    expect(await said(SECONDS)).toMatch(/: Invalid argument$/);
    expect(await said('dmesg')).toContain('rtc-ds1307 0-0068: read error -5');
  });

  it('is killed when a command takes longer than it may', { timeout: 240_000 }, async () => {
    const board = await openTestBoard({ source: BOARD });
    const guest = await board.bootGuest({ kernel: UML_KERNEL, timeout: '4 s' });
    await expect(guest.run('while :; do :; done')).rejects.toThrow(
      'the command `while :; do :; done` in the guest did not end within 4 s of the machine',
    );
    await expect(guest.run('true')).rejects.toThrow('the guest ended during the command `true`: SIGKILL');
    await board.finish();
  });
});

it('needs a kernel: without one the test is skipped', async () => {
  vi.stubEnv('DTBUS_GUEST_KERNEL', '');
  vi.stubEnv('XDG_DATA_HOME', '/nonexistent');
  const board = await openTestBoard({ source: BOARD });
  const boot = board.bootGuest();
  await expect(boot).rejects.toBeInstanceOf(WorldUnsupportedError);
  await expect(boot).rejects.toThrow('set DTBUS_GUEST_KERNEL, or put one at /nonexistent/dtbus/linux');
  await board.finish();
});

it('needs a board with a stepped clock, and the real timers of the runner', async () => {
  const board = await openTestBoard({ source: BOARD, clock: 'real' });
  await expect(board.bootGuest({ kernel: '/bin/true' })).rejects.toThrow(
    'needs a board with a stepped clock',
  );
  vi.useFakeTimers();
  await expect(board.bootGuest({ kernel: '/bin/true' })).rejects.toThrow(
    'invalid time to boot a guest: expected the real timers of the runner, got ',
  );
  vi.useRealTimers();
  await board.finish();
});
