// A front-end that says what it likes, on the compiled package: for attacks on a server of ours.
import { connectUnix, createMemfd, EventFd, FdChannel, FileDescriptor } from '../../../dist/src/os/index.js';
import { encodeMessage, u64 } from '../../../dist/src/transport/vhost-user/messages/message.js';
import { REQUEST } from '../../../dist/src/transport/vhost-user/messages/protocol.js';

export { createMemfd, EventFd, FileDescriptor, REQUEST, u64 };

export const GUEST = 0x1000_0000;
export const USER = 0x7000_0000_0000;
export const NONE = { kind: 'none' };
const BUFFER_BYTES = 1 << 16;
const QUEUE_SIZE = 256;
/** Where the rings and the data of `startRing` lie. */
export const RING = { DESCRIPTOR: 0, AVAILABLE: 0x1000, USED: 0x2000, DATA: 0x4000 };

export class FrontEnd {
  constructor(socket) {
    this.file = connectUnix(socket);
    this.channel = new FdChannel(this.file, BUFFER_BYTES);
    this.view = new DataView(this.channel.data.buffer);
  }

  tell(request, payload = NONE, files = [], flags = 0) {
    const length = encodeMessage(this.view, request, flags, payload);
    this.channel.send(
      0,
      length,
      files.map(({ fd }) => fd),
    );
  }

  /** The same message as often as fits one write. @returns how often */
  tellMany(request, payload = NONE) {
    const length = encodeMessage(this.view, request, 0, payload);
    const { data } = this.channel;
    let end = length;
    for (; end + length <= BUFFER_BYTES; end += length) data.copyWithin(end, 0, length);
    this.channel.send(0, end);
    return end / length;
  }

  /** Files with the first bytes of a message, and nothing behind. */
  tellHalf(request, files) {
    encodeMessage(this.view, request, 0, NONE);
    this.channel.send(
      0,
      5,
      files.map(({ fd }) => fd),
    );
  }

  greet(features = 0x1_4000_0001) {
    this.tell(REQUEST.SET_OWNER);
    this.tell(REQUEST.SET_PROTOCOL_FEATURES, u64(0x1_102b));
    this.tell(REQUEST.SET_FEATURES, u64(features));
  }

  share(file, size) {
    const region = { guestAddress: GUEST, size, userAddress: USER, mmapOffset: 0 };
    this.tell(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions: [region] }, [file]);
  }

  /** Starts ring 0 in memory that was shared. @returns its kick */
  startRing(call = EventFd.create().file) {
    const kick = EventFd.create();
    const state = (request, num) => this.tell(request, { kind: 'vring-state', index: 0, num });
    state(REQUEST.SET_VRING_NUM, QUEUE_SIZE);
    state(REQUEST.SET_VRING_BASE, 0);
    const at = (area) => USER + area;
    this.tell(REQUEST.SET_VRING_ADDR, {
      kind: 'vring-addr',
      index: 0,
      flags: 0,
      descriptor: at(RING.DESCRIPTOR),
      available: at(RING.AVAILABLE),
      used: at(RING.USED),
      log: 0,
    });
    this.tell(REQUEST.SET_VRING_CALL, u64(0), [call]);
    this.tell(REQUEST.SET_VRING_KICK, u64(0), [kick.file]);
    state(REQUEST.SET_VRING_ENABLE, 1);
    return kick;
  }

  /** Throws away what the server answers. */
  drain() {
    // It is asked for nothing that is answered.
  }

  close() {
    this.file.close();
  }
}
