import { BusPirateEmulator } from '../../hosts/bus-pirate/index.ts';
import { serveEmulator } from '../../hosts/link/index.ts';
import { type Board, openBoard } from '../../src/board/index.ts';
import { type I2cPart, I2cWire, type SpiPart, SpiWire } from '../../src/sim/index.ts';

const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const I2C_PARTS = `
  temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=31.5"; };
  eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
  mux: mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; ${CELLS}
    i2c@0 { reg = <0>; ${CELLS} one: temp@4a { compatible = "national,lm75"; reg = <0x4a>; }; };
    i2c@1 { reg = <1>; ${CELLS} temp@4b { compatible = "national,lm75"; reg = <0x4b>; }; }; };`;
const SPI_PARTS = {
  flash: 'flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; };',
  sensor:
    'hot: thermocouple@0 { compatible = "maxim,max31855"; reg = <0>; dtbus,set = "thermocouple=100"; };',
};

/** An adapter that the board takes for a real one. */
const REAL = 'dangerousprototypes,bus-pirate';

/** The hosts that faults can be injected on: `simulated`, a real adapter, and each adapter that has an emulator. */
export const I2C_HOSTS = [
  'simulated',
  REAL,
  'dtbus,bus-pirate-emulator',
  'dtbus,bus-pirate-5-emulator',
  'dtbus,ch341a-emulator',
  'dtbus,ch347-emulator',
  'dtbus,cp2112-emulator',
  'dtbus,dln2-emulator',
  'dtbus,firmata-emulator',
  'dtbus,ft2232h-emulator',
  'dtbus,ft232h-emulator',
  'dtbus,ft4232h-emulator',
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
  REAL,
  'dtbus,bus-pirate-emulator',
  'dtbus,bus-pirate-5-emulator',
  'dtbus,ch341a-emulator',
  'dtbus,ch347-emulator',
  'dtbus,dln2-emulator',
  'dtbus,firmata-emulator',
  'dtbus,ft2232h-emulator',
  'dtbus,ft232h-emulator',
  'dtbus,ft4232h-emulator',
  'dtbus,mcp2210-emulator',
  'dtbus,micropython-emulator',
  'dtbus,spidriver-emulator',
  'dtbus,usb-iss-emulator',
] as const;

/** The hosts that GPIO lines of a board can be on. */
export const LINE_HOSTS = [
  'simulated',
  'dtbus,bus-pirate-5-emulator',
  'dtbus,ch341a-emulator',
  'dtbus,ch347-emulator',
  'dtbus,cp2112-emulator',
  'dtbus,dln2-emulator',
  'dtbus,firmata-emulator',
  'dtbus,ft2232h-emulator',
  'dtbus,ft232h-emulator',
  'dtbus,ft260-emulator',
  'dtbus,ft4232h-emulator',
  'dtbus,mcp2210-emulator',
  'dtbus,mcp2221-emulator',
  'dtbus,micropython-emulator',
  'dtbus,sc18im700-emulator',
  'dtbus,usb-iss-emulator',
] as const;

const OPTIONS = { backEnd: 'inline', openHosts: 'first-use', onWarning: () => {} } as const;

/** A board whose bus is on that host, with the same parts on each. */
export async function boardOn(
  host: string,
  bus: 'i2c' | 'spi',
  onSpi: keyof typeof SPI_PARTS = 'flash',
): Promise<Board> {
  const parts = bus === 'i2c' ? I2C_PARTS : SPI_PARTS[onSpi];
  const compatible = `compatible = "platform,virtio-${bus}"; ${CELLS}`;
  if (host === 'simulated') {
    const source = `/dts-v1/; / { bus: ${bus} { ${compatible} dtbus,timeout-ms = <60>; ${parts} }; };`;
    return await openBoard({ source, ...OPTIONS });
  }
  if (host === REAL) return await boardOnPty(`${bus}: ${bus} { ${compatible}`, parts);
  const source = `/dts-v1/; / {
    hosts { adapter: adapter { compatible = "${host}"; ${bus} { ${CELLS} ${parts} }; }; };
    bus: ${bus} { ${compatible} dtbus,host = <&adapter>; }; };`;
  return await openBoard({ source, ...OPTIONS });
}

/** A board whose bus is on a serial port; the Bus Pirate at its other end is none of the board's. */
async function boardOnPty(bus: string, parts: string): Promise<Board> {
  const emulator = new BusPirateEmulator({ i2c: strangeI2c(), spi: strangeSpi() });
  const served = serveEmulator(emulator, { pty: true });
  const board = await openBoard({
    source: `/dts-v1/; / { hosts { adapter: adapter { compatible = "${REAL}"; port = "${served.port}"; }; };
      ${bus} dtbus,host = <&adapter>; ${parts} }; };`,
    ...OPTIONS,
  });
  const close = board.close.bind(board);
  return Object.assign(board, {
    async [Symbol.asyncDispose]() {
      await close();
      await served.close();
    },
  });
}

const STILL = { state: {}, reset() {}, stop() {}, select() {}, deselect() {} };

/** An LM75 that is stuck at 31.5 °C. */
function strangeI2c(): I2cWire {
  const wire = new I2cWire();
  let sent = 0;
  const temp: I2cPart = {
    ...STILL,
    addresses: [0x48],
    start: () => {
      sent = 0;
      return true;
    },
    write: (data) => data.length,
    read(data) {
      for (let at = 0; at < data.length; at++) data[at] = [0x1f, 0x80][sent++] ?? 0xff;
    },
  };
  wire.attach(temp, '/temp');
  return wire;
}

/** A flash that only tells what it is. */
function strangeSpi(): SpiWire {
  const wire = new SpiWire();
  let sent = 0;
  const flash: SpiPart = {
    ...STILL,
    select: () => {
      sent = 0;
    },
    transfer(_tx, rx, length) {
      for (let at = 0; at < length; at++, sent++) if (rx) rx[at] = [0xff, 0xef, 0x40, 0x14][sent] ?? 0xff;
    },
  };
  wire.attach(0, flash, '/flash');
  return wire;
}

/** A board with one line, `button`, which is on that host. */
export function linesOn(host: string): Promise<Board> {
  const gpio = (
    more: string,
  ) => `gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
    ngpios = <1>; gpio-line-names = "button"; ${more} };`;
  // The lines of a Firmata board are the pins that its node names.
  const pins = host.includes('firmata') ? 'dtbus,line-pins = <2>;' : '';
  const source =
    host === 'simulated'
      ? gpio('')
      : `hosts { adapter: adapter { compatible = "${host}"; ${pins} }; }; ${gpio('dtbus,host = <&adapter>;')}`;
  return openBoard({ source: `/dts-v1/; / { ${source} };`, clock: 'stepped', ...OPTIONS });
}
