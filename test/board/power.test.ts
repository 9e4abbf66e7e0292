import { afterEach, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';

let board: Board | undefined;
afterEach(() => board?.close());

const TREE = `/dts-v1/; / {
  gpio: gpio { compatible = "platform,virtio-gpio"; ngpios = <4>; gpio-controller; #gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>; };
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; interrupts-extended = <&gpio 2 8>; };
    rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
    rtc@68 { compatible = "dallas,ds1307"; reg = <0x68>; };
    dark@49 { compatible = "national,lm75"; reg = <0x49>; dtbus,set = "powered=false"; };
    own@42 { compatible = "acme,own"; reg = <0x42>; dtbus,model = "./test/board/power-own.mjs"; };
    mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
      i2c@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>; far@51 { compatible = "atmel,24c02"; reg = <0x51>; }; };
    };
  };
  spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    flash@0 { compatible = "jedec,spi-nor"; reg = <0>; };
  }; };`;

const NO_POWER = 'the address was not acknowledged; the part has no power, or is held in reset';

describe.each(['worker', 'inline'] as const)('power of a part, its back-end %s', (backEnd) => {
  async function open(): Promise<Board> {
    board = await openBoard({ source: TREE, backEnd, clock: 'stepped', onWarning: () => {} });
    return board;
  }
  const read = (on: Board, addr: number, register: number, length: number) =>
    on
      .open('/dev/i2c-0')
      .transferSync([
        { addr, write: Uint8Array.of(register) },
        { addr, read: length },
      ])
      .at(-1);

  it('off does not acknowledge, and says why; on has the registers of reset', async () => {
    const on = await open();
    const i2c = on.open('/dev/i2c-0');
    // LM75: THYST, 75 °C after power-on (data sheet 1.8).
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(2, 0x10, 0) }]);
    on.part('/i2c/temp@48').powered = false;
    expect(on.part('/i2c/temp@48').powered).toBe(false);
    expect(() => read(on, 0x48, 2, 2)).toThrow(NO_POWER);
    on.part('/i2c/temp@48').powered = true;
    expect(read(on, 0x48, 2, 2)).toEqual(Uint8Array.of(0x4b, 0));
  });

  it('a memory keeps its bytes, a clock on its battery its RAM', async () => {
    const on = await open();
    const i2c = on.open('/dev/i2c-0');
    i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0, 0xa5) }]);
    on.advance(10e6);
    i2c.transferSync([{ addr: 0x68, write: Uint8Array.of(8, 0x5a) }]);
    for (const name of ['/i2c/rom@50', '/i2c/rtc@68']) {
      on.part(name).powered = false;
      on.part(name).powered = true;
    }
    expect(read(on, 0x50, 0, 1)).toEqual(Uint8Array.of(0xa5));
    expect(read(on, 0x68, 8, 1)).toEqual(Uint8Array.of(0x5a));
  });

  it('off lets go of its line, and does not move it', async () => {
    const on = await open();
    const [temp, line] = [on.part('/i2c/temp@48'), on.line('/gpio', 2)];
    temp.set('temperature', 100);
    on.advance(1e9);
    expect(line.get()).toBe(false);
    temp.powered = false;
    expect(line.get()).toBe(true);
    temp.set('temperature', 20);
    temp.set('temperature', 100);
    on.advance(1e9);
    expect(line.get()).toBe(true);
    temp.powered = true;
    on.advance(1e9);
    expect(line.get()).toBe(false);
  });

  it('what is behind a multiplexer without power is not reached', async () => {
    const on = await open();
    const i2c = on.open('/dev/i2c-0');
    const select = () => i2c.transferSync([{ addr: 0x70, write: Uint8Array.of(1) }]);
    select();
    expect(read(on, 0x51, 0, 1)).toEqual(Uint8Array.of(0xff));
    on.part('/i2c/mux@70').powered = false;
    expect(() => read(on, 0x51, 0, 1)).toThrow('ENXIO');
    on.part('/i2c/mux@70').powered = true;
    expect(() => read(on, 0x51, 0, 1)).toThrow('ENXIO');
    select();
    expect(read(on, 0x51, 0, 1)).toEqual(Uint8Array.of(0xff));
  });

  it('off leaves MISO pulled up', async () => {
    const on = await open();
    const spi = on.open('/dev/spidev0.0');
    const id = () => [...spi.transferSync({ tx: Uint8Array.of(0x9f), rx: 4 }).rx];
    const before = id();
    expect(before.slice(1)).toEqual([0xef, 0x40, 0x14]);
    on.part('/spi/flash@0').powered = false;
    expect(id()).toEqual([0xff, 0xff, 0xff, 0xff]);
    on.part('/spi/flash@0').powered = true;
    expect(id().slice(1)).toEqual([0xef, 0x40, 0x14]);
  });

  it('is set by the tree; is no property that a listing has, and no number', async () => {
    const on = await open();
    expect(on.part('/i2c/dark@49').powered).toBe(false);
    expect(() => read(on, 0x49, 0, 2)).toThrow(NO_POWER);
    expect(Object.keys(on.part('/i2c/dark@49'))).not.toContain('powered');
    expect(() => on.part('/i2c/dark@49').set('powered', 3.3)).toThrow(
      'invalid powered: expected true or false, got 3.3',
    );
  });

  it('a part that failed answers again when it gets power', async () => {
    const on = await open();
    expect(read(on, 0x42, 0xee, 1)).toEqual(Uint8Array.of(0xff));
    expect(() => read(on, 0x42, 0, 1)).toThrow('the model of the part failed');
    on.part('/i2c/own@42').powered = false;
    expect(() => read(on, 0x42, 0, 1)).toThrow('ENXIO');
    on.part('/i2c/own@42').reset();
    expect(() => read(on, 0x42, 0, 1)).toThrow('ENXIO');
    on.part('/i2c/own@42').powered = true;
    expect(read(on, 0x42, 0, 1)).toEqual(Uint8Array.of(7));
  });
});
