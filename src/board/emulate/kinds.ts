/** A kind of adapter that can be emulated for other programs. */
export interface EmulatedKind {
  /** On a pty, or as a USB device. */
  readonly way: 'pty' | 'usb';
  /** The buses it has. */
  readonly carries: readonly ('i2c' | 'spi')[];
}

/** By the name that the command line has for it; `makers.ts` makes each. */
export const EMULATED_KINDS = {
  'bus-pirate': { way: 'pty', carries: ['i2c', 'spi'] },
  'bus-pirate-5': { way: 'pty', carries: ['i2c', 'spi'] },
  serprog: { way: 'pty', carries: ['spi'] },
  micropython: { way: 'pty', carries: ['i2c', 'spi'] },
  firmata: { way: 'pty', carries: ['i2c', 'spi'] },
  i2cdriver: { way: 'pty', carries: ['i2c'] },
  spidriver: { way: 'pty', carries: ['spi'] },
  'usb-iss': { way: 'pty', carries: ['i2c', 'spi'] },
  sc18im700: { way: 'pty', carries: ['i2c'] },
  'i2c-tiny-usb': { way: 'usb', carries: ['i2c'] },
  ch341a: { way: 'usb', carries: ['i2c', 'spi'] },
  ch347: { way: 'usb', carries: ['i2c', 'spi'] },
  ft232h: { way: 'usb', carries: ['i2c', 'spi'] },
  mcp2221a: { way: 'usb', carries: ['i2c'] },
  cp2112: { way: 'usb', carries: ['i2c'] },
  ft260: { way: 'usb', carries: ['i2c'] },
  mcp2210: { way: 'usb', carries: ['spi'] },
  dln2: { way: 'usb', carries: ['i2c', 'spi'] },
} as const satisfies Readonly<Record<string, EmulatedKind>>;

export type EmulatedKindName = keyof typeof EMULATED_KINDS;
