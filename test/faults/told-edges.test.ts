import { afterEach, describe, expect, it, vi } from 'vitest';
import { serveEmulator } from '../../hosts/link/index.ts';
import { EmulatedPins } from '../../hosts/pins/index.ts';
import { UsbIssEmulator } from '../../hosts/usb-iss/index.ts';
import { COMMAND } from '../../hosts/usb-iss/protocol.ts';
import { openBoard } from '../../src/board/index.ts';
import { RecordingWire } from '../hosts/recording-wire.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A board whose line is the first pin of an adapter on a serial port, which the board takes for a real one. */
async function bench() {
  const pins = new EmulatedPins();
  const { i2c } = new RecordingWire();
  const emulator = new UsbIssEmulator({ i2c, pins });
  let polls = 0;
  const feed = (bytes: Uint8Array) => {
    if (bytes[0] === COMMAND.GET_PINS) polls++;
    return emulator.feed(bytes);
  };
  const served = serveEmulator({ feed }, { pty: true });
  closing.push(() => served.close());
  const source = `/dts-v1/; / { hosts { iss: iss { compatible = "devantech,usb-iss"; port = "${served.port}"; }; };
    gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <2>;
    gpio-line-names = "button", "other"; dtbus,host = <&iss>; }; };`;
  const board = await openBoard({ source, backEnd: 'inline', onWarning: () => {} });
  closing.push(() => board.close());
  const seen: string[] = [];
  const trace: string[] = [];
  board.line('&gpio', 'button').watch((high) => seen.push(high ? '+' : '-'));
  board.line('&gpio', 'other').watch((high) => trace.push(high ? '+' : '-'));
  // Each was read once, its level was told, and both are looked at again and again.
  await vi.waitFor(() => expect(polls).toBeGreaterThan(6), { timeout: 20_000 });
  /** Both pins get a level; what is told of the second one has no fault. */
  const press = async (high: boolean) => {
    const before = trace.length;
    pins.outside = high ? 0xffff : 0xfffc;
    await vi.waitFor(() => expect(trace.length).toBe(before + 1), { timeout: 20_000 });
  };
  return { board, seen, press };
}

describe('a fault of the edges that an adapter tells', () => {
  it('takes one away: the line is as it was', async () => {
    const { board, seen, press } = await bench();
    const fault = board.inject('lostEdge', '&gpio', { line: 'button', edge: 'falling' });
    await press(false);
    expect([fault.fired, seen]).toEqual([1, []]);
    fault.remove();
    await press(true);
    await press(false);
    expect(seen).toEqual(['-']);
  });

  it('makes more of one', async () => {
    const { board, seen, press } = await bench();
    const fault = board.inject('bounce', '&gpio', { line: 'button', count: 2 });
    await press(false);
    expect([fault.fired, seen]).toEqual([1, ['-', '+', '-', '+', '-']]);
  });

  it('lets one come late, on the clock of the board', async () => {
    const { board, seen, press } = await bench();
    const fault = board.inject('late', '&gpio', { line: 'button', ms: 1 });
    await press(false);
    await vi.waitFor(() => expect([fault.fired, seen]).toEqual([1, ['-']]), { timeout: 20_000 });
  });
});

it('a line that is watched while its adapter is being opened is watched when it is open, and its level is told', async () => {
  const pins = new EmulatedPins();
  pins.outside = 0xfffe;
  const served = serveEmulator(new UsbIssEmulator({ pins }), { pty: true });
  closing.push(() => served.close());
  const source = `/dts-v1/; / { hosts { iss: iss { compatible = "devantech,usb-iss"; port = "${served.port}"; }; };
    gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <1>;
    dtbus,host = <&iss>; }; };`;
  const warnings: string[] = [];
  const board = await openBoard({ source, backEnd: 'inline', onWarning: (text) => warnings.push(text) });
  closing.push(() => board.close());
  const seen: boolean[] = [];
  board.line('&gpio', 0).watch((high) => seen.push(high));
  await vi.waitFor(() => expect(seen).toEqual([false]), { timeout: 20_000 });
  pins.outside = 0xffff;
  await vi.waitFor(() => expect(seen).toEqual([false, true]), { timeout: 20_000 });
  expect(warnings).toEqual([]);
});
