import type { DeviceNode } from '../../bus/index.ts';
import type { DataSheet, Level, NodeProperty } from '../../parts/index.ts';
import { withoutVendor } from '../../parts/index.ts';
import type { I2cPart, SpiPart } from '../wire/part.ts';
import type { PropertyDeclaration } from '../wire/property.ts';
import type { PartContext } from './context.ts';

interface ModelDescription {
  /** Names of the kernel's bindings, the family's own part first. */
  readonly compatible: readonly string[];
  /** One line for a person: `LM75 digital temperature sensor`. */
  readonly title: string;
  /** How much of the part is there. Default: it behaves. */
  readonly level?: Level;
  readonly properties: readonly PropertyDeclaration[];
  /** What it reads from its node, where no data sheet says it. */
  readonly nodeProperties?: Readonly<Record<string, NodeProperty>>;
  /** Registers by the data sheet's names, where a transfer begins with a register's number: for who watches. */
  readonly registers?: Readonly<Record<string, number>>;
  /** The data sheet that it was made of. */
  readonly sheet?: DataSheet;
  /** Its code runs in a thread of its own, which is ended when it does not return. */
  readonly isolated?: true;
}

/** A kind of I2C part: what a file under `parts/`, or a user's own, exports as `models`. */
export interface I2cPartModel extends ModelDescription {
  readonly bus: 'i2c';
  /** Makes the part that `node` describes. @throws {NodeError} for a property it cannot work with. */
  create(node: DeviceNode, context: PartContext): I2cPart;
}

/** A kind of SPI part; see `I2cPartModel`. */
export interface SpiPartModel extends ModelDescription {
  readonly bus: 'spi';
  create(node: DeviceNode, context: PartContext): SpiPart;
}

/** A kind of part, on either bus. */
export type PartModel = I2cPartModel | SpiPartModel;
type ModelOf<B extends PartModel['bus']> = Extract<PartModel, { bus: B }>;

/** A client's own compatibles; before them the register map for one with a dump of its registers: who gives one means it. */
export function compatiblesOf(client: DeviceNode): readonly string[] {
  return client.has(DUMP_PROPERTY) ? [REGISTER_MAP, ...client.compatible] : client.compatible;
}

/** What `dtbus,dump` names: the output of `i2cdump`, which answers in the place of any part. */
export const DUMP_PROPERTY = 'dtbus,dump';
export const REGISTER_MAP = 'dtbus,register-map';

/** A file of models, loaded when a board names one of its compatibles. */
export interface ModelModule {
  readonly models: readonly PartModel[];
}

/**
 * The models that a board can use, by compatible. Linux's rule: the earlier in the node's list, the better;
 * the first compatible also without its vendor prefix, as an id table would match it.
 */
export class Catalogue {
  readonly #models: PartModel[] = [];
  readonly #byCompatible = new Map<string, PartModel>();

  /** Later additions win, so a user's model can take the place of ours. */
  add(model: PartModel): void {
    this.#models.push(model);
    for (const compatible of model.compatible) {
      this.#byCompatible.set(`${model.bus} ${compatible}`, model);
      this.#byCompatible.set(`${model.bus} ${withoutVendor(compatible)}`, model);
    }
  }

  find<B extends PartModel['bus']>(bus: B, compatible: readonly string[]): ModelOf<B> | undefined {
    const [first = '', ...others] = compatible;
    for (const name of [first, withoutVendor(first), ...others]) {
      const model = this.#byCompatible.get(`${bus} ${name}`);
      if (model !== undefined) return model as ModelOf<B>;
    }
    return undefined;
  }

  get models(): readonly PartModel[] {
    return this.#models;
  }
}
