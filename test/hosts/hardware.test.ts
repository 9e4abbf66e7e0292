import { describe, expect, it } from 'vitest';
import { hardwareBench, hardwareOf } from './hardware.ts';

const NODE = `ch341: ch341a { compatible = "dtbus,ch341a-emulator";
  i2c { #address-cells = <1>; #size-cells = <0>; eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; }; };
  spi { #address-cells = <1>; #size-cells = <0>; flash@0 { compatible = "winbond,w25q80"; reg = <0>; }; }; };`;

describe('DTBUS_TEST_ADAPTER', () => {
  it('names an adapter by its node, which says what the suite asks for', async () => {
    const hardware = await hardwareOf(NODE);
    expect(hardware.traits).toMatchObject({
      hasI2c: true,
      hasSpi: true,
      spiModes: [0],
      spiSpeedHz: 2_000_000,
    });
    const bench = await hardwareBench(hardware);
    const read = { addr: 0x50, flags: 1, buf: new Uint8Array(2) };
    await bench.i2c?.transfer([{ addr: 0x50, flags: 0, buf: Uint8Array.of(0) }, read]);
    expect([...read.buf]).toEqual([0xff, 0xff]);
    const { spi } = bench;
    expect(spi?.capabilities.chipSelects).toBe(3);
    await bench.close();
  });

  it('or by what "dtbus adapters" prints', async () => {
    const { traits } = await hardwareOf(`/ {
      hosts { tiny: tiny { compatible = "harbaum,i2c-tiny-usb"; port = "1-1"; }; };
      i2c { compatible = "platform,virtio-i2c"; dtbus,host = <&tiny>; }; };`);
    expect(traits).toMatchObject({ hasI2c: true, hasSpi: false, i2c: { nack: 'address only' } });
  });

  it('is refused in a sentence where it is none', async () => {
    await expect(hardwareOf('/dev/ttyUSB0')).rejects.toThrow('invalid DTBUS_TEST_ADAPTER: ');
    await expect(hardwareOf('')).rejects.toThrow(
      'invalid DTBUS_TEST_ADAPTER: expected the node of an adapter, as "dtbus adapters" prints it',
    );
    await expect(hardwareOf('x { compatible = "acme,x"; };')).rejects.toThrow('no driver for acme,x');
  });
});
