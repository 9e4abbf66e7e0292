import { EventFd, type FileDescriptor } from '../../../os/index.ts';
import {
  DTBUS_REASON,
  featuresBeyond,
  fromWords,
  type VirtioDevice,
  writeFailure,
} from '../../../virtio/index.ts';
import { createInflight } from '../memory/inflight.ts';
import { MAX_MEMORY_SLOTS } from '../memory/memory-table.ts';
import { type Payload, u64, VhostUserError } from '../messages/message.ts';
import { type PayloadKind, REQUEST, VRING_FD } from '../messages/protocol.ts';
import type { Vring } from '../vring/vring.ts';
import type { DeviceSession } from './device-session.ts';
import { refuseOwnSocket } from './own-sockets.ts';

/** What the requests of one connection work on. */
export interface RequestContext {
  readonly session: DeviceSession;
  readonly device: VirtioDevice;
  /** Protocol features that were offered, and those that the front-end chose. */
  readonly protocolOffered: number;
  protocol: number;
  /** Kicks and calls are messages. */
  readonly inBand: boolean;
  openBackChannel(file: FileDescriptor): void;
}

/** What is done for each request that a front-end may send. */
export function requestHandlers(context: RequestContext): Readonly<Record<number, Handler>> {
  const { session, device } = context;
  return {
    [REQUEST.GET_FEATURES]: ask('none', () => u64(session.offered)),
    [REQUEST.SET_FEATURES]: tell('u64', ({ low, high }) => session.setFeatures(featuresOf(low, high))),
    [REQUEST.GET_PROTOCOL_FEATURES]: ask('none', () => u64(context.protocolOffered)),
    [REQUEST.SET_PROTOCOL_FEATURES]: tell('u64', ({ low, high }) =>
      setProtocol(context, featuresOf(low, high)),
    ),
    [REQUEST.SET_OWNER]: tell('none', () => {}),
    [REQUEST.RESET_OWNER]: tell('none', () => session.reset()),
    [REQUEST.RESET_DEVICE]: tell('none', () => session.reset()),
    [REQUEST.GET_STATUS]: ask('none', () => u64(session.status)),
    [REQUEST.SET_STATUS]: tell('u64', ({ low }) => session.setStatus(low & 0xff)),
    [REQUEST.GET_QUEUE_NUM]: ask('none', () => u64(session.rings.length)),

    [REQUEST.SET_MEM_TABLE]: tell('memory-table', ({ regions }, files) => {
      session.table.replace(regions, files);
      session.remapped();
    }),
    [REQUEST.GET_MAX_MEM_SLOTS]: ask('none', () => u64(MAX_MEMORY_SLOTS)),
    [REQUEST.ADD_MEM_REG]: tell('memory-region', ({ region }, files) => {
      session.table.add(region, only(files));
      session.remapped();
    }),
    [REQUEST.REM_MEM_REG]: tell('memory-region', ({ region }) => {
      session.table.remove(region);
      session.remapped();
    }),
    [REQUEST.SET_LOG_BASE]: ask('log-base', ({ size, offset }, files) => {
      session.setLog(size, offset, only(files));
      return u64(0);
    }),
    [REQUEST.SET_LOG_FD]: tell('none', () => {}),
    [REQUEST.GET_INFLIGHT_FD]: ask('inflight', (asked) => {
      const { file, answer } = createInflight(asked);
      return { payload: { kind: 'inflight', ...answer }, file };
    }),
    [REQUEST.SET_INFLIGHT_FD]: tell('inflight', (inflight, files) => {
      session.setInflight(inflight, only(files));
    }),

    [REQUEST.SET_VRING_NUM]: tell('vring-state', ({ index, num }) => session.ring(index).setSize(num)),
    [REQUEST.SET_VRING_ADDR]: tell('vring-addr', (addresses) => {
      session.ring(addresses.index).setAddresses(addresses);
    }),
    [REQUEST.SET_VRING_BASE]: tell('vring-state', ({ index, num }) => session.ring(index).setBase(num)),
    [REQUEST.GET_VRING_BASE]: ask('vring-state', ({ index }) => {
      const answer = (num: number): Payload => ({ kind: 'vring-state', index, num });
      const base = session.stopRing(session.ring(index));
      return base instanceof Promise ? base.then(answer) : answer(base);
    }),
    [REQUEST.SET_VRING_ENABLE]: tell('vring-state', ({ index, num }) => {
      session.enable(session.ring(index), num !== 0, context.inBand);
    }),
    [REQUEST.SET_VRING_KICK]: tell('u64', (word, files) => {
      session.setKick(...bellOf(session, word, files));
    }),
    [REQUEST.SET_VRING_CALL]: tell('u64', (word, files) => {
      session.setCall(...bellOf(session, word, files));
    }),
    [REQUEST.SET_VRING_ERR]: tell('u64', (word, files) => {
      const [ring, bell] = bellOf(session, word, files);
      ring.error?.close();
      ring.error = bell;
    }),
    [REQUEST.VRING_KICK]: tell('vring-state', ({ index }) => session.kick(session.ring(index))),

    [REQUEST.GET_CONFIG]: ask('config', ({ offset, size, flags }) => {
      const bytes = new Uint8Array(size);
      bytes.set(configOf(device).subarray(offset, offset + size));
      return { kind: 'config', offset, size, flags, bytes };
    }),
    [REQUEST.SET_CONFIG]: tell('config', () => {
      throw new VhostUserError('the configuration space of this device is read-only');
    }),
    [REQUEST.SET_BACKEND_REQ_FD]: tell('none', (_, files) => {
      refuseOwnSocket(only(files));
      context.openBackChannel(take(files));
    }),
  };
}

