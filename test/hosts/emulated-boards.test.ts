import { describe, expect, it } from 'vitest';
import { openBoard } from '../../src/board/index.ts';

const I2C = `i2c { #address-cells = <1>; #size-cells = <0>;
  temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=31.5"; }; };`;
const SPI = `spi { #address-cells = <1>; #size-cells = <0>;
  flash@0 { compatible = "winbond,w25q80"; reg = <0>; }; };`;
const CELLS = '#address-cells = <1>; #size-cells = <0>;';

/** A board with an emulated adapter, and a bus of each kind on it. */
const board = (compatible: string, buses: readonly ('i2c' | 'spi')[]) => `/dts-v1/; / {
  hosts { adapter: adapter { compatible = "${compatible}"; ${buses.includes('i2c') ? I2C : ''} ${buses.includes('spi') ? SPI : ''} }; };
  ${buses.map((bus) => `${bus} { compatible = "platform,virtio-${bus}"; ${CELLS} dtbus,host = <&adapter>; };`).join(' ')}
};`;

describe('a board on an emulated adapter', () => {
  it.each<[string, ...('i2c' | 'spi')[]]>([
    ['dtbus,bus-pirate-5-emulator', 'i2c', 'spi'],
    ['dtbus,ch341a-emulator', 'i2c', 'spi'],
    ['dtbus,ch347-emulator', 'i2c', 'spi'],
    ['dtbus,cp2112-emulator', 'i2c'],
    ['dtbus,dln2-emulator', 'i2c', 'spi'],
    ['dtbus,firmata-emulator', 'i2c', 'spi'],
    ['dtbus,ft260-emulator', 'i2c'],
    ['dtbus,ft232h-emulator', 'i2c'],
    ['dtbus,ft232h-emulator', 'spi'],
    ['dtbus,i2c-tiny-usb-emulator', 'i2c'],
    ['dtbus,i2cdriver-emulator', 'i2c'],
    ['dtbus,spidriver-emulator', 'spi'],
    ['dtbus,usb-iss-emulator', 'i2c', 'spi'],
    ['dtbus,usb-iss-emulator', 'spi'],
    ['dtbus,sc18im700-emulator', 'i2c'],
    ['dtbus,mcp2210-emulator', 'spi'],
    ['dtbus,mcp2221-emulator', 'i2c'],
    ['dtbus,micropython-emulator', 'i2c', 'spi'],
  ])('%s reaches the parts of its children (%s)', async (compatible, ...buses) => {
    const warnings: string[] = [];
    const source = board(compatible, buses);
    const it = await openBoard({
      source,
      treeChecks: 'error',
      strict: true,
      onWarning: (text) => warnings.push(text),
    });
    if (buses.includes('i2c')) {
      const messages = [
        { addr: 0x48, write: Uint8Array.of(0) },
        { addr: 0x48, read: 2 },
      ];
      const [temperature] = await it.open('/dev/i2c-0').transfer(messages);
      expect([...(temperature as Uint8Array)]).toEqual([31, 128]);
    }
    if (buses.includes('spi')) {
      const { rx } = await it.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
      expect([...(rx as Uint8Array).subarray(1)]).toEqual([0xef, 0x40, 0x14]);
    }
    await it.close();
    expect(warnings).toEqual([]);
  });
});
