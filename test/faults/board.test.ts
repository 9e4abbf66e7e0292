import { describe, expect, it } from 'vitest';
import { openBoard } from '../../src/board/index.ts';

describe('faults on a board', () => {
  it('of SPI: a part that is absent, MISO stuck at a level, a bit of what comes in', async () => {
    await using board = await openBoard('dts/demo.dts', {
      backEnd: 'inline',
      openHosts: 'first-use',
      clock: 'stepped',
    });
    const flash = board.open('/dev/spidev0.0');
    const id = () =>
      Buffer.from(flash.transferSync([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]).rx).toString('hex');
    const healthy = id();
    expect(healthy).toBe('ffef4014');
    const flip = board.inject('flip', '&flash', { byte: 3, bit: 0 });
    expect([id(), id()]).toEqual(['ffef4015', healthy]);
    expect(flip.strikes).toMatchObject([{ where: 'chip select 0, byte 3' }]);
    const absent = board.inject('absent', '&flash');
    expect(id()).toBe('ffffffff');
    absent.remove();
    const low = board.inject('miso', 'spi-0', { level: 0 });
    expect(id()).toBe('00000000');
    low.remove();
    const trace = board.trace();
    board.inject('miso', 'spi-0', { level: 1, forMs: 1 });
    expect(id()).toBe('ffffffff');
    board.advance(1e6);
    expect(id()).toBe(healthy);
    expect([trace.reader.read(), trace.reader.read()]).toMatchObject([
      { struck: ['miso on spi-0'] },
      { struck: [] },
    ]);
    expect(() => board.inject('flip', '&flash', { direction: 'read' })).toThrow(
      'unsupported fault flip on &flash: direction and register are for I2C only',
    );
  });

  it('are refused on a bus that an adapter carries', async () => {
    await using board = await openBoard('dts/demo.dts', { backEnd: 'inline', openHosts: 'first-use' });
    expect(() => board.inject('absent', 'i2c-2')).toThrow(
      'unsupported fault absent on i2c-2: only a bus that is simulated as a whole carries faults',
    );
  });

  it('strike where the back-end has a thread of its own', async () => {
    await using board = await openBoard('dts/demo.dts', { openHosts: 'first-use' });
    const fault = board.inject('nack', '&temp', { times: 1 });
    const read = () => board.open('/dev/i2c-1').transfer([{ addr: 0x48, read: 1 }]);
    await expect(read()).rejects.toMatchObject({ code: 'ENXIO' });
    await expect(read()).resolves.toBeDefined();
    expect(fault.fired).toBe(1);
  });
});
