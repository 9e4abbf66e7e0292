/**
 * Gives `target` properties that are many of a kind: `ch0`, `ch1`, ... Without `write` they can only be read.
 */
export function defineNumbered(
  target: object,
  prefix: string,
  count: number,
  read: (index: number) => number,
  write?: (index: number, value: number) => void,
): void {
  for (let index = 0; index < count; index++) {
    const get = () => read(index);
    const accessors = write === undefined ? { get } : { get, set: (value: number) => write(index, value) };
    Object.defineProperty(target, `${prefix}${index}`, { enumerable: true, ...accessors });
  }
}
