import { describe, expect, it } from 'vitest';
import { simulatedBelow } from '../../../src/board/assemble/compatibles.ts';
import { node } from '../../support/node.ts';

const flash = node('flash@0', { compatible: 'winbond,w25q80', reg: 0 });
const sensor = node('temp@48', { compatible: 'national,lm75', reg: 0x48, 'dtbus,simulate': true });

describe('the models that a board may need', () => {
  it('are those of all parts of a bus without an adapter', () => {
    const names = simulatedBelow([node('spi', { compatible: 'platform,virtio-spi' }, [flash])]);
    expect(names).toEqual(['platform,virtio-spi', 'winbond,w25q80']);
  });

  it('are of a bus on an adapter those that its tree says so of, however deep', () => {
    const host = { compatible: 'platform,virtio-i2c', 'dtbus,host': 1 };
    expect(simulatedBelow([node('spi', host, [flash])])).toEqual([]);
    const deep = node('i2c', host, [flash, node('i2c-bus', {}, [sensor])]);
    expect(simulatedBelow([deep])).toEqual(['national,lm75']);
  });
});
