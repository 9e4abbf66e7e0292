import { describe, expect, it } from 'vitest';
import { instructionsByOpcode, opcodeOf } from '../../src/parts/opcodes.ts';

const instructions = [
  { opcode: 0x9f, name: 'read ID' },
  { opcode: 0x03, name: 'read', address: 3 },
  { opcode: 0x13, name: 'read', address: 4 },
  { opcode: 0x40, name: 'write DAC', count: 2 },
] as const;
const sheet = { compatible: [], title: 'a flash', source: '', bus: {}, instructions };

describe('opcodes of a data sheet', () => {
  it('are found by name, and by the bytes of their address', () => {
    expect(opcodeOf(sheet, 'read ID')).toBe(0x9f);
    expect(opcodeOf(sheet, 'read')).toBe(0x03);
    expect(opcodeOf(sheet, 'read', 4)).toBe(0x13);
  });

  it('that are not there are an error that names part and instruction', () => {
    expect(() => opcodeOf(sheet, 'erase')).toThrow('not found: instruction "erase" of a flash');
    expect(() => opcodeOf(sheet, 'read ID', 3)).toThrow('not found: instruction "read ID" of a flash');
    const { instructions: _, ...none } = sheet;
    expect(() => opcodeOf(none, 'read')).toThrow('not found: instruction "read" of a flash');
  });

  it('each stand for their instruction, also those counted from its first', () => {
    const byOpcode = instructionsByOpcode(instructions);
    expect([...byOpcode.keys()]).toEqual([0x9f, 0x03, 0x13, 0x40, 0x41]);
    expect(byOpcode.get(0x41)?.name).toBe('write DAC');
  });
});
