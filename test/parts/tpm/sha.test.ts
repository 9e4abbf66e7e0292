import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha1, sha256 } from '../../../src/parts/tpm/sha.ts';

describe('FIPS 180-4', () => {
  it.each([0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000])('hashes %i bytes as OpenSSL does', (length) => {
    const message = Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff);
    const digest = (name: string) => [...createHash(name).update(message).digest()];
    expect(sha1([...message])).toEqual(digest('sha1'));
    expect(sha256([...message])).toEqual(digest('sha256'));
  });
});
