import { MCP2221A } from '@johntalton/mcp2221';
import { describe, expect, it } from 'vitest';
import { Mcp2221Emulator } from '../../../hosts/mcp2221/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { ABSENT, MEMORY, RecordingWire } from '../recording-wire.ts';

const REPORT_BYTES = 64;
const ENDPOINT = { OUT: 0x03, IN: 0x83 };

/** npm's `@johntalton/mcp2221` on the emulated chip: it wants streams of reports. */
function client() {
  const wire = new RecordingWire();
  const usb = new EmulatedConnection(new EmulatedPort(new Mcp2221Emulator(wire.i2c)));
  const readable = new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      controller.enqueue(Uint8Array.from(await usb.in(ENDPOINT.IN, REPORT_BYTES)));
      controller.byobRequest?.respond(0);
    },
  });
  const writable = new WritableStream<ArrayBuffer>({
    write: (report) => usb.out(ENDPOINT.OUT, new Uint8Array(report)),
  });
  return { wire, chip: MCP2221A.from({ readable, writable }) };
}

/** The client gives it back with its answer. */
const opaque = 'of the test';
const bytes = (...values: number[]) => Uint8Array.from(values);
const taken = ({ buffer }: { buffer?: unknown }, count: number) =>
  ArrayBuffer.isView(buffer)
    ? [...new Uint8Array(buffer.buffer, buffer.byteOffset, count)]
    : [...new Uint8Array(buffer as ArrayBuffer, 0, count)];

describe('@johntalton/mcp2221 on the emulated MCP2221A', () => {
  it('knows its revision, and sets the clock', async () => {
    const { chip } = client();
    const status = await chip.common.status({ opaque, i2cClock: 100 });
    expect(status).toMatchObject({
      status: 'success',
      revision: { hardware: { major: 'A', minor: '6' }, firmware: { major: '1', minor: '2' } },
      i2cStateName: 'IDLE',
    });
  });

  it('writes, and reads a register behind a repeated START', async () => {
    const { chip, wire } = client();
    expect(
      await chip.i2c.writeData({ opaque, address: MEMORY, buffer: bytes(0x20, 0x12, 0x34) }),
    ).toMatchObject({
      status: 'success',
    });
    expect(await chip.i2c.writeNoSTOP({ opaque, address: MEMORY, buffer: bytes(0x20) })).toMatchObject({
      status: 'success',
    });
    expect(await chip.i2c.readRepeatedSTART({ opaque, address: MEMORY, length: 2 })).toMatchObject({
      status: 'success',
    });
    const data = await chip.i2c.readGetData({ opaque });
    expect(data).toMatchObject({ status: 'success', validData: true, readBackBytes: 2 });
    expect(taken(data as { buffer?: unknown }, 2)).toEqual([0x12, 0x34]);
    expect(wire.log).toEqual(['W50', '<20', '<12', '<34', 'P', 'W50', '<20', 'R50', '>12', '>34', 'P']);
  });

  it('is told of an address that nobody acknowledges, and cancels', async () => {
    const { chip } = client();
    await chip.i2c.writeData({ opaque, address: ABSENT, buffer: bytes(0) });
    expect(await chip.common.status({ opaque })).toMatchObject({ i2cState: 0x25 });
    await chip.common.status({ opaque, cancelI2c: true });
    expect(await chip.common.status({ opaque })).toMatchObject({ i2cStateName: 'IDLE' });
    expect(await chip.i2c.writeData({ opaque, address: MEMORY, buffer: bytes(0) })).toMatchObject({
      status: 'success',
    });
  });
});
