import { afterEach, describe, expect, it, vi } from 'vitest';
import { openBoard } from '../../src/board/index.ts';

/** A clear-screen in a value, in a name of a file, and in what a part is called. */
const SOURCE = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "\\x1b[2J=1"; };
		eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "none/\\x1b[2J.bin"; };
		what@51 { compatible = "acme,\\x1b[2J"; reg = <0x51>; };
	};
};
`;

afterEach(() => vi.restoreAllMocks());

describe('what a board warns of can be written to a terminal', () => {
  it.each(['inline', 'worker'] as const)('by onWarning, %s', async (backEnd) => {
    const told: string[] = [];
    const onWarning = (sentence: string) => told.push(sentence);
    const board = await openBoard({ source: SOURCE, backEnd, onWarning });
    await board.close();
    expect(told.join('\n')).toContain('\\x1b[2J');
    expect(told.join('\n')).not.toContain('\x1b');
  });

  it('by a warning of Node', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const board = await openBoard({ source: SOURCE, backEnd: 'inline' });
    await board.close();
    const told = emit.mock.calls.map(([sentence]) => String(sentence)).join('\n');
    expect(told).toContain('\\x1b[2J');
    expect(told).not.toContain('\x1b');
  });
});
