import {
  BusFault,
  I2C_FUNC,
  I2C_MAX_MESSAGES,
  type I2cDev,
  type I2cSegment,
  strerror,
} from '../../board/index.ts';
import { hexByte } from '../../bus/words.ts';
import {
  DANGER,
  hasCapabilities,
  lookUpBus,
  type Nodes,
  openBus,
  parseAddress,
  printVersion,
  setAddress,
} from './bus-arguments.ts';
import { goOn } from './chip-tool.ts';
import { parseFlags } from './flags.ts';
import type { ToolIo } from './io.ts';
import { strtol } from './numbers.ts';

export const USAGE = `Usage: i2ctransfer [-f] [-y] [-v] [-b] [-V] [-a] I2CBUS
                   DESC [DATA] [DESC [DATA]]...
  I2CBUS is the number or the name of a bus
  DESC is r or w, a number of bytes (0 to 65535; r? takes the length
    from the chip), and @ADDRESS, which may be left out after the first
  DATA are the bytes of a write; the last may stand for all that follow:
    5= repeats it, 5+ counts up, 5- counts down, 5p goes on pseudo-randomly
  -f  even if a driver owns a chip    -y  do not ask for confirmation
  -v  print what was sent
  -b  print what is read as binary data; without -v
Example: i2ctransfer -y 1 w1@0x50 0x64 r8
`;

interface WriteMessage {
  readonly kind: 'write';
  readonly addr: number;
  readonly bytes: Uint8Array;
}

interface ReadMessage {
  readonly kind: 'read';
  readonly addr: number;
  /** Undefined: the chip says. */
  readonly length: number | undefined;
}

type Message = WriteMessage | ReadMessage;

/** What is wrong with the arguments, and with which. */
interface Complaint {
  readonly sentence: string;
  readonly argument?: string;
}

/** i2ctransfer(8): runs one transaction of any messages. */
export async function i2ctransfer(argv: readonly string[], nodes: Nodes, io: ToolIo): Promise<number> {
  const flags = parseFlags(argv, 'Vvfyabh', '', io);
  if (flags === undefined) return usage(io);
  const { given, positional } = flags;
  if (given.has('V')) return printVersion('i2ctransfer', io);
  if (given.has('h')) {
    io.stdout.write(USAGE);
    return 0;
  }
  const [bus, ...descriptions] = positional;
  if (bus === undefined) return usage(io);
  const number = lookUpBus(bus, nodes, io);
  if (number === undefined) return 1;

  const i2c = openBus(number, nodes, io);
  if (i2c === undefined) return 1;
  try {
    if (!hasCapabilities(i2c, [[I2C_FUNC.I2C, 'I2C transfers']], false, io)) return 1;
    const allow = (text: string): number | undefined => {
      const addr = parseAddress(text, given.has('a'), io);
      if (addr === undefined || given.has('f')) return addr;
      return setAddress(i2c, addr, false, io) ? addr : undefined;
    };
    const messages = parseMessages(descriptions, allow);
    if (!Array.isArray(messages)) {
      if (messages.sentence !== '') io.stderr.write(`Error: ${messages.sentence}\n`);
      if (messages.argument !== undefined)
        io.stderr.write(`Error: faulty argument is '${messages.argument}'\n`);
      return 1;
    }
    if (!given.has('y') && !(await confirmed(i2c.path, messages, io))) return 0;
    const form = given.has('b') ? 'binary' : given.has('v') ? 'verbose' : 'received';
    return await transfer(i2c, messages, form, io);
  } finally {
    i2c.close();
  }
}

function usage(io: ToolIo, error = ''): number {
  io.stderr.write(error + USAGE);
  return 1;
}

/** @param allow gives the address of a text, or reports why not. */
function parseMessages(
  args: readonly string[],
  allow: (text: string) => number | undefined,
): Message[] | Complaint {
  const messages: Message[] = [];
  let address: number | undefined;
  for (let at = 0; at < args.length; ) {
    const argument = args[at++] as string;
    if (messages.length >= I2C_MAX_MESSAGES)
      return { sentence: `Too many messages (max: ${I2C_MAX_MESSAGES})` };
    const description = parseDescription(argument);
    if ('sentence' in description) return { ...description, argument };
    const { read, length, addressText } = description;
    if (addressText !== undefined) address = allow(addressText);
    if (address === undefined)
      return { sentence: addressText === undefined ? 'No address given' : '', argument };
    if (read) {
      messages.push({ kind: 'read', addr: address, length });
      continue;
    }
    const bytes = new Uint8Array(length ?? 0);
    for (let filled = 0; filled < bytes.length; ) {
      const text = args[at++];
      if (text === undefined) return { sentence: 'Incomplete message' };
      const next = fill(bytes, filled, text);
      if (typeof next !== 'number') return { ...next, argument: text };
      filled = next;
    }
    messages.push({ kind: 'write', addr: address, bytes });
  }
  return messages.length === 0 ? { sentence: 'Incomplete message' } : messages;
}

