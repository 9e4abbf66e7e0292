import { anyObject, checkOptions, flag, integer, type OptionChecks } from '../../input/index.ts';
import type { Part } from '../../parts/index.ts';
import { callLimited, StoppedModelError } from '../own/time-limit.ts';
import { ownParts } from '../own-part.ts';
import type { PartModel } from '../populate/catalogue.ts';
import { CHECKS } from './checks.ts';
import { Given, type PartCheckOptions } from './given.ts';
import { REGISTER_CHECKS } from './register-checks.ts';

/** Something that holds for every part. */
export interface PartCheck {
  /** `acme,answer on I2C: takes whatever a driver sends`: a test's title. */
  readonly name: string;
  /** @throws {Error} it does not hold: what happened, and in which transfer */
  readonly check: () => void;
}

const checks: OptionChecks<PartCheckOptions> = {
  address: integer(0, 0x3ff),
  properties: anyObject,
  keeps: flag,
  startUpMs: integer(0, 3_600_000),
  timeoutMs: integer(1, 3_600_000),
  seed: integer(0, 0xffff_ffff),
  steps: integer(1, 1_000_000),
};

/**
 * What must hold for every part, whatever it does: for the test of a part of your own, in any runner.
 * `for (const { name, check } of partChecks(part)) test(name, check);`
 * @param part a data sheet with its model, or a model, as a file of `dtbus,model` exports them
 * @throws {TypeError} what is not a part, or an option that is not known
 */
export function partChecks(part: Part | PartModel, options: PartCheckOptions = {}): readonly PartCheck[] {
  checkOptions('partChecks', options, checks);
  return modelsIn(part).flatMap((model) => {
    const bus = model.bus === 'i2c' ? 'I2C' : 'SPI';
    const given = new Given(model, options);
    return [...CHECKS, ...REGISTER_CHECKS]
      .filter(({ applies }) => applies?.(given) ?? true)
      .map(({ name, check }) => ({
        name: `${model.compatible[0]} on ${bus}: ${name}`,
        check: () => limited(given, check),
      }));
  });
}

function limited(given: Given, check: (given: Given) => void): void {
  try {
    callLimited(() => check(given), undefined, given.timeoutMs);
  } catch (error) {
    if (!(error instanceof StoppedModelError)) throw error;
    throw new Error(`${error.message}; it was at: ${given.doing}`, { cause: error });
  }
}

function modelsIn(part: Part | PartModel): readonly PartModel[] {
  const isModel = typeof (part as Partial<PartModel> | undefined)?.create === 'function';
  const { models, faults } = ownParts(isModel ? { models: [part] } : { parts: [part] });
  if (faults.length > 0) throw new TypeError(`invalid part: ${faults.join('; ')}`);
  return models;
}
