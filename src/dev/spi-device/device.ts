import { BusFault } from '../../bus/index.ts';
import { asNativeError, nativeError } from '../dropin/errors.ts';
import { openNode } from '../dropin/nodes.ts';
import { SpiDev } from '../spi-dev.ts';
import { segmentOf, type Transfer } from './message.ts';
import { applySettings, isObject, optionsOf, type Settings, type SpiOptions, settingsOf } from './options.ts';

export type Callback<Values extends readonly unknown[] = []> = (
  error: Error | null,
  ...values: Values
) => void;

/** spidev's own limit for a message (`bufsiz`). */
const BUFSIZ = 4096;

/** The SpiDevice of npm's spi-device 3: every call with a callback and as `…Sync`. */
export class SpiDevice {
  #spi: SpiDev | undefined;

  /** Runs one message, whose receive buffers are filled in place. */
  transfer(message: Transfer[], cb: Callback<[Transfer[]]>): this {
    const spi = this.#opened('transfer');
    if (!Array.isArray(message) || typeof cb !== 'function') throw incorrect('transfer', '(message, cb)');
    const segments = message.map(segmentOf);
    // spidev takes a message without transfers and does nothing.
    const running = segments.length === 0 ? Promise.resolve() : spi.transfer(segments);
    running.then(
      () => setImmediate(cb, null, message),
      (thrown) => setImmediate(cb as Callback, asNativeError(thrown, 'transfer')),
    );
    return this;
  }

  transferSync(message: Transfer[]): this {
    const spi = this.#opened('transferSync');
    if (!Array.isArray(message)) throw incorrect('transfer', 'Sync(message)');
    const segments = message.map(segmentOf);
    if (segments.length > 0) attempt('transferSync', () => spi.transferSync(segments));
    return this;
  }

  getOptions(cb: Callback<[SpiOptions]>): this {
    const spi = this.#opened('getOptions');
    if (typeof cb !== 'function') throw incorrect('getOptions', '(cb)');
    setImmediate(cb, null, optionsOf(spi));
    return this;
  }

  getOptionsSync(): SpiOptions {
    return optionsOf(this.#opened('getOptionsSync'));
  }

  setOptions(options: SpiOptions, cb: Callback): this {
    const spi = this.#opened('setOptions');
    if (!isObject(options) || typeof cb !== 'function') throw incorrect('setOptions', '(options, cb)');
    const settings = settingsOf(options);
    setImmediate(() => {
      callBack(cb, 'setOptions', () => applySettings(spi, settings));
    });
    return this;
  }

  setOptionsSync(options: SpiOptions): this {
    const spi = this.#opened('setOptionsSync');
    if (!isObject(options)) throw incorrect('setOptionsSync', '(options)');
    const settings = settingsOf(options);
    attempt('setOptionsSync', () => applySettings(spi, settings));
    return this;
  }

  close(cb: Callback): null {
    const spi = this.#opened('close');
    if (typeof cb !== 'function') throw incorrect('close', '(cb)');
    this.#close(spi);
    setImmediate(cb, null);
    return null;
  }

  closeSync(): null {
    this.#close(this.#opened('closeSync'));
    return null;
  }

  /** Opens `/dev/spidevB.C` at once, for `openSync`. */
  static openSync(busNumber: number, deviceNumber: number, settings: Settings): SpiDevice {
    const device = new SpiDevice();
    attempt('openSync', () => device.#openNode(busNumber, deviceNumber, settings));
    return device;
  }

  /** Opens it later; until the callback the device counts as closed. */
  static open(busNumber: number, deviceNumber: number, settings: Settings, cb: Callback): SpiDevice {
    const device = new SpiDevice();
    setImmediate(() => {
      callBack(cb, 'open', () => device.#openNode(busNumber, deviceNumber, settings));
    });
    return device;
  }

  #openNode(busNumber: number, deviceNumber: number, settings: Settings): void {
    const spi = openNode(`/dev/spidev${busNumber}.${deviceNumber}`, { bufsiz: BUFSIZ });
    if (!(spi instanceof SpiDev)) throw new BusFault('ENODEV');
    try {
      applySettings(spi, settings);
    } catch (thrown) {
      spi.close();
      throw thrown;
    }
    this.#spi = spi;
  }

  #close(spi: SpiDev): void {
    this.#spi = undefined;
    spi.close();
  }

  #opened(name: string): SpiDev {
    if (this.#spi !== undefined) return this.#spi;
    throw nativeError('EPERM', name, 'device closed, operation not permitted');
  }
}

/** @param form what follows the name in the sentence */
export function incorrect(name: string, form: string): Error {
  return nativeError('EINVAL', name, `incorrect arguments passed to ${name}${form}`);
}

function attempt(name: string, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    throw asNativeError(thrown, name);
  }
}

function callBack(cb: Callback, name: string, work: () => void): void {
  let error: Error | null = null;
  try {
    work();
  } catch (thrown) {
    error = asNativeError(thrown, name);
  }
  cb(error);
}
