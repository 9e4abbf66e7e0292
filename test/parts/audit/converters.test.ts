import { faultOf, i2cBench } from '../../sim/support.ts';
import { audit } from './rows.ts';

const [MS, S] = [1e6, 1e9];

const ads1115 = () => i2cBench({ compatible: 'ti,ads1115', reg: 0x48 });
const CONVERSION_NS = S / 128;

audit('ti,ads1115', [
  [
    'continuous: after a change of MUX the old result stays until the next conversion ends (8.4.2.2)',
    [
      [0x20, 0x00],
      [0x40, 0x00],
    ],
    async () => {
      const bench = await ads1115();
      bench.set('ain0', 1.024);
      bench.set('ain1', 2.048);
      bench.write([0x01, 0x42, 0x83]);
      bench.clock.advance(CONVERSION_NS);
      bench.write([0x01, 0x52, 0x83]);
      const stale = bench.writeRead([0x00], 2);
      bench.clock.advance(CONVERSION_NS);
      return [stale, bench.writeRead([0x00], 2)];
    },
  ],
  [
    'OS reads 0 while a single conversion runs, then 1 (8.6.3)',
    [0, 1],
    async () => {
      const bench = await ads1115();
      const os = () => (bench.writeRead([0x01], 1)[0] as number) >> 7;
      bench.write([0x01, 0xc1, 0x83]);
      const during = os();
      bench.clock.advance(10 * MS);
      return [during, os()];
    },
  ],
  [
    'a general call 06h resets (8.5.1.2.1)',
    [undefined, [0x85, 0x83]],
    async () => {
      const bench = await ads1115();
      bench.write([0x01, 0x42, 0x83]);
      return [faultOf(() => bench.write([0x06], 0)), bench.writeRead([0x01], 2)];
    },
  ],
  [
    'conversion ready: ALERT low at the end of a single shot, with nobody on the bus, high by the next (8.3.8)',
    [true, false, true, false],
    async () => {
      const bench = await ads1115();
      const level = () => bench.line('ALERT/RDY').high;
      bench.line('ALERT/RDY').listen(() => {});
      bench.write([0x03, 0x80, 0x00]);
      bench.write([0x02, 0x00, 0x00]);
      const levels: boolean[] = [];
      for (let shot = 0; shot < 2; shot++) {
        bench.write([0x01, 0xc1, 0x80]);
        levels.push(level());
        bench.clock.advance(10 * MS);
        levels.push(level());
      }
      return levels;
    },
  ],
  [
    'full scale clips: 2 V at ±1.024 V is 7FFFh (8.3.3)',
    [0x7f, 0xff],
    async () => {
      const bench = await ads1115();
      bench.set('ain0', 2);
      bench.write([0x01, 0xc7, 0x83]);
      bench.clock.advance(10 * MS);
      return bench.writeRead([0x00], 2);
    },
  ],
  [
    'alert response: a latched comparator answers with its address (8.3.9)',
    [0x90],
    async () => {
      const bench = await ads1115();
      bench.write([0x03, 0x10, 0x00]);
      bench.write([0x01, 0x42, 0x84]);
      bench.set('ain0', 2);
      bench.clock.advance(10 * MS);
      return bench.read(1, 0x0c);
    },
  ],
  [
    'the line moves by itself when a conversion ends (8.3.8)',
    1,
    async () => {
      const bench = await ads1115();
      let falls = 0;
      bench.line('ALERT/RDY').listen((high) => {
        if (!high) falls++;
      });
      bench.write([0x03, 0x80, 0x00]);
      bench.write([0x02, 0x00, 0x00]);
      bench.write([0x01, 0xc1, 0x80]);
      bench.clock.advance(20 * MS);
      return falls;
    },
  ],
]);

const ina219 = (microOhms = 100_000) =>
  i2cBench({ compatible: 'ti,ina219', reg: 0x40, properties: { 'shunt-resistor': microOhms } });

audit('ti,ina219', [
  [
    'OVF when the calculation is out of range (8.6.3.2)',
    1,
    async () => {
      const bench = await ina219();
      bench.set('current', 1.2);
      bench.write([0x00, 0x39, 0x9f]);
      bench.clock.advance(2 * MS);
      bench.write([0x05, 0xff, 0xfe]);
      return (bench.writeRead([0x02], 2)[1] as number) & 1;
    },
  ],
  [
    'BRNG = 0 limits the bus voltage to 16 V (8.6.2.1): 0FA0h of 4 mV',
    0x0fa0,
    async () => {
      const bench = await ina219();
      bench.set('busVoltage', 20);
      bench.write([0x00, 0x19, 0x9f]);
      bench.clock.advance(2 * MS);
      const [high = 0, low = 0] = bench.writeRead([0x02], 2);
      return ((high << 8) | low) >> 3;
    },
  ],
  [
    'CNVR only after the conversion time, again and again; reading POWER clears it (8.6.3.2)',
    [0, 1, 0, 1],
    async () => {
      const bench = await ina219();
      const ready = () => ((bench.writeRead([0x02], 2)[1] as number) >> 1) & 1;
      bench.write([0x00, 0x39, 0x9f]);
      const seen = [ready()];
      bench.clock.advance(1.1 * MS);
      seen.push(ready());
      bench.writeRead([0x03], 2);
      seen.push(ready());
      bench.clock.advance(1.1 * MS);
      return [...seen, ready()];
    },
  ],
  [
    'calibration 0: current and power are 0; its bit 0 stays 0 (8.6.4)',
    [
      [0, 0],
      [0, 0],
      [0x10, 0x00],
    ],
    async () => {
      const bench = await ina219();
      bench.set('current', 1);
      const unset = [bench.writeRead([0x04], 2), bench.writeRead([0x03], 2)];
      bench.write([0x05, 0x10, 0x01]);
      return [...unset, bench.writeRead([0x05], 2)];
    },
  ],
  [
    'PGA clips the shunt voltage: 320 mV at gain 1 is 40 mV, 4,000 of 10 µV (8.6.2.1)',
    [0x0f, 0xa0],
    async () => {
      const bench = await ina219();
      bench.write([0x00, 0x21, 0x9f]);
      bench.set('current', 3.2);
      bench.clock.advance(2 * MS);
      return bench.writeRead([0x01], 2);
    },
  ],
  [
    'triggered: a write of the configuration starts one, CNVR after 532 µs twice (8.4)',
    [0, 1],
    async () => {
      const bench = await ina219();
      const ready = () => ((bench.writeRead([0x02], 2)[1] as number) >> 1) & 1;
      bench.write([0x00, 0x39, 0x9b]);
      const during = ready();
      bench.clock.advance(1.07 * MS);
      return [during, ready()];
    },
  ],
]);
