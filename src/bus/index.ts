export * from './adapter.ts';
export * from './controller.ts';
export * from './errno.ts';
export * from './host.ts';
export * from './i2c.ts';
export * from './node.ts';
export * from './smbus.ts';
export * from './spi.ts';
