import type { SetupPacket } from './requests.ts';

/** A control request; its length is that of the data. */
export type ControlRequest = Omit<SetupPacket, 'length'>;

/** @param place of the transfer that brought it, from 0 on */
export type TakeAnswer = (data: Uint8Array, length: number, place: number) => void;

/**
 * A USB device as its user sees it: an emulated one in this process, or a real one. Several transfers may be under way
 * on one endpoint; they are served in order. All throw a `BusFault`: `EPIPE` becomes `EPROTO` (the device stalled),
 * `ENODEV` (it was unplugged, or this was closed), `ETIMEDOUT` or what `signal` says (it was aborted).
 */
export interface UsbConnection {
  /** One phrase for a person: `i2c-tiny-usb 1c40:0534`. */
  readonly description: string;
  /** Addresses of the endpoints of what was claimed, beside endpoint 0. */
  readonly endpoints: readonly number[];
  /** @param length most bytes that the device may send */
  controlIn(request: ControlRequest, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  controlOut(request: ControlRequest, data: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** A bulk or interrupt transfer. @param length a multiple of the endpoint's packet size */
  in(endpoint: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * So many transfers of at most `length` bytes each, all of them under way at once. Where one fails the others are taken back, and
   * have ended when this throws. @param take what came, the first `length` bytes of `data`, which hold during the call and may be
   * written over
   */
  inEach(
    endpoint: number,
    length: number,
    count: number,
    take: TakeAnswer,
    signal?: AbortSignal,
  ): Promise<void>;
  out(endpoint: number, data: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Lets go of the device. What is under way fails with `ENODEV`. Never fails. */
  close(): Promise<void>;
}

/** Finds and claims a device. @throws {BusFault} `ENODEV`, `EACCES`, `EBUSY`, `EPROTO` it is another device */
export type UsbOpener = () => Promise<UsbConnection>;
