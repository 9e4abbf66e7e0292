import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type DeviceDescription,
  type DevicePort,
  EmulatedPort,
  type UsbDevice,
  UsbipServer,
} from '../../../src/usb/index.ts';
import { UrbSession } from '../../../src/usb/usbip/urb-session.ts';

const DESCRIPTION: DeviceDescription = {
  vendorId: 0x1234,
  productId: 0xabcd,
  usbVersion: 0x0200,
  deviceVersion: 0x0102,
  class: 0xff,
  speed: 'full',
  maxPacketSize0: 64,
  interfaces: [
    {
      class: 0xfe,
      subclass: 1,
      protocol: 2,
      endpoints: [
        { address: 0x02, kind: 'bulk', maxPacketSize: 64 },
        { address: 0x82, kind: 'bulk', maxPacketSize: 64 },
      ],
    },
  ],
};

class Echo implements UsbDevice {
  readonly description = DESCRIPTION;
  port: DevicePort | undefined;
  plugged(port: DevicePort): void {
    this.port = port;
  }
  received(endpoint: number, data: Uint8Array): void {
    this.port?.send(endpoint | 0x80, data);
  }
}

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function stage() {
  const device = new Echo();
  const port = new EmulatedPort(device);
  const server = new UsbipServer([port]);
  open.push(server);
  const tcp = await server.listen(0);
  const dial = async (): Promise<Client> => {
    const socket = connect(tcp, '127.0.0.1');
    await once(socket, 'connect');
    open.push({ close: () => socket.destroy() });
    return new Client(socket);
  };
  return { device, port, dial };
}

/** A host that says what it is told to, byte for byte. */
class Client {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#ended = true;
      socket.emit('data', Buffer.alloc(0));
    });
  }

  send(text: string): void {
    this.socket.write(Buffer.from(text.replaceAll(' ', ''), 'hex'));
  }

  /** The next `length` bytes; fewer where the server ends first. */
  async take(length: number): Promise<string> {
    while (this.#received.length < length && !this.#ended) await once(this.socket, 'data');
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return bytes.toString('hex');
  }
}

const IMPORT = `0111 8003 00000000 ${Buffer.from('1-1').toString('hex').padEnd(64, '0')}`;
const word = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
/** A head of the second phase (usbip_protocol.rst, "USBIP_CMD_SUBMIT"). */
const submit = (
  seqnum: number,
  direction: number,
  endpoint: number,
  length: number,
  setup = '0000000000000000',
) =>
  `00000001 ${word(seqnum)} 00010002 ${word(direction)} ${word(endpoint)} 00000000 ${word(length)} 00000000 ffffffff 00000000 ${setup}`;
const unlink = (seqnum: number, victim: number) =>
  `00000002 ${word(seqnum)} 00010002 00000000 00000000 ${word(victim)} ${'00'.repeat(24)}`;
const submitted = (seqnum: number, status: number, actual: number) =>
  `00000003${word(seqnum)}${'00'.repeat(12)}${word(status)}${word(actual)}${'00'.repeat(20)}`;
const unlinked = (seqnum: number, status: number) =>
  `00000004${word(seqnum)}${'00'.repeat(12)}${word(status)}${'00'.repeat(24)}`;

describe('USB/IP, the first phase', () => {
  it('lists the devices with their interfaces', async () => {
    const client = await (await stage()).dial();
    client.send('0111 8005 00000000');
    expect(await client.take(12)).toBe('011100050000000000000001');
    const record = await client.take(312);
    expect(Buffer.from(record.slice(512, 518), 'hex').toString()).toBe('1-1');
    expect(record.slice(576)).toBe('00000001000000020000000212 34abcd0102ff0000000101'.replaceAll(' ', ''));
    expect(await client.take(4)).toBe('fe010200');
  });

  it('gives a device to one host at a time', async () => {
    const { dial } = await stage();
    const first = await dial();
    first.send(IMPORT);
    expect(await first.take(8)).toBe('0111000300000000');
    const second = await dial();
    second.send(IMPORT);
    expect(await second.take(8)).toBe('0111000300000002');
  });

  it.each([
    ['a device that is not there', `0111 8003 00000000 ${'39'.padEnd(64, '0')}`, '0111000300000004'],
    ['another version', '0106 8005 00000000', ''],
    ['another operation', '0111 8009 00000000', ''],
  ])('answers a question for %s', async (_, request, answer) => {
    const client = await (await stage()).dial();
    client.send(request);
    expect(await client.take(8)).toBe(answer);
    expect(await client.take(1)).toBe('');
  });
});

