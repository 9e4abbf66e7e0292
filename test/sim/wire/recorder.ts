import { type I2cPart, I2cWire, SteppedClock } from '../../../src/sim/index.ts';

/** A part that writes down what happens to it and sends 1, 2, 3, ... */
export function recorder(addresses: readonly number[], more: Partial<I2cPart> = {}) {
  const log: string[] = [];
  let next = 0;
  const part: I2cPart = {
    addresses,
    state: {},
    reset() {},
    start(address, read) {
      log.push(`${read ? 'read' : 'write'} ${(address >>> 0).toString(16)}`);
      return true;
    },
    write(data) {
      log.push(`< ${[...data].join(' ')}`);
      return data.length;
    },
    read(into) {
      for (let i = 0; i < into.length; i++) into[i] = ++next;
      log.push(`> ${[...into].join(' ')}`);
    },
    stop() {
      log.push('stop');
    },
    ...more,
  };
  return { part, log };
}

/** A bus with these parts, on which bits take no time. */
export function wire(...parts: I2cPart[]) {
  const warnings: string[] = [];
  const clock = new SteppedClock(undefined, false);
  const bus = new I2cWire({ clock, warn: (sentence) => warnings.push(sentence) });
  for (const [index, part] of parts.entries()) bus.attach(part, `/part${index}`);
  return { bus, warnings, clock };
}
