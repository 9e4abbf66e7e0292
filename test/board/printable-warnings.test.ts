import { afterEach, describe, expect, it, vi } from 'vitest';
import { BusFault, openBoard } from '../../src/board/index.ts';

/** A clear-screen and a line of its own in a value, in a name of a file, and in what a part is called. */
const SOURCE = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "\\x1b[2J\\nfake\\xe2\\x80\\xa8fake=1"; };
		eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "none/\\x1b[2J\\nfake.bin"; };
		what@51 { compatible = "acme,\\x1b[2J\\nfake"; reg = <0x51>; };
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
    expect(told.filter((sentence) => /[\n\r\u0085\u2028\u2029]/.test(sentence))).toEqual([]);
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

/** What a terminal or a log takes for the beginning of a line, but for those of our own lines. */
const FORGED = /(?:^|[\n\r\u0085\u2028\u2029])\s*fake/;

describe('what a board throws can be written to a terminal', () => {
  it.each(['inline', 'worker'] as const)('where the board does not open, %s', async (backEnd) => {
    const error = await openBoard({ source: SOURCE, backEnd, treeChecks: 'error' }).catch((thrown) => thrown);
    expect(error.message).toMatch(/is doubtful as a board\n.*\\x1b\[2J\\nfake/s);
    expect(error.message).not.toMatch(FORGED);
    expect(error.message).not.toContain('\x1b');
  });

  it('of a part and of a property', async () => {
    const board = await openBoard({ source: SOURCE, backEnd: 'inline', onWarning: () => {} });
    for (const name of ['/i2c\nfake', '&temp\u2028fake']) {
      const error = thrownBy(() => board.part(name));
      expect(error.message).toContain('fake');
      expect(error.message).not.toMatch(FORGED);
    }
    const wrong = thrownBy(() => Object.assign(board.part('/i2c/temp@48'), { temperature: 'hot\nfake' }));
    expect(wrong.message).not.toMatch(FORGED);
    await board.close();
  });

  it('of a bus', () => {
    const fault = new BusFault('EIO', 'no answer of a\nfake\u2029fake\x9b');
    expect(fault.message).toBe('EIO: no answer of a\\nfake\\u2029fake\\x9b');
  });
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
