import {
  loadModels,
  PartRegistry,
  populateI2c,
  populateSpi,
  RealClock,
} from '../../../dist/src/sim/index.js';

/** The part of a device-tree node that populating needs. */
function node(name, compatible, reg, children = []) {
  const properties = new Map([['reg', [reg]]]);
  return {
    path: `/${name}`,
    name,
    unitAddress: reg.toString(16),
    compatible: compatible === undefined ? [] : [compatible],
    children,
    has: (property) => properties.has(property),
    string: () => undefined,
    strings: () => undefined,
    u32: (property) => properties.get(property)?.[0],
    u32s: (property) => properties.get(property),
    bytes: () => undefined,
    target: () => undefined,
  };
}

const I2C = node('i2c', undefined, 0, [
  node('temp@48', 'national,lm75', 0x48),
  node('eeprom@50', 'atmel,24c02', 0x50),
]);

const spiWith = (flash) => node('spi', undefined, 0, [node('flash@0', flash, 0)]);

/** Two pins that are wired together. */
const WIRED = [1, 2];

const WRITE_ENABLE = 0x06;
const PROGRAM_PAGE = 0x02;
const PAGE = 256;

/** Programs a flash that is blank, from its first byte on. */
function program(spi, contents) {
  for (let at = 0; at < contents.length; at += PAGE) {
    const page = contents.subarray(at, at + PAGE);
    for (const message of [[WRITE_ENABLE], [PROGRAM_PAGE, at >> 16, (at >> 8) & 0xff, at & 0xff, ...page]]) {
      spi.select(0, 0);
      spi.exchange(Uint8Array.from(message), undefined, message.length);
      spi.deselect();
    }
  }
}

/** The emulator of an adapter, by its folder, with the parts behind it; `contents`: what the flash holds, if it is not blank. */
export async function makeEmulator(folder, flash = 'winbond,w25q80', contents = Buffer.alloc(0)) {
  const catalogue = await loadModels(['national,lm75', 'atmel,24c02', flash]);
  const parts = new PartRegistry();
  const options = { catalogue, clock: new RealClock(), parts };
  const i2c = populateI2c(I2C, options).wire;
  const spi = populateSpi(spiWith(flash), options).wire;
  // What is measured and tested here is the way, not the chip.
  for (const { path } of parts.list()) if (path.includes('flash')) parts.set(path, 'timeScale', 0);
  program(spi, contents);
  const module = await import(`../../../dist/hosts/${folder}/index.js`);
  const { EmulatedPins } = await import('../../../dist/hosts/pins/index.js');
  const device = module.makeEmulator({ i2c, spi, pins: new EmulatedPins([WIRED]) });
  // A DLN-2 has pins of its own.
  device.pins?.join?.(10, 11);
  return device;
}
