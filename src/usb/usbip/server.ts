import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { EmulatedPort } from '../emulated-port.ts';
import {
  BUS_ID_BYTES,
  deviceRecord,
  type ExportedPlace,
  interfaceRecords,
  OPERATION,
  OPERATION_BYTES,
  operation,
  STATUS,
  USBIP_VERSION,
} from './format.ts';
import { UrbSession } from './urb-session.ts';

/** The port of `usbip attach`. */
export const USBIP_PORT = 3240;
const BUS_NUMBER = 1;
/** A host that does not say what it wants is let go. */
const PATIENCE_MS = 5000;

interface Exported {
  readonly port: EmulatedPort;
  readonly place: ExportedPlace;
  session: UrbSession | undefined;
}

/** Exports emulated devices to hosts of this machine, or of others where `host` says so: USB/IP over TCP. */
export class UsbipServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #exported: Exported[];

  /** @param ports devices, which become `1-1`, `1-2` and so on */
  constructor(ports: readonly EmulatedPort[]) {
    this.#exported = ports.map((port, index) => ({
      port,
      place: { busId: `1-${index + 1}`, busNumber: BUS_NUMBER, deviceNumber: index + 2 },
      session: undefined,
    }));
    this.#server = createServer((socket) => this.#greet(socket));
  }

  /** @returns the TCP port. @throws {Error} as node:net */
  async listen(port = USBIP_PORT, host = '127.0.0.1'): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const { session } of this.#exported) session?.close();
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** The first phase: one question, then perhaps the device. */
  #greet(socket: Socket): void {
    let unread: Uint8Array = new Uint8Array(0);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    const onData = (bytes: Uint8Array): void => {
      unread = Buffer.concat([unread, bytes]);
      if (unread.length < OPERATION_BYTES) return;
      const view = new DataView(unread.buffer, unread.byteOffset, OPERATION_BYTES);
      const code = view.getUint16(2);
      if (view.getUint16(0) !== USBIP_VERSION) socket.destroy();
      else if (code === OPERATION.LIST_REQUEST) socket.end(this.#list());
      else if (code !== OPERATION.IMPORT_REQUEST) socket.destroy();
      else if (unread.length >= OPERATION_BYTES + BUS_ID_BYTES) {
        socket.off('data', onData);
        socket.setTimeout(0);
        this.#import(socket, unread);
      }
    };
    socket.on('data', onData);
    socket.on('error', () => socket.destroy());
  }

  #list(): Uint8Array {
    const there = this.#exported.filter(({ port }) => port.plugged);
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, there.length);
    const records = there.flatMap(({ port: { device }, place }) => [
      deviceRecord(place, device.description),
      interfaceRecords(device.description),
    ]);
    return Buffer.concat([operation(OPERATION.LIST_REPLY, STATUS.OK), count, ...records]);
  }

  #import(socket: Socket, request: Uint8Array): void {
    const name = request.subarray(OPERATION_BYTES, OPERATION_BYTES + BUS_ID_BYTES);
    const busId = Buffer.from(name).toString('latin1').replace(/\0.*$/s, '');
    const exported = this.#exported.find(({ port, place }) => port.plugged && place.busId === busId);
    if (exported === undefined || exported.session !== undefined) {
      socket.end(operation(OPERATION.IMPORT_REPLY, exported === undefined ? STATUS.NO_DEVICE : STATUS.BUSY));
      return;
    }
    socket.write(operation(OPERATION.IMPORT_REPLY, STATUS.OK));
    socket.write(deviceRecord(exported.place, exported.port.device.description));
    const session = new UrbSession(socket, exported.port, request.subarray(OPERATION_BYTES + BUS_ID_BYTES));
    exported.session = session;
    void session.ended.then(() => {
      exported.session = undefined;
    });
  }
}
