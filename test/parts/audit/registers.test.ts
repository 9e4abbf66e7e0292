import { faultOf, i2cBench } from '../../sim/support.ts';
import { audit } from './rows.ts';

const [MS, S] = [1e6, 1e9];

const ds3231 = () => i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });

audit('maxim,ds3231', [
  [
    'a power-on without battery sets OSF, and the time is 00-01-01 00:00:00 ("Status Register", "Clock and Calendar")',
    [0x80, [0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x00]],
    async () => {
      const bench = await ds3231();
      bench.set('battery', false);
      bench.reset();
      return [(bench.writeRead([0x0f], 1)[0] as number) & 0x80, bench.writeRead([0x00], 7)];
    },
  ],
  [
    'CONV stays 1 until the conversion is over: 125 ms, at most 200 ("Control Register")',
    [0x3c, 0x1c],
    async () => {
      const bench = await ds3231();
      bench.write([0x0e, 0x3c]);
      bench.clock.advance(100 * MS);
      const during = bench.writeRead([0x0e], 1);
      bench.clock.advance(100 * MS);
      return [...during, ...bench.writeRead([0x0e], 1)];
    },
  ],
  [
    'the temperature changes each 64 s ("Temperature Registers")',
    [25, 25, 30],
    async () => {
      const bench = await ds3231();
      const degrees = () => bench.writeRead([0x11], 1)[0];
      const first = degrees();
      bench.set('temperature', 30);
      bench.clock.advance(63 * S);
      const before = degrees();
      bench.clock.advance(1.3 * S);
      return [first, before, degrees()];
    },
  ],
  [
    'INTCN = 0: a square wave of 1 Hz ("Control Register", RS)',
    [false, true],
    async () => {
      const bench = await ds3231();
      const levels = new Set<boolean>();
      bench.line('INT').listen((high) => levels.add(high));
      bench.write([0x0e, 0x00]);
      bench.clock.advance(3 * S);
      return [...levels].sort();
    },
  ],
  [
    'from 99 to 00 the century bit toggles; 2024 has a 29 February ("Clock and Calendar")',
    [[0x81, 0x00], 0x29],
    async () => {
      const bench = await ds3231();
      bench.write([0x00, 0x59, 0x59, 0x23, 0x05, 0x31, 0x12, 0x99]);
      bench.clock.advance(S);
      const turned = bench.writeRead([0x05], 2);
      bench.write([0x00, 0x59, 0x59, 0x23, 0x05, 0x28, 0x02, 0x24]);
      bench.clock.advance(S);
      return [turned, bench.writeRead([0x04], 1)[0]];
    },
  ],
  [
    'alarm 1 each second: A1F, and INT low until it is cleared ("Alarms")',
    [1, false, true],
    async () => {
      const bench = await ds3231();
      bench.line('INT').listen(() => {});
      bench.write([0x07, 0x80, 0x80, 0x80, 0x80]);
      bench.write([0x0e, 0x05]);
      bench.clock.advance(1.5 * S);
      const flag = (bench.writeRead([0x0f], 1)[0] as number) & 1;
      const asserted = bench.line('INT').high;
      bench.write([0x0f, 0x00]);
      return [flag, asserted, bench.line('INT').high];
    },
  ],
]);

const pca9685 = () => i2cBench({ compatible: 'nxp,pca9685-pwm', reg: 0x40 });

