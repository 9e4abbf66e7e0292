import { describe } from 'vitest';
import {
  type ControllerBench,
  type ControllerTraits,
  describeIf,
  useBench,
} from './suite/controller-bench.ts';
import { describeFailures } from './suite/failing-adapter-suite.ts';
import { describeI2c } from './suite/i2c-suite.ts';
import { describeSpi } from './suite/spi-suite.ts';

export { type ControllerBench, type ControllerTraits, faultOf } from './suite/controller-bench.ts';

/**
 * What every controller has to do, whatever it is made of. Runs on simulations, on emulated adapters and on
 * real ones; where the wire can be watched, it is.
 */
export function describeControllers(
  name: string,
  makeBench: () => Promise<ControllerBench>,
  traits: ControllerTraits = {},
): void {
  describe(name, () => {
    const suite = useBench(makeBench, traits);
    const { hasI2c, hasSpi, isSteady } = suite.traits;
    describeIf(hasI2c)('I2C', () => describeI2c(suite));
    describeIf(hasSpi)('SPI', () => describeSpi(suite));
    describeIf(!isSteady)('when the adapter fails', () => describeFailures(suite));
  });
}
