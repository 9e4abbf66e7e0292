import { describe, expect, it } from 'vitest';
import { Mcp2210Adapter, Mcp2210Emulator } from '../../../hosts/mcp2210/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { RecordingWire } from '../recording-wire.ts';

function chip() {
  const wire = new RecordingWire();
  const port = new EmulatedPort(new Mcp2210Emulator(wire));
  const usb = new EmulatedConnection(port);
  const ask = async (...report: number[]) => {
    await usb.out(0x01, Uint8Array.from(report));
    return [...(await usb.in(0x81, 64))];
  };
  const adapter = new Mcp2210Adapter('the adapter', async () => new EmulatedConnection(port));
  return { wire, ask, adapter };
}

/** Settings of 12 MHz: GP0 is low during a transaction (DS20002288, table 3-6). */
const settings = (length: number) => [
  ...[0x40, 0, 0, 0, 0x00, 0x1b, 0xb7, 0x00, 0xff, 0x01, 0xfe, 0x01, 0, 0, 0, 0, 0, 0],
  ...[length & 0xff, length >> 8, 0],
];

describe('the reports of an MCP2210 (DS20002288)', () => {
  it('carry a transaction of the chip itself: what came is fetched by the next report', async () => {
    const { ask, wire } = chip();
    // GP0 is a chip select.
    await ask(0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x01, 0xff, 0x01);
    expect((await ask(...settings(4))).slice(0, 8)).toEqual([0x40, 0, 0, 0, 0x00, 0x1b, 0xb7, 0x00]);
    expect((await ask(0x42, 4, 0, 0, 0x9f, 0, 0, 0)).slice(0, 4)).toEqual([0x42, 0, 0, 0x20]);
    expect(wire.log).toEqual(['[0', '9f', '00', '00', '00']);
    expect((await ask(0x42, 0)).slice(0, 8)).toEqual([0x42, 0, 4, 0x10, 0x60, 0xef, 0x40, 0x14]);
    expect(wire.log.at(-1)).toBe(']');
  });

  it('refuse settings during a transaction, which can be cancelled', async () => {
    const { ask } = chip();
    await ask(...settings(100));
    await ask(0x42, 1, 0, 0, 0xaa);
    expect((await ask(...settings(4)))[1]).toBe(0xf8);
    expect((await ask(0x11)).slice(0, 3)).toEqual([0x11, 0, 1]);
    expect((await ask(...settings(4)))[1]).toBe(0);
  });
});

describe('the controller of an MCP2210', () => {
  it('ends a transaction that another program left, and takes GP0 from what it was', async () => {
    const { ask, adapter, wire } = chip();
    await ask(0x21, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x01, 0xff, 0x01);
    await ask(...settings(100));
    await ask(0x42, 1, 0, 0, 0xaa);
    await adapter.open();
    expect(wire.log).toEqual(['[0', 'aa', ']']);
    wire.log = [];
    const rx = new Uint8Array(4);
    await adapter.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x9f, 0, 0, 0), rx })]);
    expect([...rx.subarray(1)]).toEqual([0xef, 0x40, 0x14]);
    await adapter.close();
    // GP1 keeps its function.
    expect((await ask(0x20)).slice(4, 7)).toEqual([0, 1, 0]);
  });

  it('brings the clock line to its idle level while no chip is selected', async () => {
    const { adapter, wire } = chip();
    await adapter.open();
    for (const mode of [0, 3, 2]) await adapter.transfer(0, mode, [spiTransfer({ tx: Uint8Array.of(7) })]);
    const heard = wire.log.join(' ');
    expect(heard).toBe('[0 07 ] [3 07 ] [2 07 ]');
    await adapter.close();
  });

  it('sends a byte that no chip hears where the idle level of the clock changes, and no other', async () => {
    const events: string[] = [];
    const spi = {
      select: (_: number, mode: number) => events.push(`[${mode}`),
      // A report that only fetches moves nothing.
      exchange: (tx: Uint8Array | undefined) => tx?.length && events.push(Buffer.from(tx).toString('hex')),
      deselect: () => events.push(']'),
    };
    const port = new EmulatedPort(new Mcp2210Emulator({ spi }));
    const adapter = new Mcp2210Adapter('the adapter', async () => new EmulatedConnection(port));
    await adapter.open();
    const heard: string[] = [];
    for (const mode of [0, 1, 3, 2, 2, 0]) {
      await adapter.transfer(0, mode, [spiTransfer({ tx: Uint8Array.of(7) })]);
      heard.push(events.splice(0).join(' '));
    }
    // The chip clocks idle high in modes 2 and 3; how it was before the first message is not known.
    expect(heard).toEqual(['00 [0 07 ]', '[1 07 ]', '00 [3 07 ]', '[2 07 ]', '[2 07 ]', '00 [0 07 ]']);
    await adapter.close();
  });

  it('says that another master has the bus', async () => {
    const other = new Mcp2210Adapter('the adapter', async () => {
      const wire = new RecordingWire();
      const device = new Mcp2210Emulator(wire);
      const usb = new EmulatedConnection(new EmulatedPort(device));
      return {
        description: usb.description,
        endpoints: usb.endpoints,
        controlIn: (...all) => usb.controlIn(...all),
        controlOut: (...all) => usb.controlOut(...all),
        in: async (...all) => {
          const answer = await usb.in(...all);
          return answer[0] === 0x42 ? answer.with(1, 0xf7) : answer;
        },
        inEach: (...all) => usb.inEach(...all),
        out: (...all) => usb.out(...all),
        close: () => usb.close(),
      };
    });
    await other.open();
    await expect(other.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1) })])).rejects.toThrow(
      /^EBUSY: another SPI master/,
    );
    await other.close();
  });
});