/** The device's configuration space; its driver's last failure stands behind it, see `DTBUS_REASON`. */
function configOf({ config, failure }: VirtioDevice): Uint8Array {
  if (failure === undefined) return config;
  const whole = new Uint8Array(DTBUS_REASON.END);
  whole.set(config);
  writeFailure(whole, failure);
  return whole;
}

function setProtocol(context: RequestContext, features: number): void {
  const beyond = featuresBeyond(features, context.protocolOffered);
  if (beyond !== 0) throw new VhostUserError(`protocol features not offered: 0x${beyond.toString(16)}`);
  context.protocol = features;
}

/** Ring and doorbell of SET_VRING_KICK, CALL and ERR. */
function bellOf(
  session: DeviceSession,
  word: P<'u64'>,
  files: FileDescriptor[],
): [Vring, EventFd | undefined] {
  const ring = session.ring(word.low & VRING_FD.INDEX_MASK);
  const without = (word.low & VRING_FD.NO_FD) !== 0;
  if (without === (files.length === 1)) {
    throw new VhostUserError(
      `ring ${ring.index}: expected either a descriptor or the NOFD flag, got ${without ? 'both' : 'neither'}`,
    );
  }
  if (without) return [ring, undefined];
  refuseOwnSocket(only(files));
  return [ring, new EventFd(take(files), { shared: true })];
}

type P<K extends PayloadKind> = Extract<Payload, { kind: K }>;

/** A payload, with a file that is closed once it is sent. */
export type Answer = Payload | { readonly payload: Payload; readonly file: FileDescriptor };

/** What is done for a request: `ask` answers it, `tell` is at most acknowledged. */
export type Handler =
  | { readonly ask: (payload: never, files: FileDescriptor[]) => Answer | Promise<Answer> }
  | { readonly tell: (payload: never, files: FileDescriptor[]) => void };

/** The kind is named for the compiler only: the request's format has seen to it that it is that one. */
function ask<K extends PayloadKind>(
  _kind: K,
  answer: (payload: P<K>, files: FileDescriptor[]) => Answer | Promise<Answer>,
): Handler {
  return { ask: answer };
}

function tell<K extends PayloadKind>(
  _kind: K,
  work: (payload: P<K>, files: FileDescriptor[]) => void,
): Handler {
  return { tell: work };
}

/** @throws {VhostUserError} for bits that nobody offers, since the number would not keep them. */
function featuresOf(low: number, high: number): number {
  const features = fromWords(low, high);
  if (features !== (high >>> 0) * 2 ** 32 + (low >>> 0)) {
    const word = (high >>> 21) << 21;
    throw new VhostUserError(`features not offered: 0x${(word >>> 0).toString(16)}00000000`);
  }
  return features;
}

/** The file that came along, which stays the message's. @throws {VhostUserError} */
function only(files: readonly FileDescriptor[]): FileDescriptor {
  const [file] = files;
  if (file === undefined) throw new VhostUserError('the descriptor is missing');
  return file;
}

/** The file that came along, as the caller's own. */
function take(files: FileDescriptor[]): FileDescriptor {
  const file = only(files);
  files.shift();
  return file;
}
