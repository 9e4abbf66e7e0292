import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runGuest } from '../../src/guest/index.ts';
import { NO_UML, UML_KERNEL } from './boot.ts';

const BOARD = `/dts-v1/; / {
  vref: regulator-vref { compatible = "regulator-fixed"; regulator-name = "vref";
    regulator-min-microvolt = <3300000>; regulator-max-microvolt = <3300000>; };
  ldo: ldo { compatible = "acme,ldo"; regulator-min-microvolt = <2500000>; regulator-max-microvolt = <2500000>; };
  leds { compatible = "gpio-leds"; lamp { gpios = <&expander 1 0>; label = "lamp"; }; };
  keys { compatible = "gpio-keys"; button { gpios = <&gpio 2 1>; linux,code = <28>; }; };
  hwmon { compatible = "iio-hwmon"; io-channels = <&adc 0>; };
  gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
    interrupt-controller; #interrupt-cells = <2>; ngpios = <4>; };
  soc { spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    adc: adc@0 { compatible = "microchip,mcp3008"; reg = <0>; spi-max-frequency = <1000000>;
      vref-supply = <&vref>; #io-channel-cells = <1>; };
    strange@1 { compatible = "acme,strange"; reg = <1>; spi-max-frequency = <1000000>; }; }; };
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    dac@60 { compatible = "microchip,mcp4725"; reg = <0x60>; vdd-supply = <&ldo>; };
    expander: gpio@20 { compatible = "nxp,pca9554"; reg = <0x20>; gpio-controller; #gpio-cells = <2>; };
    mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
      i2c@1 { reg = <1>; #address-cells = <1>; #size-cells = <0>;
        strange@21 { compatible = "acme,strange"; reg = <0x21>; }; }; };
    absent@76 { compatible = "bosch,bmp380"; reg = <0x76>; }; };
};`;

/** Prints `NAME/FILE VALUE` of converters, then names of LEDs and keys. */
const LOOK = `
for d in /sys/bus/iio/devices/*; do
  for f in $d/in_voltage_scale $d/out_voltage_scale; do
    [ -e $f ] && echo $(cat $d/name)/$(basename $f) $(cat $f)
  done
done
echo 1 > /sys/class/leds/lamp/brightness
ls /sys/class/leds
grep Name= /proc/bus/input/devices
i2ctransfer -y 0 w1@0x33 0 2>&1; echo status $?`;

it.skipIf(NO_UML !== undefined)(
  'Linux has the supplies, LEDs and keys of the board, and names what no driver took',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-beside-'));
    const file = join(folder, 'board.dts');
    writeFileSync(file, BOARD);
    const printed: string[] = [];
    const warned: string[] = [];
    try {
      const { exitCode } = await runGuest(file, {
        kernel: UML_KERNEL,
        command: ['sh', '-c', LOOK],
        deadlineMs: 200_000,
        output: (bytes) => printed.push(Buffer.from(bytes).toString('latin1').trim()),
        onWarning: (sentence) => warned.push(sentence),
      });
      expect(exitCode).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
    // In mV for each step: 3300 / 1024, and 2500 / 4096.
    expect(printed).toContain('mcp3008/in_voltage_scale 3.222656250');
    expect(printed).toContain('mcp4725/out_voltage_scale 0.610351562');
    expect(printed).toContain('lamp');
    expect(printed.join()).toContain('Name="keys"');
    // An address that is absent: no message was carried out, and no error.
    expect(printed).toContain('Warning: only 0/1 messages were sent');
    expect(printed).toContain('status 0');
    // No kernel has a driver of acme's, and dtbus has no BMP380 that would answer.
    const none = [
      "no driver in the guest took /i2c/mux@70/i2c@1/strange@21: see its kernel's configuration",
      "no driver in the guest took /soc/spi/strange@1: see its kernel's configuration",
      'no driver in the guest took /i2c/absent@76: its kernel says: bmp280 0-0076: probe with driver bmp280 failed with error -5',
    ];
    // One may have iio-hwmon.
    const hwmon = "no driver in the guest took /hwmon: see its kernel's configuration";
    expect(warned.filter((sentence) => sentence !== hwmon).sort()).toEqual(none.sort());
  },
);