describe('USB/IP, the second phase', () => {
  async function imported() {
    const made = await stage();
    const client = await made.dial();
    client.send(IMPORT);
    await client.take(8 + 312);
    return { ...made, client };
  }

  it('carries control requests', async () => {
    const { client } = await imported();
    client.send(submit(1, 1, 0, 64, '8006000100004000'));
    expect(await client.take(48)).toBe(submitted(1, 0, 18));
    expect((await client.take(18)).slice(0, 16)).toBe('12010002ff000040');
  });

  it('answers a stall with EPIPE', async () => {
    const { client } = await imported();
    client.send(submit(2, 1, 0, 10, '8006000600000a00'));
    expect(await client.take(48)).toBe(submitted(2, -32, 0));
  });

  it('carries bulk data both ways, in pieces of any size', async () => {
    const { client } = await imported();
    client.send(submit(3, 1, 2, 64).slice(0, 31));
    client.send(submit(3, 1, 2, 64).slice(31));
    client.send(`${submit(4, 0, 2, 3)} 010203`);
    const answers = [await client.take(48), await client.take(48 + 3)];
    expect(answers.join('')).toContain(submitted(4, 0, 3));
    expect(answers.join('')).toContain(`${submitted(3, 0, 3)}010203`);
  });

  it('answers requests that came at once by one write', async () => {
    const { port } = await stage();
    const written: Buffer[] = [];
    const stream = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        written.push(chunk);
        done();
      },
    });
    const session = new UrbSession(stream, port);
    const requests = [1, 2, 3].map((number) => submit(number, 1, 2, 64)).join('');
    stream.push(
      Buffer.from(`${requests}${submit(4, 0, 2, 3)}010203${submit(5, 0, 2, 1)}09`.replaceAll(' ', ''), 'hex'),
    );
    await vi.waitFor(() => expect(written).toHaveLength(1), { timeout: 20_000 });
    // Two data, two that were sent; one waits.
    expect(written[0]?.length).toBe(4 * 48 + 3 + 1);
    session.close();
  });

  it('takes a request back, and never answers it', async () => {
    const { client, device } = await imported();
    client.send(submit(5, 1, 2, 64));
    client.send(unlink(6, 5));
    expect(await client.take(48)).toBe(unlinked(6, -104));
    client.send(unlink(7, 5));
    expect(await client.take(48)).toBe(unlinked(7, 0));
    device.port?.send(0x82, Uint8Array.of(9));
    client.send(submit(8, 1, 2, 64));
    expect(await client.take(49)).toBe(`${submitted(8, 0, 1)}09`);
  });

  it('ends when the device is unplugged', async () => {
    const { client, port } = await imported();
    client.send(submit(9, 1, 2, 64));
    // The next one is answered, so the first one was read.
    client.send(submit(10, 1, 0, 1, '8008000000000100'));
    expect(await client.take(49)).toBe(`${submitted(10, 0, 1)}00`);
    port.unplug();
    expect(await client.take(1)).toBe('');
  });

  it.each([
    ['an unknown command', `00000009 ${'00'.repeat(44)}`],
    ['a length below zero', submit(1, 1, 2, -1)],
    ['a length beyond all', submit(1, 0, 2, 0x7fff_ffff)],
    ['an endpoint that cannot be', submit(1, 1, 16, 8)],
    ['isochronous packets', submit(1, 1, 2, 8).replace('ffffffff', '00000001')],
  ])('ends at %s, and the device is free', async (_, request) => {
    const { client, dial } = await imported();
    client.send(request);
    expect(await client.take(1)).toBe('');
    const next = await dial();
    next.send(IMPORT);
    expect(await next.take(8)).toBe('0111000300000000');
  });
});
