/**
 * What awaiting, printing and comparing read of every object, to learn what it is: promises, JSON, the test runners' own
 * matchers and printers. It is answered as by an object that does not have it.
 */
const ASKED_OF_ALL: ReadonlySet<string> = new Set([
  'then',
  'catch',
  'finally',
  'toJSON',
  'inspect',
  'asymmetricMatch',
  'nodeType',
  'tagName',
]);

/** Names that no property has: `$$typeof`, `@@__IMMUTABLE_ITERABLE__@@`, `_isMockFunction`. */
const FOREIGN_NAME = /^[^a-z0-9]/i;

/**
 * `target`, refusing every name that it does not have: a misspelt name otherwise reads as undefined, and is written to
 * a field that nothing looks at, without a word in CommonJS.
 * @param unknown makes the error for a name that is not known
 * @param fixed makes the error for a name that can only be read
 */
export function strictObject<T extends object>(
  target: T,
  unknown: (name: string) => Error,
  fixed: (name: string) => Error,
): T {
  return new Proxy(Object.preventExtensions(target), {
    get(_, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name);
      if (ASKED_OF_ALL.has(name) || FOREIGN_NAME.test(name)) return undefined;
      throw unknown(name);
    },
    set(_, name, value) {
      const own = descriptorOf(target, name);
      if (own === undefined) throw unknown(String(name));
      if (own.set === undefined && own.writable !== true) throw fixed(String(name));
      return Reflect.set(target, name, value);
    },
    deleteProperty(_, name) {
      throw new TypeError(`cannot delete ${String(name)}`);
    },
  });
}

/** The descriptor of a property that `target` has by itself or by its class. */
function descriptorOf(target: object, name: PropertyKey): PropertyDescriptor | undefined {
  const own = Object.getOwnPropertyDescriptor(target, name);
  if (own !== undefined) return own;
  const above: object | null = Object.getPrototypeOf(target);
  return above === null || above === Object.prototype ? undefined : descriptorOf(above, name);
}
