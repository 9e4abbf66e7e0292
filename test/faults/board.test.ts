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
    const register = board.inject('flip', '&flash', { register: 0x9f, byte: 1 });
    expect(id()).toBe('ffee4014');
    expect(register.fired).toBe(1);
  });

  it('are refused where what carries the bus does not show them', async () => {
    await using board = await openBoard('dts/demo.dts', { backEnd: 'inline', openHosts: 'first-use' });
    expect(() => board.inject('scl', 'i2c-2')).toThrow(
      'unsupported fault scl on i2c-2: the emulator of this adapter does not have it (of faults of the lines: sda, incomplete_address_phase, incomplete_write_byte); use a simulated bus, or an adapter that has it in hosts/README.md',
    );
  });

  it('of the lines of a GPIO controller: an edge is lost, bounces, or comes late', async () => {
    const source = `/dts-v1/; / { gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
      ngpios = <2>; gpio-line-names = "button", "other"; }; };`;
    await using board = await openBoard({ source, backEnd: 'inline', clock: 'stepped' });
    const trace = board.trace();
    const edges = () => {
      const seen: string[] = [];
      for (let event = trace.reader.read(); event !== undefined; event = trace.reader.read())
        if (event.kind === 'edge') seen.push(`${event.name}${event.high ? '+' : '-'}`);
      return seen.join(' ');
    };
    const button = board.line('&gpio', 'button');
    const press = () => {
      button.set(false);
      button.set(true);
    };
    press();
    expect(edges()).toBe('button- button+');
    const lost = board.inject('lostEdge', '&gpio', { line: 'button' });
    press();
    // What the line was driven to does not arrive, and then it is high again, as it was.
    expect([edges(), lost.fired, lost.strikes[0]?.where]).toEqual(['', 1, 'falling edge of line 0']);
    board.inject('bounce', '&gpio', { line: 0, count: 2, edge: 'rising' });
    press();
    expect(edges()).toBe('button- button+ button- button+ button- button+');
    board.inject('late', '&gpio', { line: 0, ms: 5 });
    button.set(false);
    expect(edges()).toBe('');
    board.advance(5e6);
    expect(edges()).toBe('button-');
    expect(() => board.inject('late', '&gpio', { line: 'knob', ms: 1 })).toThrow(
      'not found: line knob of /gpio; use one of: button, other',
    );
  });

  it('of lines are refused where their adapter has not got them', async () => {
    const source = `/dts-v1/; / { hosts { adapter: adapter { compatible = "dtbus,micropython-emulator"; }; };
      gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <1>;
      dtbus,host = <&adapter>; }; };`;
    const warnings: string[] = [];
    await using board = await openBoard({
      source,
      backEnd: 'inline',
      onWarning: (text) => warnings.push(text),
    });
    expect(() => board.inject('lostEdge', '&gpio', { line: 0 })).toThrow(
      'unsupported fault lostEdge on &gpio: the lines could not be put on their adapter',
    );
    expect(warnings.join()).toContain('/gpio');
  });

  it('on a condition are for a board without a thread of its own', async () => {
    await using board = await openBoard('dts/demo.dts', { openHosts: 'first-use' });
    expect(() => board.inject('nack', '&temp', { while: () => true })).toThrow(
      "unsupported fault nack on &temp: option while is a function: open the board with backEnd: 'inline'",
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
