import { afterEach, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';

let board: Board | undefined;
afterEach(() => board?.close());

/** `GPIO_ACTIVE_HIGH`, `GPIO_ACTIVE_LOW`. */
const [HIGH, LOW] = [0, 1];

const TREE = `/dts-v1/; / {
  gpio: gpio { compatible = "platform,virtio-gpio"; ngpios = <8>; gpio-controller; #gpio-cells = <2>; };
  main: regulator-main { compatible = "regulator-fixed"; regulator-name = "main"; gpio = <&gpio 0 ${HIGH}>; enable-active-high; };
  behind: regulator-behind { compatible = "regulator-fixed"; regulator-name = "behind"; vin-supply = <&main>; };
  round: regulator-round { compatible = "regulator-fixed"; regulator-name = "round"; vin-supply = <&round>; };
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    expander: gpio@20 { compatible = "nxp,pca9555"; reg = <0x20>; gpio-controller; #gpio-cells = <2>; };
    buck: regulator@60 { compatible = "silergy,syr827"; reg = <0x60>; };
    supplied@48 { compatible = "national,lm75"; reg = <0x48>; vs-supply = <&main>; };
    behind@49 { compatible = "national,lm75"; reg = <0x49>; vcc-supply = <&behind>; };
    reference@4a { compatible = "national,lm75"; reg = <0x4a>; vref-supply = <&main>; };
    held@29 { compatible = "st,vl53l0x"; reg = <0x29>; reset-gpios = <&gpio 1 ${LOW}>; };
    enabled@4b { compatible = "national,lm75"; reg = <0x4b>; enable-gpios = <&gpio 2 ${HIGH}>; };
    far@4c { compatible = "national,lm75"; reg = <0x4c>; reset-gpios = <&expander 3 ${LOW}>; };
    core@4d { compatible = "national,lm75"; reg = <0x4d>; vdd-supply = <&buck>; };
    two@4e { compatible = "national,lm75"; reg = <0x4e>; vcc-supply = <&main>; reset-gpios = <&gpio 3 ${HIGH}>; };
    lost@4f { compatible = "national,lm75"; reg = <0x4f>; vcc-supply = <&round>; reset-gpios = <&gpio 99 ${LOW}>; };
    camera@10 { compatible = "sony,imx219"; reg = <0x10>; reset-gpios = <&gpio 4 ${HIGH}>; };
  }; };`;

async function open(): Promise<Board> {
  board = await openBoard({
    source: TREE,
    backEnd: 'inline',
    clock: 'stepped',
    treeChecks: 'off',
    onWarning: () => {},
  });
  return board;
}

const acknowledges = (on: Board, addr: number): boolean => {
  try {
    on.open('/dev/i2c-0').transferSync([{ addr, read: 1 }]);
    return true;
  } catch {
    return false;
  }
};
const ALL = [0x20, 0x60, 0x48, 0x49, 0x4a, 0x29, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x10];
const silent = (on: Board) => ALL.filter((addr) => !acknowledges(on, addr));
const write = (on: Board, addr: number, ...bytes: number[]) =>
  on.open('/dev/i2c-0').transferSync([{ addr, write: Uint8Array.from(bytes) }]);

describe('what drives the power of a part', () => {
  it('holds nothing before anybody has driven it', async () => {
    expect(silent(await open())).toEqual([]);
  });

  it('a regulator that a line switches, and those behind it; a reference is no supply', async () => {
    const on = await open();
    write(on, 0x48, 2, 0x10, 0);
    const line = on.line('/gpio', 0);
    line.set(false);
    expect(silent(on)).toEqual([0x48, 0x49, 0x4e]);
    expect(on.part('/i2c/supplied@48').powered).toBe(false);
    line.set(true);
    expect(silent(on)).toEqual([]);
    // LM75: THYST is 75 °C after power-on.
    expect(
      on
        .open('/dev/i2c-0')
        .transferSync([
          { addr: 0x48, write: Uint8Array.of(2) },
          { addr: 0x48, read: 2 },
        ])
        .at(-1),
    ).toEqual(Uint8Array.of(0x4b, 0));
  });

  it('a line that resets it, by its polarity', async () => {
    const on = await open();
    on.line('/gpio', 1).set(false);
    on.line('/gpio', 3).set(false);
    expect(silent(on)).toEqual([0x29]);
    on.line('/gpio', 1).set(true);
    on.line('/gpio', 3).set(true);
    expect(silent(on)).toEqual([0x4e]);
  });

  it('a line that enables it', async () => {
    const on = await open();
    on.line('/gpio', 2).set(false);
    expect(silent(on)).toEqual([0x4b]);
    on.line('/gpio', 2).set(true);
    expect(silent(on)).toEqual([]);
  });

  it('a reset line that its binding has the other way round', async () => {
    const on = await open();
    on.line('/gpio', 4).set(false);
    expect(silent(on)).toEqual([0x10]);
    on.line('/gpio', 4).set(true);
    expect(silent(on)).toEqual([]);
  });

  it('a pin of an expander, and the reset of the expander lets go of it', async () => {
    const on = await open();
    // PCA9555: output 0 low in bit 3, then configuration 0: an output.
    write(on, 0x20, 2, 0xf7);
    write(on, 0x20, 6, 0xf7);
    expect(silent(on)).toEqual([0x4c]);
    on.part('/i2c/gpio@20').reset();
    expect(silent(on)).toEqual([]);
  });

  it('a regulator that is a part: switched off by its register, and without power itself', async () => {
    const on = await open();
    // SYR827: VSEL0 00h, BUCK_EN in bit 7.
    write(on, 0x60, 0, 0x97);
    expect(silent(on)).toEqual([]);
    write(on, 0x60, 0, 0x17);
    expect(silent(on)).toEqual([0x4d]);
    write(on, 0x60, 0, 0x97);
    expect(silent(on)).toEqual([]);
    on.part('/i2c/regulator@60').powered = false;
    expect(silent(on)).toEqual([0x60, 0x4d]);
    on.part('/i2c/regulator@60').powered = true;
    write(on, 0x60, 0, 0x97);
    expect(silent(on)).toEqual([]);
  });

  it('several at once: all have to let it', async () => {
    const on = await open();
    on.line('/gpio', 0).set(false);
    on.line('/gpio', 3).set(false);
    on.line('/gpio', 3).set(true);
    on.line('/gpio', 0).set(true);
    expect(silent(on)).toEqual([0x4e]);
    on.part('/i2c/two@4e').powered = true;
    expect(on.part('/i2c/two@4e').powered).toBe(false);
    on.line('/gpio', 3).set(false);
    expect(silent(on)).toEqual([]);
  });
});
