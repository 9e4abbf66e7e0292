// Models that misbehave in the way that their node's `fuzz,fault` names: for `boards.mjs`.
const FAULTS = {
  throws: () => {
    throw new Error('a bug of the model');
  },
  text: () => {
    throw 'text';
  },
  nothing: () => undefined,
  number: () => Number.NaN,
  huge: () => 2 ** 40,
  minus: () => -1,
  promise: () => Promise.reject(new Error('a bug of the model')),
  later: () => {
    setImmediate(() => {
      throw new Error('a bug of the model, later');
    });
    return true;
  },
  recursion: function again() {
    return again();
  },
  frozen: () => Object.freeze([]),
};

export const faults = Object.keys(FAULTS);
export const places = ['create', 'reset', 'start', 'write', 'read', 'stop', 'state', 'addresses', 'none'];

export const models = [
  {
    compatible: ['fuzz,part'],
    bus: 'i2c',
    title: 'part that misbehaves',
    properties: [],
    create(node) {
      const place = node.string('fuzz,place');
      const fault = FAULTS[node.string('fuzz,fault')];
      const at = (where, good) => (where === place ? fault : good);
      if (place === 'create') return fault();
      return {
        get state() {
          return at('state', () => ({}))();
        },
        addresses: at('addresses', () => [0x10])(),
        reset: at('reset', () => {}),
        start: at('start', () => true),
        write: at('write', ({ length }) => length),
        read: at('read', (into) => into.fill(3)),
        stop: at('stop', () => {}),
      };
    },
  },
];
