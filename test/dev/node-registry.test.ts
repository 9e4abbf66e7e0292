import { describe, expect, it } from 'vitest';
import { I2cDev, NodeRegistry, SpiDev } from '../../src/dev/index.ts';
import { FakeI2c, FakeSpi } from './fake-adapters.ts';

const fault = (code: string) => expect.objectContaining({ code });

describe('the nodes of a board', () => {
  it('have the paths of Linux and open as what they are', () => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new FakeI2c(3));
    nodes.addSpi(new FakeSpi(1), 2);
    expect(nodes.open('/dev/i2c-3')).toBeInstanceOf(I2cDev);
    expect(nodes.open('/dev/spidev1.2')).toBeInstanceOf(SpiDev);
    expect(nodes.get('/dev/i2c-3')?.kind).toBe('i2c');
  });

  it('are listed by bus and number', () => {
    const nodes = new NodeRegistry();
    const spi = new FakeSpi(0);
    nodes.addSpi(spi, 10);
    nodes.addSpi(spi, 2);
    nodes.addI2c(new FakeI2c(10));
    nodes.addI2c(new FakeI2c(2));
    expect(nodes.list().map(({ path }) => path)).toEqual([
      '/dev/i2c-2',
      '/dev/i2c-10',
      '/dev/spidev0.2',
      '/dev/spidev0.10',
    ]);
  });

  it('cannot be two under one name', () => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new FakeI2c(1));
    expect(() => nodes.addI2c(new FakeI2c(1))).toThrow(fault('EBUSY'));
  });

  it('that are missing give ENOENT and say what is there', () => {
    const nodes = new NodeRegistry();
    expect(() => nodes.open('/dev/i2c-1')).toThrow('ENOENT: not found: /dev/i2c-1; the board has no nodes');
    nodes.addI2c(new FakeI2c(2));
    expect(() => nodes.open('/dev/i2c-1')).toThrow('the board has /dev/i2c-2');
  });

  it('can be taken away', () => {
    const nodes = new NodeRegistry();
    nodes.addI2c(new FakeI2c(1));
    expect([nodes.remove('/dev/i2c-1'), nodes.remove('/dev/i2c-1')]).toEqual([true, false]);
    expect(() => nodes.open('/dev/i2c-1')).toThrow(fault('ENOENT'));
  });
});
