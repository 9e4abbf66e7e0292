/**
 * A flash of 64 KiB with erase blocks of 4 KiB and no SFDP, that fails in the way its node says. A model as users write
 * one: it needs nothing of dtbus.
 */
const SIZE = 0x10000;
const BLOCK = 0x1000;
const ID = [0xef, 0x40, 0x10];

export const models = [
  {
    compatible: ['acme,faulty-flash'],
    bus: 'spi',
    title: 'flash that fails',
    properties: [],
    create(node) {
      const memory = new Uint8Array(SIZE).fill(0x55);
      /** The address whose bit 0 is always 1. */
      const stuck = node.u32('acme,stuck');
      /** Programmed pages before it is gone. */
      const diesAfter = node.u32('acme,dies-after');
      const busy = node.has('acme,busy');
      /** The page behind which it is busy until its status was read twice. */
      const slowPage = node.u32('acme,slow-page');
      let busyReads = 0;
      let sr1 = node.u32('acme,status') ?? 0;
      /** Written behind 01h alone, as of a W25Q32BV: one byte clears all of it but its lock bits. */
      let sr2 = node.u32('acme,second') ?? 0;
      let enabled = false;
      let sent = [];
      let programmed = 0;
      const address = () => ((sent[1] << 16) | (sent[2] << 8) | sent[3]) % SIZE;
      const answer = (index) => {
        if (diesAfter !== undefined && programmed > diesAfter) return 0xff;
        switch (sent[0]) {
          case 0x9f:
            return ID[index - 1] ?? 0xff;
          case 0x05:
            return sr1 | (enabled ? 2 : 0) | (busyReads > 0 || (busy && programmed > 0) ? 1 : 0);
          case 0x35:
            return sr2;
          case 0x03: {
            const at = (address() + index - 4) % SIZE;
            return at === stuck ? memory[at] | 1 : memory[at];
          }
          default:
            return 0xff;
        }
      };
      return {
        state: {},
        reset() {},
        select() {
          sent = [];
        },
        transfer(tx, rx, length) {
          for (let i = 0; i < length; i++) {
            if (rx !== undefined) rx[i] = answer(sent.length);
            sent.push(tx === undefined ? 0 : tx[i]);
          }
        },
        deselect() {
          const [opcode] = sent;
          if (busyReads > 0) {
            // It hears nothing else.
            if (opcode === 0x05) busyReads--;
            return;
          }
          if (opcode === 0x06) enabled = true;
          if (!enabled) return;
          if (opcode === 0x20)
            memory.fill(0xff, address() & ~(BLOCK - 1), (address() & ~(BLOCK - 1)) + BLOCK);
          if (opcode === 0xc7) memory.fill(0xff);
          if (opcode === 0x01 && !node.has('acme,locked')) {
            sr1 = sent[1] & 0xfc;
            sr2 = (sr2 & 0x38) | ((sent[2] ?? 0) & 0x43);
          }
          if (opcode === 0x02) {
            for (let i = 4; i < sent.length; i++) memory[address() + i - 4] &= sent[i];
            programmed++;
            if (address() === slowPage) busyReads = 2;
          }
          if (opcode !== 0x06) enabled = false;
        },
      };
    },
  },
];
