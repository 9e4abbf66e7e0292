import { describe, expect, it } from 'vitest';
import { readFailure, writeFailure } from '../../../src/virtio/index.ts';

const ENODEV = 19;

/** A configuration space of 256 bytes, with what a device of the standard has at its beginning. */
function space(): Uint8Array {
  const config = new Uint8Array(256);
  config.set([1, 2, 3, 4]);
  return config;
}

function written(sentence: string, errno = ENODEV): Uint8Array {
  const config = space();
  writeFailure(config, { errno, sentence });
  return config;
}

describe('why a request failed, in the configuration space', () => {
  it('stands at byte 64: the errno, then the sentence in UTF-8; what is before it stays', () => {
    const config = written('not found: /dev/ttyÖ0');
    expect([...config.subarray(0, 64)]).toEqual([1, 2, 3, 4, ...Array(60).fill(0)]);
    expect(config[64]).toBe(19);
    expect(Buffer.from(config.subarray(65)).toString()).toBe('not found: /dev/ttyÖ0'.padEnd(190, '\0'));
    expect(readFailure(config, ENODEV)).toBe('not found: /dev/ttyÖ0');
  });

  it('ends in … where it is too long, and in no half character', () => {
    expect(readFailure(written('a'.repeat(191)), ENODEV)).toBe('a'.repeat(191));
    expect(readFailure(written('a'.repeat(192)), ENODEV)).toBe(`${'a'.repeat(188)}…`);
    const umlauts = readFailure(written(`a${'ö'.repeat(200)}`), ENODEV);
    expect(umlauts).toBe(`a${'ö'.repeat(93)}…`);
  });

  it('is none where there are zeros, less than all, or the reason of another failure', () => {
    expect(readFailure(space(), ENODEV)).toBeUndefined();
    expect(readFailure(new Uint8Array(0), ENODEV)).toBeUndefined();
    expect(readFailure(written('gone', 5), ENODEV)).toBeUndefined();
    expect(readFailure(written(''), ENODEV)).toBeUndefined();
  });

  it('of a stranger reaches no terminal as it is: control characters, line ends and directions are shown', () => {
    const config = written('a\x1b[2J\n\x07\x9b\u202e\u2028b');
    expect(readFailure(config, ENODEV)).toBe('a\\x1b[2J\\x0a\\x07\\x9b\\u202e\\u2028b');
    const noText = written('x');
    noText.fill(0xff, 65);
    expect(readFailure(noText, ENODEV)).toBe('\ufffd'.repeat(191));
  });
});