interface Description {
  readonly read: boolean;
  /** Undefined: the chip says. */
  readonly length: number | undefined;
  readonly addressText: string | undefined;
}

/** `{r|w}{LENGTH|?}[@ADDRESS]` */
function parseDescription(text: string): Description | Complaint {
  const read = text[0] === 'r';
  if (!read && text[0] !== 'w') return { sentence: 'Invalid direction' };
  let rest = text.slice(1);
  let length: number | undefined;
  if (rest.startsWith('?')) {
    if (!read) return { sentence: 'variable length not allowed with write' };
    rest = rest.slice(1);
  } else {
    const parsed = strtol(rest);
    if (parsed.rest === rest || parsed.value < 0 || parsed.value > 0xffff)
      return { sentence: 'Length invalid' };
    length = parsed.value;
    rest = parsed.rest;
  }
  if (rest !== '' && !rest.startsWith('@')) return { sentence: 'Unknown separator after length' };
  return { read, length, addressText: rest === '' ? undefined : rest.slice(1) };
}

/** Puts a byte, and what its suffix says, into `bytes` from `at` on; gives the place after it. */
function fill(bytes: Uint8Array, at: number, text: string): number | Complaint {
  const { value, rest } = strtol(text);
  if (rest === text || value < 0 || value > 0xff) return { sentence: 'Invalid data byte' };
  const suffix = rest[0];
  let byte = value;
  for (let place = at; ; ) {
    bytes[place++] = byte;
    if (suffix === undefined) return place;
    const next = following(byte, suffix);
    if (next === undefined) return { sentence: 'Invalid data byte suffix' };
    if (place === bytes.length) return place;
    byte = next;
  }
}

/** The byte after `byte`; p is i2c-tools' generator: exclusive-or, add, rotate. */
function following(byte: number, suffix: string): number | undefined {
  switch (suffix) {
    case '=':
      return byte;
    case '+':
      return (byte + 1) & 0xff;
    case '-':
      return (byte - 1) & 0xff;
    case 'p': {
      const sum = ((byte ^ 27) + 13) & 0xff;
      return ((sum << 1) | (sum >> 7)) & 0xff;
    }
    default:
      return undefined;
  }
}

function bytesText(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join(' ');
}

async function confirmed(path: string, messages: readonly Message[], io: ToolIo): Promise<boolean> {
  io.stderr.write(DANGER);
  io.stderr.write(`I will send the following messages to device file ${path}:\n`);
  messages.forEach((message, i) => {
    const length = message.kind === 'write' ? message.bytes.length : (message.length ?? 'TBD');
    const written = message.kind === 'write' && message.bytes.length > 0;
    const data = written ? `, buf ${bytesText(message.bytes)}` : '';
    io.stderr.write(`msg ${i}: addr ${hexByte(message.addr)}, ${message.kind}, len ${length}${data}\n`);
  });
  return goOn(true, io);
}

function segmentOf(message: Message): I2cSegment {
  const { addr } = message;
  if (message.kind === 'write') return { addr, write: message.bytes };
  return message.length === undefined ? { addr, recvLen: 1 } : { addr, read: message.length };
}

async function transfer(
  i2c: I2cDev,
  messages: readonly Message[],
  form: 'received' | 'verbose' | 'binary',
  io: ToolIo,
): Promise<number> {
  let received: Uint8Array[];
  try {
    received = await i2c.transfer(messages.map(segmentOf));
  } catch (thrown) {
    io.stderr.write(`Error: Sending messages failed: ${strerror(BusFault.from(thrown).code)}\n`);
    return 1;
  }
  if (form === 'binary') {
    for (const bytes of received) await io.stdout.write(bytes);
    return 0;
  }
  const verbose = form === 'verbose';
  let reads = 0;
  messages.forEach((message, i) => {
    const bytes = message.kind === 'write' ? message.bytes : (received[reads++] as Uint8Array);
    const shown = bytes.length > 0 && (verbose || message.kind === 'read');
    if (verbose) {
      io.stdout.write(`msg ${i}: addr ${hexByte(message.addr)}, ${message.kind}, len ${bytes.length}`);
      io.stdout.write(shown ? ', buf ' : '\n');
    }
    if (shown) io.stdout.write(`${bytesText(bytes)}\n`);
  });
  return 0;
}
