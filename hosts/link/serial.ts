import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import { BusFault, deniedAddons } from '../../src/bus/index.ts';
import { openedBy } from '../../src/os/index.ts';
import type { ByteLink, LinkOpener } from './byte-link.ts';
import { serialProcessLink } from './process-link.ts';

/** Names under /dev of ports that an adapter can be on: USB serial, USB CDC, Bluetooth, macOS. */
const PORT_NAMES = /^(ttyUSB|ttyACM|ttyAMA|rfcomm|cu\.)/;

/**
 * How often it is looked whether the port is still there. After a hang-up Linux lets reads end with either an
 * error or no bytes; `serialport` takes the latter for "try again" and never tells (unix-read.js).
 */
const WATCH_MS = 100;

/** How long closing waits for bytes that the adapter does not take. */
const DRAIN_LIMIT_MS = 200;

/** A serial port, 8N1, for this program alone. Works in every thread. */
export function serialLink(path: string, baudRate: number): LinkOpener {
  return isMainThread ? directSerialLink(path, baudRate) : serialProcessLink(path, baudRate);
}

/** A serial port in this process's main thread. */
export function directSerialLink(path: string, baudRate: number): LinkOpener {
  return async (events) => {
    const SerialPort = await loadSerialPort();
    const identity = await deviceAt(path);
    const port = new SerialPort({ path, baudRate, autoOpen: false });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => {
        if (error === null || error === undefined) resolve();
        else openFault(path, error).then(reject, reject);
      });
    });
    wakeAfterPolls(port.port);
    let open = true;
    const lose = (reason: string): void => {
      if (!open) return;
      open = false;
      clearInterval(watch);
      if (port.isOpen) port.close(() => {});
      events.lost(reason);
    };
    const watch = setInterval(async () => {
      if ((await deviceAt(path)) !== identity) lose('it was unplugged');
    }, WATCH_MS).unref();
    port.on('data', (bytes: Uint8Array) => {
      if (open) events.data(bytes);
    });
    port.on('error', (error: Error) => lose(error.message));
    port.on('close', (error?: Error | null) => lose(error?.message ?? 'the port was closed'));
    const link: ByteLink = {
      name: path,
      write: (bytes) => {
        if (open) port.write(bytes);
      },
      setBaudRate: (baud) =>
        new Promise((resolve, reject) => {
          port.update({ baudRate: baud }, (error) => {
            if (error === null || error === undefined) resolve();
            else reject(new BusFault('EIO', `cannot set ${path} to ${baud} baud: ${error.message}`));
          });
        }),
      close: async () => {
        const wasOpen = open;
        open = false;
        clearInterval(watch);
        if (wasOpen) await drained(port);
        if (port.isOpen && !port.closing) await new Promise<void>((resolve) => port.close(() => resolve()));
      },
    };
    return link;
  };
}

/**
 * `serialport` is told by a native poller that there is something to read, and reads in a promise's continuation. Node 26
 * runs none after that call until something else happens: up to `WATCH_MS` later. An immediate is something else.
 */
function wakeAfterPolls(binding: unknown): void {
  const { poller } = binding as { readonly poller?: { on(event: string, listener: () => void): void } };
  const wake = (): void => void setImmediate(() => {});
  for (const event of ['readable', 'writable', 'disconnect']) poller?.on(event, wake);
}

/** Loaded when the first port is opened: what is simulated works without it. */
async function loadSerialPort() {
  try {
    return (await import('serialport')).SerialPort;
  } catch (cause) {
    const missing = "cannot load the package 'serialport': run npm install";
    throw new BusFault('ENODEV', deniedAddons() ?? missing, { cause });
  }
}

/** Which device a path leads to now; `undefined` when there is none, or no way to tell. */
async function deviceAt(path: string): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  try {
    const { rdev, ino } = await stat(path);
    return `${rdev} ${ino}`;
  } catch {
    return undefined;
  }
}

function drained(port: { drain(done: () => void): void }): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, DRAIN_LIMIT_MS);
    port.drain(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}

/** `serialport` gives the reason only as text: errno's words, and its own "Cannot lock port". */
async function openFault(path: string, error: Error): Promise<BusFault> {
  const options = { cause: error };
  if (/no such file|no such device|cannot find|file not found|ENXIO/i.test(error.message)) {
    return new BusFault('ENODEV', notFound(path, await portsThatExist()), options);
  }
  if (/permission denied|access denied|operation not permitted/i.test(error.message))
    return new BusFault('EACCES', noPermission(path), options);
  if (/cannot lock port|resource busy|temporarily unavailable/i.test(error.message)) {
    return new BusFault(
      'EBUSY',
      `${path} is in use by ${openedBy(path) ?? 'another program'}: close it`,
      options,
    );
  }
  if (/inappropriate ioctl|is a directory|not a tty/i.test(error.message)) {
    return new BusFault('ENODEV', noPort(path, await portsThatExist()), options);
  }
  return new BusFault('ENODEV', `cannot open ${path}: ${error.message}`, options);
}

const notFound = (path: string, ports: string) => `not found: ${path}; ${ports}`;
const noPort = (path: string, ports: string) => `${path} is not a serial port; ${ports}`;
const noPermission = (path: string) =>
  `no permission to open ${path}: add yourself to the group that owns it (on Debian: sudo adduser $USER dialout) and log in again`;

/**
 * Why a port cannot be opened now: it is missing, no port, or another user's. Takes some 20 µs and opens nothing: opening
 * resets many adapters. That another program holds it is only seen by opening it.
 */
export function portFault(path: string): BusFault | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    if (statSync(path).isCharacterDevice()) return undefined;
    return new BusFault('ENODEV', noPort(path, portList(unixPorts())));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return new BusFault('EACCES', noPermission(path), { cause });
    return new BusFault('ENODEV', notFound(path, portList(unixPorts())), { cause });
  }
}

/** One phrase for a person: which ports an adapter could be on. */
export async function portsThatExist(): Promise<string> {
  return portList(process.platform === 'win32' ? await windowsPorts() : unixPorts());
}

function portList(names: readonly string[]): string {
  return names.length === 0 ? 'no serial adapter is plugged in' : `available ports: ${names.join(', ')}`;
}

/** Read from /dev rather than asked of `serialport`, which starts `udevadm` for it. */
function unixPorts(): string[] {
  try {
    return readdirSync('/dev')
      .filter((name) => PORT_NAMES.test(name))
      .sort()
      .map((name) => `/dev/${name}`);
  } catch {
    return [];
  }
}

async function windowsPorts(): Promise<string[]> {
  const SerialPort = await loadSerialPort();
  return (await SerialPort.list()).map(({ path }) => path);
}
