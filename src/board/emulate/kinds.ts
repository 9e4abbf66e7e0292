/** A kind of adapter that can be emulated for other programs. */
export interface EmulatedKind {
  /** Of the node by which dtbus drives it. */
  readonly compatible: string;
  /** What that node has beside. */
  readonly pins?: string;
  /** On a pty, or as a USB device. */
  readonly way: 'pty' | 'usb';
  /** The buses it has. */
  readonly carries: readonly ('i2c' | 'spi')[];
}

/** By the name that the command line has for it; `makers.ts` makes each. */
export const EMULATED_KINDS = {
  'bus-pirate': { compatible: 'dangerousprototypes,bus-pirate', way: 'pty', carries: ['i2c', 'spi'] },
  'bus-pirate-5': { compatible: 'dangerousprototypes,bus-pirate-5', way: 'pty', carries: ['i2c', 'spi'] },
  serprog: { compatible: 'dtbus,serprog', way: 'pty', carries: ['spi'] },
  micropython: {
    compatible: 'micropython,board',
    pins: 'dtbus,scl = "5"; dtbus,sda = "4";',
    way: 'pty',
    carries: ['i2c', 'spi'],
  },
  firmata: { compatible: 'firmata,board', way: 'pty', carries: ['i2c', 'spi'] },
  i2cdriver: { compatible: 'excamera,i2cdriver', way: 'pty', carries: ['i2c'] },
  spidriver: { compatible: 'excamera,spidriver', way: 'pty', carries: ['spi'] },
  'usb-iss': { compatible: 'devantech,usb-iss', way: 'pty', carries: ['i2c', 'spi'] },
  sc18im700: { compatible: 'nxp,sc18im700', way: 'pty', carries: ['i2c'] },
  'i2c-tiny-usb': { compatible: 'harbaum,i2c-tiny-usb', way: 'usb', carries: ['i2c'] },
  ch341a: { compatible: 'wch,ch341a', way: 'usb', carries: ['i2c', 'spi'] },
  ch347: { compatible: 'wch,ch347', way: 'usb', carries: ['i2c', 'spi'] },
  ft232h: { compatible: 'ftdi,ft232h', way: 'usb', carries: ['i2c', 'spi'] },
  ft2232h: { compatible: 'ftdi,ft2232h', way: 'usb', carries: ['i2c', 'spi'] },
  ft4232h: { compatible: 'ftdi,ft4232h', way: 'usb', carries: ['i2c', 'spi'] },
  mcp2221a: { compatible: 'microchip,mcp2221a', way: 'usb', carries: ['i2c'] },
  cp2112: { compatible: 'silabs,cp2112', way: 'usb', carries: ['i2c'] },
  ft260: { compatible: 'ftdi,ft260', way: 'usb', carries: ['i2c'] },
  mcp2210: { compatible: 'microchip,mcp2210', way: 'usb', carries: ['spi'] },
  dln2: { compatible: 'diolan,dln2', way: 'usb', carries: ['i2c', 'spi'] },
} as const satisfies Readonly<Record<string, EmulatedKind>>;

export type EmulatedKindName = keyof typeof EMULATED_KINDS;
