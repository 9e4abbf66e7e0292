import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

describe('MCP23017 (DS20001952)', () => {
  const mcp23017 = () => i2cBench({ compatible: 'microchip,mcp23017', reg: 0x20 });

  it('powers up with IODIR all ones, the rest zero, ports taking turns', async () => {
    const bench = await mcp23017();
    expect(bench.writeRead([0x00], 22)).toEqual([0xff, 0xff, ...new Array(20).fill(0)]);
  });

  it('drives the pins that IODIR makes outputs', async () => {
    const bench = await mcp23017();
    expect(bench.get('outputs')).toBe(0);
    bench.write([0x00, 0xf0, 0x7f]);
    expect(bench.get('outputs')).toBe(0x800f);
  });

  it('goes round from 15h to 00h', async () => {
    const bench = await mcp23017();
    bench.write([0x15, 0x77, 0x0f]);
    expect(bench.writeRead([0x15], 2)).toEqual([0x77, 0x0f]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x0f]);
  });

  it('IOCON.BANK separates the ports, SEQOP stops the counting', async () => {
    const bench = await mcp23017();
    bench.write([0x0a, 0xa0]);
    bench.write([0x10, 0x55]);
    expect(bench.writeRead([0x10], 2)).toEqual([0x55, 0x55]);
    expect(bench.writeRead([0x05], 1)).toEqual([0xa0]);
    bench.write([0x05, 0x00]);
    expect(bench.writeRead([0x01], 1)).toEqual([0x55]);
  });

  it('writing GPIO writes OLAT; reading it gives the pins, inverted by IPOL', async () => {
    const bench = await mcp23017();
    bench.write([0x00, 0x0f]);
    bench.write([0x12, 0xa5]);
    bench.set('inputs', 0x0003);
    expect(bench.writeRead([0x14], 1)).toEqual([0xa5]);
    expect(bench.writeRead([0x12], 1)).toEqual([0xa3]);
    bench.write([0x02, 0xff]);
    expect(bench.writeRead([0x12], 1)).toEqual([0xac]);
  });

  it('an interrupt on change keeps the levels in INTCAP until it is read', async () => {
    const bench = await mcp23017();
    bench.write([0x04, 0x01]);
    bench.set('inputs', 0x0001);
    bench.set('inputs', 0x0000);
    expect(bench.line('INTA').high).toBe(false);
    expect(bench.writeRead([0x0e], 1)).toEqual([0x01]);
    expect(bench.writeRead([0x10], 1)).toEqual([0x01]);
    expect(bench.line('INTA').high).toBe(true);
  });

  it('an interrupt against DEFVAL stays while the pin differs', async () => {
    const bench = await mcp23017();
    bench.write([0x05, 0x80]);
    bench.write([0x07, 0x00]);
    bench.write([0x09, 0x80]);
    bench.write([0x05, 0x80]);
    bench.set('inputs', 0x8000);
    expect(bench.line('INTB').high).toBe(false);
    bench.writeRead([0x11], 1);
    expect(bench.line('INTB').high).toBe(false);
    bench.set('inputs', 0x0000);
    bench.writeRead([0x11], 1);
    expect(bench.line('INTB').high).toBe(true);
  });

  it('MIRROR and INTPOL change the outputs', async () => {
    const bench = await mcp23017();
    bench.write([0x0a, 0x42]);
    bench.write([0x04, 0x01]);
    expect(bench.line('INTB').high).toBe(false);
    bench.set('inputs', 1);
    expect([bench.line('INTA').high, bench.line('INTB').high]).toEqual([true, true]);
  });

  it('3.5.7: an input that nothing drives reads 1 with its pull-up, and what drives it prevails', async () => {
    const bench = await mcp23017();
    expect(bench.writeRead([0x12], 2)).toEqual([0x00, 0x00]);
    bench.write([0x0c, 0xff, 0x0f]);
    expect(bench.writeRead([0x12], 2)).toEqual([0xff, 0x0f]);
    expect(bench.get('pins')).toBe(0x0fff);
    bench.set('inputs', 0x1234);
    expect(bench.writeRead([0x12], 2)).toEqual([0x34, 0x12]);
    bench.set('driven', 0x00ff);
    expect(bench.writeRead([0x12], 2)).toEqual([0x34, 0x0f]);
  });

  it('a pin that is driven alone leaves the others to their pull-ups, and raises one interrupt', async () => {
    const bench = await mcp23017();
    bench.write([0x0c, 0xff, 0xff]);
    bench.write([0x04, 0xff, 0xff]);
    bench.drivePin(3, false);
    expect(bench.line('INTA').high).toBe(false);
    expect(bench.line('INTB').high).toBe(true);
    // INTFA, INTCAPA: the pin, and the levels when it changed.
    expect(bench.writeRead([0x0e], 1)).toEqual([0x08]);
    expect(bench.writeRead([0x10], 1)).toEqual([0xf7]);
    bench.drivePin(3, undefined);
    expect(bench.writeRead([0x12], 2)).toEqual([0xff, 0xff]);
    bench.drivePin(12, true);
    bench.write([0x0d, 0x00]);
    expect(bench.writeRead([0x13], 1)).toEqual([0x10]);
  });

  it('MCP23008 has one port of eleven registers', async () => {
    const bench = await i2cBench({ compatible: 'microchip,mcp23008', reg: 0x20 });
    bench.write([0x00, 0x00]);
    bench.write([0x09, 0x5a]);
    expect(bench.writeRead([0x09], 2)).toEqual([0x5a, 0x5a]);
  });

  it('a read goes round within the registers of a port with IOCON.BANK; behind them there is nothing', async () => {
    const bench = await mcp23017();
    // OLATA, IODIRA and IODIRB.
    bench.write([0x14, 0x77]);
    bench.write([0x00, 0x5a, 0xa5]);
    bench.write([0x0a, 0x80]);
    expect(bench.writeRead([0x0a], 2)).toEqual([0x77, 0x5a]);
    expect([...bench.writeRead([0x0b], 1), ...bench.writeRead([0x1b], 1)]).toEqual([0x00, 0x00]);
  });

  it('INTF and INTCAP cannot be written, and INTCAP keeps still without an interrupt', async () => {
    const bench = await mcp23017();
    bench.write([0x0e, 0xff, 0xff, 0xff, 0xff]);
    bench.set('inputs', 0xffff);
    expect(bench.writeRead([0x0e], 4)).toEqual([0, 0, 0, 0]);
    expect([bench.line('INTA').high, bench.line('INTB').high]).toEqual([true, true]);
  });

  it('an open-drain output (ODR) is active low whatever INTPOL says', async () => {
    const bench = await mcp23017();
    bench.write([0x0a, 0x06]);
    bench.write([0x04, 0x01]);
    expect(bench.line('INTA').high).toBe(true);
    bench.set('inputs', 1);
    expect(bench.line('INTA').high).toBe(false);
  });

  it('an input that is pulled low leaves the others as they are driven', async () => {
    const bench = await mcp23017();
    bench.drivePin(3, true);
    bench.drivePin(11, true);
    bench.drivePin(3, false);
    expect(bench.writeRead([0x12], 2)).toEqual([0x00, 0x08]);
  });

  it('a loss of power makes the pins inputs and ends interrupts; a snapshot brings both back', async () => {
    const bench = await mcp23017();
    bench.write([0x00, 0x0f]);
    bench.write([0x04, 0x01]);
    bench.set('inputs', 1);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.reset();
    expect([bench.get('outputs'), bench.line('INTA').high]).toEqual([0, true]);
    bench.parts.restore('/i2c/part0', saved);
    expect([bench.get('outputs'), bench.line('INTA').high]).toEqual([0xf0, false]);
  });

  it('MCP23008 has no banks and no mirror; SEQOP stops its counting', async () => {
    const bench = await i2cBench({ compatible: 'microchip,mcp23008', reg: 0x20 });
    bench.write([0x05, 0xfe]);
    expect(bench.writeRead([0x05], 1)).toEqual([0x3e]);
    bench.write([0x00, 0x0f]);
    expect(bench.writeRead([0x00], 2)).toEqual([0x0f, 0x0f]);
  });
});

