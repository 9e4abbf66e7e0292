import { describe, expect, it } from 'vitest';
import { loadModels, populateI2c, populateSpi } from '../../../src/sim/index.ts';
import { node } from '../support.ts';

const bus = node({ name: 'bus' });

describe('options of a simulated bus', () => {
  it.each([
    [{ catlogue: 1 }, 'unknown option catlogue of /bus: did you mean catalogue'],
    [{ look: 'yes' }, 'invalid look: expected true or false, got "yes"'],
    [{ warn: true }, 'invalid warn: expected a function, got true'],
    [{ parts: [] }, 'invalid parts: expected a PartRegistry, got an array'],
    [
      { catalogue: undefined },
      'invalid catalogue: expected a Catalogue, as loadModels() gives it, got undefined',
    ],
  ])('%o are refused', async (wrong, message) => {
    const options = { catalogue: await loadModels([]), ...wrong } as never;
    expect(() => populateI2c(bus, options)).toThrow(new TypeError(message));
    expect(() => populateSpi(bus, options)).toThrow(new TypeError(message));
  });

  it('a catalogue is of a list of compatibles, not of the letters of one', async () => {
    await expect(loadModels('ti,tmp102')).rejects.toThrow(
      'invalid compatibles: expected a list of compatibles, got "ti,tmp102"',
    );
  });
});
