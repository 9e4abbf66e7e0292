import type { FieldBits, RegisterHandle } from '../../parts/index.ts';

/** Registers as bytes, words, or twice that: as narrow as the widest of them allows. */
export type RegisterValues = Uint8Array | Uint16Array | Uint32Array;

/** Makes the handle of a register whose first value is `values[index]`. */
export type HandleClass = new (values: RegisterValues, index: number) => RegisterHandle;

class Handle {
  readonly values: RegisterValues;
  readonly index: number;

  constructor(values: RegisterValues, index: number) {
    this.values = values;
    this.index = index;
  }

  get value(): number {
    return this.values[this.index] as number;
  }

  set value(value: number) {
    this.values[this.index] = value;
  }

  get(offset: number): number {
    return this.values[this.index + offset] as number;
  }

  set(offset: number, value: number): void {
    this.values[this.index + offset] = value;
  }
}

/**
 * The class of a register's handles: a field is an accessor of its prototype, so that a part holds no more than
 * where its values are.
 */
export function handleClassOf(fields: readonly FieldBits[]): HandleClass {
  if (fields.length === 0) return Handle;
  class RegisterWithFields extends Handle {}
  for (const { name, shift, mask } of fields) {
    Object.defineProperty(RegisterWithFields.prototype, name, {
      get(this: Handle): number {
        return (this.value & mask) >>> shift;
      },
      set(this: Handle, value: number): void {
        this.value = (this.value & ~mask) | ((value << shift) & mask);
      },
    });
  }
  return RegisterWithFields as unknown as HandleClass;
}

/** The class of what a model gets as its registers: a handle is made when the model takes it out. */
export function handlesClassOf(
  registers: readonly { readonly name: string; readonly index: number; readonly Handle: HandleClass }[],
): new (
  values: RegisterValues,
) => object {
  class Handles {
    readonly values: RegisterValues;

    constructor(values: RegisterValues) {
      this.values = values;
    }
  }
  for (const { name, index, Handle: Register } of registers) {
    Object.defineProperty(Handles.prototype, name, {
      get(this: Handles) {
        return new Register(this.values, index);
      },
    });
  }
  return Handles;
}