describe('MCP23S17', () => {
  it('is addressed by an opcode', async () => {
    const bench = await spiBench({ compatible: 'microchip,mcp23s17' });
    bench.exchange([0x40, 0x00, 0x12, 0x34]);
    expect(bench.exchange([0x41, 0x00], 2)).toEqual([0x12, 0x34]);
    expect(bench.exchange([0x31, 0x00], 1)).toEqual([0xff]);
  });

  it('looks at its address pins when HAEN is set', async () => {
    const properties = { 'microchip,spi-present-mask': Uint8Array.of(4) };
    const bench = await spiBench({ compatible: 'microchip,mcp23s17', properties });
    bench.exchange([0x40, 0x0a, 0x08]);
    expect(bench.exchange([0x41, 0x0a], 1)).toEqual([0xff]);
    expect(bench.exchange([0x45, 0x0a], 1)).toEqual([0x08]);
  });

  it('refuses a mask of several chips', async () => {
    const properties = { 'microchip,spi-present-mask': Uint8Array.of(0, 0, 0, 3) };
    await expect(spiBench({ compatible: 'microchip,mcp23s17', properties })).rejects.toThrow('one chip');
  });

  it('takes the mask of older trees', async () => {
    const properties = { 'mcp,spi-present-mask': Uint8Array.of(0, 0, 0, 4) };
    const bench = await spiBench({ compatible: 'microchip,mcp23s17', properties });
    bench.exchange([0x40, 0x0a, 0x08]);
    expect(bench.exchange([0x45, 0x0a], 1)).toEqual([0x08]);
  });
});