audit('nxp,pca9685-pwm', [
  [
    'AI = 0 after power-on: a block is one register again and again (7.3.1)',
    [0x11, 0x11, 0x11],
    async () => (await pca9685()).writeRead([0x00], 3),
  ],
  [
    'SWRST: another byte than 06h after the general call is not acknowledged (7.6)',
    ['EREMOTEIO', undefined],
    async () => {
      const bench = await pca9685();
      return [faultOf(() => bench.write([0x05], 0)), faultOf(() => bench.write([0x06], 0))];
    },
  ],
  [
    'PRE_SCALE is blocked while SLEEP = 0 (7.3.5)',
    [0x1e, 0x79],
    async () => {
      const bench = await pca9685();
      bench.write([0x00, 0x00]);
      bench.write([0xfe, 0x79]);
      const blocked = bench.writeRead([0xfe], 1)[0];
      bench.write([0x00, 0x10]);
      bench.write([0xfe, 0x79]);
      return [blocked, bench.writeRead([0xfe], 1)[0]];
    },
  ],
  [
    'full off is set after power-on and wins over full on (7.3.3)',
    [[0x10], 0, 1],
    async () => {
      const bench = await pca9685();
      const first = bench.writeRead([0x09], 1);
      bench.write([0x00, 0x20]);
      bench.write([0x06, 0x00, 0x10, 0x00, 0x10]);
      const both = bench.get('duty0');
      bench.write([0x09, 0x00]);
      return [first, both, bench.get('duty0')];
    },
  ],
  [
    'RESTART: set by sleeping with channels on, cleared by writing 1 after waking (7.3.1.1)',
    [0x91, 0x01],
    async () => {
      const bench = await pca9685();
      bench.write([0x00, 0x01]);
      for (const [at, value] of [0, 0, 0, 8].entries()) bench.write([0x06 + at, value]);
      bench.write([0x00, 0x11]);
      const asleep = bench.writeRead([0x00], 1)[0];
      bench.write([0x00, 0x01]);
      bench.write([0x00, 0x81]);
      return [asleep, bench.writeRead([0x00], 1)[0]];
    },
  ],
]);

const mcp23017 = () => i2cBench({ compatible: 'microchip,mcp23017', reg: 0x20 });

audit('microchip,mcp23017', [
  [
    'GPPU: an input that nothing drives reads 1 (3.5.7)',
    [0xff, 0xff],
    async () => {
      const bench = await mcp23017();
      bench.write([0x0c, 0xff, 0xff]);
      return bench.writeRead([0x12], 2);
    },
  ],
  [
    'INTCAP holds the value of the interrupt (3.6)',
    [0x01, 0x01],
    async () => {
      const bench = await mcp23017();
      bench.write([0x04, 0x01]);
      bench.set('inputs', 0x0001);
      bench.set('inputs', 0x0000);
      return [...bench.writeRead([0x0e], 1), ...bench.writeRead([0x10], 1)];
    },
  ],
  [
    'SEQOP = 1, BANK = 0: the pointer toggles between the ports (3.2.1)',
    [0x33, 0x22, 0x33, 0x22],
    async () => {
      const bench = await mcp23017();
      bench.write([0x0a, 0x20]);
      bench.write([0x14, 0x33, 0x22]);
      return bench.writeRead([0x14], 4);
    },
  ],
  [
    'BANK moves the registers at once: IOCON at 05h (3.2.1)',
    [0x0f, 0xff, 0x80],
    async () => {
      const bench = await mcp23017();
      bench.write([0x00, 0x0f]);
      bench.write([0x0b, 0x80]);
      return [0x00, 0x10, 0x05].map((at) => bench.writeRead([at], 1)[0]);
    },
  ],
  [
    'against DEFVAL the interrupt comes again as long as the pin differs (3.6.4)',
    [1, 1, 0],
    async () => {
      const bench = await mcp23017();
      const flag = () => bench.writeRead([0x0e], 1)[0];
      bench.write([0x08, 0x01]);
      bench.write([0x04, 0x01]);
      bench.set('inputs', 0x0001);
      const first = flag();
      bench.writeRead([0x12], 1);
      const again = flag();
      bench.set('inputs', 0x0000);
      bench.writeRead([0x12], 1);
      return [first, again, flag()];
    },
  ],
  [
    'reading GPIO of port A clears the interrupt of A only (3.6)',
    [0x00, 0x01],
    async () => {
      const bench = await mcp23017();
      bench.write([0x04, 0x01, 0x01]);
      bench.set('inputs', 0x0101);
      bench.writeRead([0x12], 1);
      return bench.writeRead([0x0e], 2);
    },
  ],
]);
