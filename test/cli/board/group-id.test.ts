import { describe, expect, it } from 'vitest';
import { groupId } from '../../../src/cli/board/group-id.ts';

const DATABASE = 'root:x:0:\ni2c:x:998:alice,bob\n';

describe('--group', () => {
  it('is a name in group(5), or a number', () => {
    expect(groupId('i2c', DATABASE)).toBe(998);
    expect(groupId('1234', DATABASE)).toBe(1234);
  });

  it('that is not there is named', () => {
    expect(() => groupId('spi', DATABASE)).toThrow(/group not found: spi/);
  });
});
