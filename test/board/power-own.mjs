/** A part that fails where register EEh is read. */
export const parts = [
  {
    compatible: ['acme,own'],
    title: 'Own',
    bus: { i2c: { form: 'byte registers', address: 0x42 } },
    model: () => ({
      readAny: (number) => {
        if (number === 0xee) throw new Error('boom');
        return 7;
      },
      writeAny() {},
    }),
  },
];
