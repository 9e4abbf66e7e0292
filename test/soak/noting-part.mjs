// A part that notes what reaches it: each write of so many bytes, once.

/** @param open called with the node: `note` takes a write, `read` gives the byte that is so many behind START */
export function notingPart({ compatible, title, bytes, open }) {
  return {
    compatible: [compatible],
    bus: 'i2c',
    title,
    properties: [],
    create(node) {
      const { note, read } = open(node);
      let heard = [];
      let at = 0;
      return {
        state: {},
        addresses: [0x10],
        reset() {},
        start() {
          heard = [];
          at = 0;
          return true;
        },
        // Adapters bring bytes one by one.
        write(data) {
          heard.push(...data);
          if (heard.length === bytes) note(Uint8Array.from(heard));
          return data.length;
        },
        read(into) {
          for (let index = 0; index < into.length; index++) into[index] = read(at++);
        },
        stop() {},
      };
    },
  };
}
