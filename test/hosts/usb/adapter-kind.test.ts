import { describe, expect, test } from 'vitest';
import { createAdapter as createCh341a } from '../../../hosts/ch341a/index.ts';
import { createAdapter as createCp2112 } from '../../../hosts/cp2112/index.ts';
import { createAdapter as createFtdi } from '../../../hosts/ftdi/index.ts';
import { createAdapter as createI2cTinyUsb } from '../../../hosts/i2c-tiny-usb/index.ts';
import { createAdapter as createMcp2221 } from '../../../hosts/mcp2221/index.ts';
import { I2C_M, NodeError } from '../../../src/bus/index.ts';
import { loadModels } from '../../../src/sim/index.ts';
import { node } from '../../support/node.ts';

describe('a USB adapter', () => {
  test.each([
    ['silabs,cp2112', createCp2112, 'CP2112'],
    ['microchip,mcp2221a', createMcp2221, 'MCP2221A'],
    ['harbaum,i2c-tiny-usb', createI2cTinyUsb, 'i2c-tiny-usb'],
    ['wch,ch341a', createCh341a, 'CH341A'],
    ['ftdi,ft2232h', createFtdi, 'FT2232H'],
    ['dtbus,cp2112-emulator', createCp2112, 'emulated CP2112'],
    ['dtbus,mcp2221-emulator', createMcp2221, 'emulated MCP2221A'],
    ['dtbus,i2c-tiny-usb-emulator', createI2cTinyUsb, 'emulated i2c-tiny-usb'],
    ['dtbus,ch341a-emulator', createCh341a, 'emulated CH341A'],
    ['dtbus,ft4232h-emulator', createFtdi, 'emulated FT4232H'],
  ] as const)('%s is made of its node, and not opened yet', (compatible, create, name) => {
    expect(create(node('adapter', { compatible })).description).toBe(name);
  });

  test.each([
    [{ compatible: 'ftdi,ft2232h', 'dtbus,channel': 'C' }, 'invalid channel "C": expected A or B'],
    [{ compatible: 'ftdi,ft232h', 'dtbus,channel': 'B' }, 'invalid channel "B": expected A'],
    [
      { compatible: 'ftdi,ft4232h', 'dtbus,channel': 'C' },
      'channel C of an FT4232H has no MPSSE: expected A or B',
    ],
    [
      { compatible: 'ftdi,ft4232h', 'dtbus,channel': 'D' },
      'channel D of an FT4232H has no MPSSE: expected A or B',
    ],
    [{ compatible: 'dtbus,ft232h-emulator', 'num-cs': 100 }, 'invalid number 100: expected 0 to'],
  ])('%j is refused', (properties, sentence) => {
    const make = () => createFtdi(node('adapter', properties));
    expect(make).toThrow(NodeError);
    expect(make).toThrow(sentence);
  });

  const SENSOR = node('temp@48', { compatible: 'national,lm75', reg: 0x48 }, [], '/adapter/temp@48');

  test.each([
    ['of its child i2c', [node('i2c', {}, [SENSOR])]],
    ['of its own', [SENSOR]],
  ])('that has I2C alone reaches the parts %s', async (_where, children) => {
    const catalogue = await loadModels(['national,lm75']);
    const emulated = { compatible: 'dtbus,cp2112-emulator' };
    const adapter = createCp2112(node('adapter', emulated, children), { catalogue });
    await adapter.open();
    const buf = new Uint8Array(2);
    await adapter.i2c?.transfer([
      { addr: 0x48, flags: 0, buf: Uint8Array.of(3) },
      { addr: 0x48, flags: I2C_M.RD, buf },
    ]);
    await adapter.close();
    // LM75: the overtemperature threshold is 80 °C after power-on.
    expect([...buf]).toEqual([80, 0]);
  });

  test('that has two buses has nothing on its own node', async () => {
    const catalogue = await loadModels(['national,lm75']);
    const emulated = { compatible: 'dtbus,ch341a-emulator' };
    const adapter = createCh341a(node('adapter', emulated, [SENSOR]), { catalogue });
    await adapter.open();
    const read = { addr: 0x48, flags: I2C_M.RD, buf: new Uint8Array(2) };
    await expect(adapter.i2c?.transfer([read])).rejects.toMatchObject({ code: 'ENXIO' });
    await adapter.close();
  });
});
