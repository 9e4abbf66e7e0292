import { strictObject } from '../../input/index.ts';
import type { Kit, Model, Part } from '../../parts/index.ts';
import { faultsOfBehaviour } from './behaviour.ts';
import { notFound } from './keys.ts';

/**
 * The part with a model that is told of names that it misspells: of what it is given, and in what it returns. Otherwise
 * they would read as undefined, or be ignored.
 */
export function strictPart<P extends Part>(part: P): P {
  const { model } = part;
  if (model === undefined) return part;
  const strict: Model = (registers, kit) => {
    const behaviour = model(registers, strictKit(kit)) ?? {};
    const [fault] = faultsOfBehaviour(part, behaviour);
    if (fault !== undefined) throw new TypeError(fault);
    return behaviour;
  };
  return { ...part, model: strict };
}

function strictKit(kit: Kit): Kit {
  const [sense, pin] = [strict('the senses', kit.sense), strict('the pins', kit.pin)];
  return new Proxy(strict('the kit', kit), {
    get: (target, name) => (name === 'sense' ? sense : name === 'pin' ? pin : Reflect.get(target, name)),
  });
}

/** A class whose instances, which the error calls `what`, refuse what they do not have. */
export function strictClass<Given extends readonly unknown[], C extends object>(
  what: string,
  Class: new (...given: Given) => C,
): new (
  ...given: Given
) => C {
  const construct = (target: typeof Class, given: unknown[]) =>
    strict(what, new target(...(given as unknown as Given)));
  return new Proxy(Class, { construct });
}

function strict<T extends object>(what: string, target: T): T {
  return strictObject(
    target,
    (name) => new TypeError(notFound('name', name, what, namesOf(target))),
    (name) => new TypeError(`${name} of ${what} can only be read`),
  );
}

/** What holds the values of registers is none of the model's business. */
const HIDDEN = ['constructor', 'values', 'index'];

/** What an object has, by itself and by its classes. */
function namesOf(target: object): string[] {
  const above: object | null = Object.getPrototypeOf(target);
  const inherited = above === null || above === Object.prototype ? [] : namesOf(above);
  return [...Object.getOwnPropertyNames(target), ...inherited].filter((name) => !HIDDEN.includes(name));
}
