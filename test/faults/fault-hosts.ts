import { type Board, openBoard } from '../../src/board/index.ts';

const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const I2C_PARTS = `
  temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=31.5"; };
  eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
  mux: mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; ${CELLS}
    i2c@0 { reg = <0>; ${CELLS} one: temp@4a { compatible = "national,lm75"; reg = <0x4a>; }; };
    i2c@1 { reg = <1>; ${CELLS} temp@4b { compatible = "national,lm75"; reg = <0x4b>; }; }; };`;
const SPI_PARTS = 'flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; };';

/** The hosts that faults can be injected on: `simulated`, and each adapter that has an emulator. */
export const I2C_HOSTS = [
  'simulated',
  'dtbus,bus-pirate-emulator',
  'dtbus,bus-pirate-5-emulator',
  'dtbus,ch341a-emulator',
  'dtbus,ch347-emulator',
  'dtbus,cp2112-emulator',
  'dtbus,dln2-emulator',
  'dtbus,firmata-emulator',
  'dtbus,ft232h-emulator',
  'dtbus,ft260-emulator',
  'dtbus,i2c-tiny-usb-emulator',
  'dtbus,i2cdriver-emulator',
  'dtbus,mcp2221-emulator',
  'dtbus,micropython-emulator',
  'dtbus,sc18im700-emulator',
  'dtbus,usb-iss-emulator',
] as const;

export const SPI_HOSTS = [
  'simulated',
  'dtbus,bus-pirate-emulator',
  'dtbus,bus-pirate-5-emulator',
  'dtbus,ch341a-emulator',
  'dtbus,ch347-emulator',
  'dtbus,dln2-emulator',
  'dtbus,firmata-emulator',
  'dtbus,ft232h-emulator',
  'dtbus,mcp2210-emulator',
  'dtbus,micropython-emulator',
  'dtbus,spidriver-emulator',
] as const;

/** A board whose bus is on that host, with the same parts on each. */
export function boardOn(host: string, bus: 'i2c' | 'spi'): Promise<Board> {
  const parts = bus === 'i2c' ? I2C_PARTS : SPI_PARTS;
  const compatible = `compatible = "platform,virtio-${bus}"; ${CELLS}`;
  const source =
    host === 'simulated'
      ? `/dts-v1/; / { bus: ${bus} { ${compatible} dtbus,timeout-ms = <60>; ${parts} }; };`
      : `/dts-v1/; / { hosts { adapter: adapter { compatible = "${host}"; ${bus} { ${CELLS} ${parts} }; }; };
         bus: ${bus} { ${compatible} dtbus,host = <&adapter>; }; };`;
  return openBoard({ source, backEnd: 'inline', openHosts: 'first-use', onWarning: () => {} });
}
