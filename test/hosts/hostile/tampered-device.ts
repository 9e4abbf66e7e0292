import { UsbStall } from '../../../src/usb/device.ts';
import type { DeviceDescription, DevicePort, SetupPacket, UsbDevice } from '../../../src/usb/index.ts';

/** What goes wrong. `stall`: a request is refused. The others are about what the device sends. */
export type Tampering =
  | 'stall'
  | 'vanish'
  | 'late'
  | 'babble'
  | 'other answer'
  | 'short answer'
  | 'no data'
  | 'twice';

const BABBLE = Uint8Array.from({ length: 64 }, (_, i) => (i * 89 + 7) & 0xff);
const NOTHING = new Uint8Array(0);

/** A device between which and its host something goes wrong, at the step that a test says. */
export class TamperedDevice implements UsbDevice {
  readonly description: DeviceDescription;
  readonly #inner: UsbDevice;
  #port: DevicePort | undefined;
  #tampering: { readonly kind: Tampering; left: number } | undefined;
  #withheld: (() => void)[] | undefined;
  /** Called when the device goes away. */
  vanish: () => void = () => {};
  /** Called when it has happened. */
  struck: () => void = () => {};
  /** It sends whenever the host listens, asked or not. */
  floods = false;
  /** Steps so far: requests, and answers on endpoints. */
  steps = 0;

  constructor(inner: UsbDevice) {
    this.#inner = inner;
    this.description = inner.description;
  }

  /** Something goes wrong `at` so many steps from now; 0 is the next one. */
  tamper(kind: Tampering, at: number): void {
    this.#tampering = { kind, left: at };
  }

  /** What was late comes now, and nothing goes wrong any more. @returns whether anything did */
  behave(): boolean {
    const happened = this.#tampering === undefined;
    this.#tampering = undefined;
    const withheld = this.#withheld ?? [];
    this.#withheld = undefined;
    for (const send of withheld) send();
    return happened;
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#withheld = undefined;
    this.#inner.plugged?.({ send: (endpoint, data) => this.#answer(endpoint, data) });
  }

  control(setup: SetupPacket, data: Uint8Array): Uint8Array | undefined {
    const kind = this.#step();
    if (kind === 'stall') throw new UsbStall();
    const answer = this.#inner.control?.(setup, data);
    if (answer === undefined || answer.length === 0) return answer;
    if (kind === 'other answer' || kind === 'babble') return answer.map((byte) => byte ^ 0x55);
    if (kind === 'short answer' || kind === 'no data') return answer.subarray(0, answer.length - 1);
    return answer;
  }

  received(endpoint: number, data: Uint8Array): void {
    if (this.#step() === 'stall') throw new UsbStall();
    this.#inner.received?.(endpoint, data);
  }

  wanted(endpoint: number): void {
    if (this.floods) this.#port?.send(endpoint, BABBLE.subarray(0, 8));
    this.#inner.wanted?.(endpoint);
  }

  #step(): Tampering | undefined {
    this.steps++;
    const tampering = this.#tampering;
    if (tampering === undefined || tampering.left-- > 0) return undefined;
    this.#tampering = undefined;
    if (tampering.kind === 'vanish') this.vanish();
    if (tampering.kind === 'late') this.#withheld = [];
    this.struck();
    return tampering.kind;
  }

  #answer(endpoint: number, data: Uint8Array): void {
    const kind = this.#step();
    const send = (bytes: Uint8Array): void => {
      if (this.#withheld === undefined) this.#port?.send(endpoint, bytes);
      else this.#withheld.push(() => this.#port?.send(endpoint, bytes));
    };
    const copy = Uint8Array.from(data);
    switch (kind) {
      case 'babble':
        send(BABBLE.subarray(0, Math.min(BABBLE.length, 32)));
        send(copy);
        break;
      case 'other answer':
        send(copy.map((byte) => byte ^ 0x55));
        break;
      case 'short answer':
        send(copy.subarray(0, copy.length >> 1));
        break;
      case 'no data':
        send(NOTHING);
        break;
      case 'twice':
        send(copy);
        send(copy);
        break;
      default:
        send(copy);
    }
  }
}
