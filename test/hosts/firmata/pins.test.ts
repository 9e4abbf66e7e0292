import { afterEach, describe, expect, it, vi } from 'vitest';
import { FirmataAdapter, FirmataEmulator } from '../../../hosts/firmata/index.ts';
import { EmulatedPins, type PinLines } from '../../../hosts/pins/index.ts';
import { openBoard } from '../../../src/board/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { directLink } from '../bus-pirate/direct-link.ts';
import { faultOf } from '../controller-suite.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';

const PINS = [2, 9, 3];
let host: FirmataAdapter | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});

async function bench(lines = PINS) {
  const wire = new RecordingWire();
  const pins = new EmulatedPins();
  const boards = [new FirmataEmulator({ ...wire, pins })];
  const link = directLink({ feed: (sent) => boards.at(-1)?.feed(sent) ?? new Uint8Array(0) });
  host = new FirmataAdapter('the cable', { chipSelects: [10], lines }, link.open);
  await host.open();
  link.sent.length = 0;
  const boot = () => {
    boards.push(new FirmataEmulator({ ...wire, pins }));
    link.talk(Uint8Array.of(0xf9, 2, 6));
  };
  const bit = (word: number, pin: number) => (word >> pin) & 1;
  const outputs = () => PINS.map((pin) => bit(pins.outputs, pin));
  const levels = () => PINS.map((pin) => bit(pins.levels, pin));
  return { host, wire, pins, link, boot, lines: host.lines as PinLines, outputs, levels };
}

describe('lines of a Firmata board', () => {
  it('reads what is on its pins, and asks for nothing else', async () => {
    const { lines, pins, link, outputs } = await bench();
    pins.outside = 0xffff & ~(1 << 9);
    expect(await lines.get(1)).toBe(false);
    // Mode of pin 9 is input, its port tells of changes, and three states that say when.
    const hex = Buffer.from(link.sent).toString('hex');
    expect(hex).toMatch(/^f40900d101f06d0.f7f06d0.f7f06d0.f7$/);
    expect(outputs()).toEqual([1, 0, 1]);
    pins.outside = 0xffff;
    expect(await lines.get(1)).toBe(true);
  });

  it('drives pins one by one until they are let go', async () => {
    const { lines, outputs, levels } = await bench();
    for (const line of [0, 1, 2]) await lines.input(line);
    await lines.drive(0, true);
    await lines.drive(1, false);
    expect([outputs(), levels()]).toEqual([
      [1, 1, 0],
      [1, 0, 1],
    ]);
    await lines.drive(1, true);
    await lines.drive(0, false);
    expect(levels()).toEqual([0, 1, 1]);
    expect(await Promise.all([lines.get(0), lines.get(1)])).toEqual([false, true]);
    await lines.release(0);
    expect(outputs()).toEqual([0, 1, 0]);
  });

  it('tells a board that was reset of its pins again', async () => {
    const { lines, boot, outputs, levels, pins } = await bench();
    await lines.drive(0, true);
    await lines.input(1);
    boot();
    expect(levels()[0]).toBe(0);
    pins.outside = 0xffff & ~(1 << 9);
    expect(await lines.get(1)).toBe(false);
    expect([outputs()[0], levels()[0], outputs()[1]]).toEqual([1, 1, 0]);
  });

  it('is asked for in the middle of transfers of both buses, which stay whole', async () => {
    const { host, lines, wire } = await bench();
    wire.memory.set([0x5a], 0);
    const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) };
    const transfer = spiTransfer({ tx: Uint8Array.of(1, 2, 3), speedHz: 1_000_000 });
    const done = [
      host.i2c.transfer([read]),
      lines.drive(0, true),
      lines.get(1),
      lines.drive(0, false),
    ] as const;
    await Promise.all(done);
    expect([...read.buf]).toEqual([0x5a]);
    await Promise.all([host.spi?.transfer(0, 0, [transfer]), lines.drive(0, true), lines.get(1)]);
    expect(wire.log).toEqual(['R50', '>5a', 'P', '[0', '01', '02', '03', ']']);
  });

  it('refuses pins of its buses, and lines that it does not have', async () => {
    const { lines } = await bench([2, 12, 18, 0, 60]);
    expect(await faultOf(() => lines.get(1))).toBe('EBUSY');
    expect(await faultOf(() => lines.drive(2, true))).toBe('EBUSY');
    expect(await faultOf(() => lines.get(3))).toBe('EOPNOTSUPP');
    expect(await faultOf(() => lines.get(4))).toBe('EOPNOTSUPP');
    expect(await faultOf(() => lines.get(5))).toBe('EINVAL');
    expect(await lines.get(0)).toBe(true);
  });

  it('are those of a board beside its bus, and a pin that is named twice is told', async () => {
    const source = (pins: string) => `/dts-v1/; / {
      hosts { uno: firmata { compatible = "dtbus,firmata-emulator"; dtbus,line-pins = <${pins}>;
        i2c { #address-cells = <1>; #size-cells = <0>; temp@48 { compatible = "national,lm75"; reg = <0x48>; }; }; }; };
      i2c { compatible = "platform,virtio-i2c"; dtbus,host = <&uno>; };
      gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <2>; dtbus,host = <&uno>; };
    };`;
    const board = await openBoard({ source: source('4 7') });
    const gpio = await board.gpio();
    gpio.set(1, false);
    gpio.setDirection(1, 'out');
    const read = await board.open('/dev/i2c-0').transfer([{ addr: 0x48, read: 2 }]);
    expect([...(read[0] ?? [])]).toEqual([25, 0]);
    expect(gpio.get(1)).toBe(false);
    gpio.setDirection(1, 'in');
    await vi.waitFor(() => expect(gpio.get(1)).toBe(true), { timeout: 20_000 });
    await board.close();
    const told: string[] = [];
    const other = await openBoard({ source: source('4 4'), onWarning: (text) => told.push(text) });
    await other.close();
    expect(told.join()).toContain('/hosts/firmata: pin 4 is named twice');
  });
});
