import { MS } from '../kit/clock.ts';
import type { PartModel } from '../populate/catalogue.ts';
import type { NodeProperties } from './literal-node.ts';
import { Random } from './random.ts';
import { type Place, type Runs, Specimen } from './specimen.ts';
import { type Step, stepText, trafficFor } from './traffic.ts';

/** How a part is put on its bus while it is checked. */
export interface PartCheckOptions {
  /** Its I2C address; default: what its data sheet says, else 0x42. */
  readonly address?: number;
  /** Properties of its node: `{ 'acme,gain': 2 }`. */
  readonly properties?: NodeProperties;
  /** It keeps what it holds without power, as a memory does; default: what its data sheet says of `memory` and `battery`. */
  readonly keeps?: boolean;
  /** How long it is not ready after a power-on reset, in ms. Default 0. */
  readonly startUpMs?: number;
  /** A check of a model that does not come back ends after this long. Default 30,000. */
  readonly timeoutMs?: number;
  /** Of the random traffic. Default 1. */
  readonly seed?: number;
  /** Transfers of each check. Default 200. */
  readonly steps?: number;
}

const DEFAULT_STEPS = 200;
const DEFAULT_SEED = 1;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_ADDRESS = 0x42;

/** A part and what it is checked with. */
export class Given {
  readonly model: PartModel;
  readonly keeps: boolean;
  readonly startUpNs: number;
  readonly seed: number;
  readonly timeoutMs: number;
  /** What is being done to the part: for who ends a check that does not end. */
  doing = 'its creation';
  readonly #place: Place;
  readonly #steps: number;

  constructor(model: PartModel, options: PartCheckOptions) {
    const { sheet } = model;
    this.model = model;
    this.seed = options.seed ?? DEFAULT_SEED;
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#steps = options.steps ?? DEFAULT_STEPS;
    this.keeps = options.keeps ?? (sheet?.memory !== undefined || sheet?.battery === true);
    this.startUpNs = (options.startUpMs ?? 0) * MS;
    const usual = model.bus === 'i2c' ? (sheet?.bus.i2c?.address ?? DEFAULT_ADDRESS) : 0;
    this.#place = { address: options.address ?? usual, properties: options.properties ?? {} };
  }

  fresh(strict = false): Specimen {
    return new Specimen(this.model, { ...this.#place, strict });
  }

  /** @param kind traffic of another kind with the same seed is another */
  traffic(kind: number, sets = true): readonly Step[] {
    return trafficFor(this.model, new Random(this.seed + kind), this.#steps, sets);
  }

  /** Lets a step happen. @throws {Error} where the part failed, or told something */
  did(part: Specimen, step: Step, runs?: Runs): string {
    this.doing = stepText(step);
    const seen = part.do(step, runs);
    told(part, stepText(step));
    return seen;
  }
}

/** @throws {Error} what the part has told */
export function told(part: Specimen, when: string): void {
  if (part.warnings.length > 0) throw new Error(`after ${when}: ${part.warnings.join('; ')}`);
}
