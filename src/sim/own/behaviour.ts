import type { Behaviour, I2cBehaviour, InstructionBehaviour, Part, SpiBehaviour } from '../../parts/index.ts';
import { anything, callback, isObject, keyedBy, objectOf } from './keys.ts';

const i2c = objectOf<I2cBehaviour>(
  { start: callback, write: callback, read: callback, stop: callback, busyReason: callback },
  ['write', 'read'],
);
const spi = objectOf<SpiBehaviour>({ select: callback, transfer: callback, deselect: callback }, [
  'transfer',
]);
const instruction = objectOf<InstructionBehaviour>(
  {
    accepts: callback,
    addressBytes: callback,
    addressBase: callback,
    decode: callback,
    begin: callback,
    send: callback,
    take: callback,
    execute: callback,
  },
  ['send', 'take', 'execute'],
);

/** What the checks call what a model returns. */
const RETURNED = 'the behaviour that the model returns';

/** Every fault of what the model of `part` returned, a sentence each. */
export function faultsOfBehaviour(part: Part, returned: unknown): readonly string[] {
  const faults: string[] = [];
  const fault = (sentence: string) => void faults.push(sentence);
  const { registers = {}, senses = {}, shows = {} } = part;
  const byRegister = keyedBy('register', Object.keys(registers), callback);
  const check = objectOf<Behaviour>({
    onRead: byRegister,
    onWrite: byRegister,
    store: byRegister,
    readAny: callback,
    writeAny: callback,
    calendar: anything,
    sensed: callback,
    drivePin: callback,
    memory: objectOf<NonNullable<Behaviour['memory']>>({ read: callback, write: callback }, [
      'read',
      'write',
    ]),
    beforeRead: callback,
    afterWrite: callback,
    begin: callback,
    end: callback,
    reset: callback,
    restored: callback,
    close: callback,
    pointer: callback,
    next: callback,
    width: callback,
    addresses: callback,
    sharedAddresses: callback,
    generalCall: callback,
    alertResponse: callback,
    alertAnswered: callback,
    addressed: callback,
    segments: callback,
    stretchNs: callback,
    properties: keyedBy('property', [...Object.keys(senses), ...Object.keys(shows)]),
    i2c,
    spi,
    instruction,
  });
  check(returned, RETURNED, fault);
  const { properties } = isObject(returned) ? (returned as Behaviour) : {};
  for (const name of Object.keys(shows)) {
    if (faults.length === 0 && !(name in (properties ?? {})))
      fault(`not found: ${name} in properties of ${RETURNED}; add it, as the data sheet shows it`);
  }
  return faults;
}
