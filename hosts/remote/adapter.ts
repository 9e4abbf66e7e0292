import {
  BusFault,
  type HostAdapter,
  I2C_M,
  type I2cController,
  type I2cMessage,
  programName,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import {
  checkAsked,
  framedMessages,
  framedTransfers,
  IDLE_MS,
  openStream,
  type RemoteAddress,
  RemoteSession,
  type Request,
  type Told,
  TTL_MS,
  WAIT,
  whoAmI,
} from '../../src/remote/index.ts';
import { I2C_CAPABILITIES, SPI_CAPABILITIES } from './capabilities.ts';
import { RemoteLines } from './lines.ts';

type SharedBus = Told<'welcome'>['buses'][number];

/** A request whose caller has a deadline of its own (an `AbortSignal`) is given up by that; the host's limit is beyond it. */
const LEFT_NS = 3_600e9;

/** How long a lease outlives a stream that may have been cut off, in ms. */
const GRACE_MS = 1000;

/** How a remote bus is reached; what is missing comes from the environment. */
export interface RemoteSettings {
  readonly address: RemoteAddress & { readonly bus: string };
  readonly chipSelects: number;
}

/** A bus of another machine, or a GPIO controller. While it is open it has a lease of it. */
export class RemoteAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly i2c?: I2cController;
  readonly spi?: SpiController;
  readonly lines?: RemoteLines;
  readonly #settings: RemoteSettings;
  #session: RemoteSession | undefined;
  #bus: { readonly index: number; readonly shared: SharedBus } | undefined;

  constructor(settings: RemoteSettings) {
    this.#settings = settings;
    if (settings.address.bus.startsWith('i2c')) this.i2c = this.#i2cController();
    else if (settings.address.bus.startsWith('spi')) this.spi = this.#spiController();
    else this.lines = this.#lineController();
  }

  get description(): string {
    const { name, bus } = this.#settings.address;
    const carried = this.#bus === undefined ? '' : ` (${this.#bus.shared.host})`;
    return `${bus} of ${name}${carried}`;
  }

  /** Meets the host and takes a lease of the bus, or part in that of DTBUS_LEASE. @throws {BusFault} `EBUSY` others have it */
  async open(): Promise<void> {
    await this.close();
    const { place, name, bus } = this.#settings.address;
    const { DTBUS_LEASE: lease = '', DTBUS_TOKEN: token = '' } = process.env;
    const session = new RemoteSession({
      name,
      open: () => openStream(place, name),
      who: whoAmI(),
      token,
      lease,
      onEdge: ({ line, high }, atNs) => this.lines?.heard({ line, high, atNs }),
    });
    try {
      const { buses } = await session.connect();
      const index = buses.findIndex((each) => each.name === bus);
      const shared = buses[index];
      if (shared === undefined) {
        const known = buses.map((each) => each.name).join(', ') || 'no bus';
        throw new BusFault('ENODEV', `not found: ${bus}; ${name} has ${known}`);
      }
      if (!session.takePart())
        await session.acquire({
          buses: [bus],
          why: programName(),
          ttlMs: TTL_MS.usual,
          idleMs: IDLE_MS,
          // A Unix socket loses no answer: when it ends, its user has ended.
          graceMs: place.way === 'unix' ? 0 : GRACE_MS,
          priority: 0,
          // A user that is gone is waited for: his lease ends soon. One that is at work is told of.
          wait: WAIT.GONE,
          steal: false,
          restore: false,
        });
      this.#bus = { index, shared };
      this.#session = session;
      await this.lines?.setUp();
    } catch (thrown) {
      this.#session = undefined;
      await session.close();
      throw thrown;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #ask(request: (bus: number) => Request, signal?: AbortSignal): Promise<Told<'done'>> {
    const [session, bus] = [this.#session, this.#bus];
    if (session === undefined || bus === undefined)
      throw new BusFault('ENODEV', `${this.description} is not open`);
    return session.transfer(request(bus.index), LEFT_NS, signal);
  }

  #i2cController(): I2cController {
    const adapter = this;
    return {
      get description() {
        return adapter.description;
      },
      get functionality() {
        return adapter.#bus?.shared.i2c?.functionality ?? I2C_CAPABILITIES.functionality;
      },
      get maxMessageLength() {
        return adapter.#bus?.shared.i2c?.maxMessageLength as number;
      },
      get startupMs() {
        return adapter.#bus?.shared.startupMs ?? 0;
      },
      transfer: async (messages, signal) => {
        checkAsked(messages.length, bytesOf(messages.map(({ buf }) => buf)));
        const framed = framedMessages(messages);
        fillMessages(messages, await adapter.#ask((bus) => ({ kind: 'i2c', bus, messages: framed }), signal));
      },
    };
  }

  #lineController(): RemoteLines {
    const adapter = this;
    return new RemoteLines({
      get description() {
        return adapter.description;
      },
      ask: async (line, action) => {
        const { received } = await adapter.#ask((bus) => ({ kind: 'line', bus, line, action }));
        return received[0] === undefined ? undefined : received[0][0] === 1;
      },
    });
  }

  #spiController(): SpiController {
    const adapter = this;
    /** The chip that a message left selected. */
    let selected: number | undefined;
    return {
      get description() {
        return adapter.description;
      },
      get capabilities() {
        return capabilitiesOf(adapter.#bus?.shared.spi, adapter.#settings.chipSelects);
      },
      get startupMs() {
        return adapter.#bus?.shared.startupMs ?? 0;
      },
      transfer: async (chipSelect, mode, transfers, signal) => {
        const continues = selected === chipSelect;
        const wasSelected = selected !== undefined;
        selected = undefined;
        try {
          checkAsked(transfers.length, bytesOf(transfers.flatMap(({ tx, rx }) => [tx, rx])));
          const framed = framedTransfers(transfers);
          const ask = (bus: number): Request => ({
            kind: 'spi',
            bus,
            chipSelect,
            mode,
            continues,
            transfers: framed,
          });
          fillTransfers(transfers, await adapter.#ask(ask, signal));
        } catch (thrown) {
          // One that was refused before the wire did not deselect what was left selected.
          if (wasSelected) await adapter.#ask((bus) => ({ kind: 'deselect', bus })).catch(() => {});
          throw thrown;
        }
        if (transfers.at(-1)?.csChange === true) selected = chipSelect;
      },
      deselect: async () => {
        selected = undefined;
        await adapter.#ask((bus) => ({ kind: 'deselect', bus }));
      },
    };
  }
}

const bytesOf = (all: readonly (Uint8Array | undefined)[]): number =>
  all.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);

function capabilitiesOf(shared: SharedBus['spi'], chipSelects: number): SpiCapabilities {
  if (shared === undefined) return { ...SPI_CAPABILITIES, chipSelects };
  const { maxWriteLength, maxReadLength, ...rest } = shared;
  return {
    ...rest,
    ...(maxWriteLength !== undefined && { maxWriteLength }),
    ...(maxReadLength !== undefined && { maxReadLength }),
  };
}

/** Puts what was read where the caller wants it. @throws {BusFault} `EPROTO` it is not what was asked for */
function fillMessages(messages: readonly I2cMessage[], { received }: Told<'done'>): void {
  fill(
    messages.filter(({ flags }) => (flags & I2C_M.RD) !== 0).map(({ buf }) => buf),
    received,
  );
}

function fillTransfers(transfers: readonly SpiTransfer[], { received }: Told<'done'>): void {
  fill(
    transfers.flatMap(({ rx }) => rx ?? []),
    received,
  );
}

function fill(wanted: readonly Uint8Array[], received: readonly Uint8Array[]): void {
  if (wanted.length !== received.length || wanted.some((each, at) => each.length !== received[at]?.length))
    throw new BusFault('EPROTO', 'the host sent other data than was asked for');
  for (const [at, each] of wanted.entries()) each.set(received[at] as Uint8Array);
}
