/** What a call did, in words that can be compared: with another package, and with another day. */
export interface Entry {
  readonly call: string;
  readonly outcome: unknown;
}

/** A value as text: buffers in hexadecimal, functions and the subject itself by name. */
export function show(value: unknown, subject?: object): unknown {
  if (value === undefined) return '<undefined>';
  if (value === subject && subject !== undefined) return '<this>';
  if (typeof value === 'function') return '<function>';
  if (typeof value === 'number' && !Number.isFinite(value)) return `<${value}>`;
  if (Buffer.isBuffer(value)) return showBuffer(value);
  if (value instanceof Error) return showError(value);
  if (Array.isArray(value)) return value.map((one) => show(one, subject));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, show(one, subject)]));
  return value;
}

/** Long buffers by their ends. */
function showBuffer(bytes: Buffer): string {
  if (bytes.length <= 64) return `<${bytes.toString('hex')}>`;
  const [start, end] = [bytes.subarray(0, 16), bytes.subarray(-16)];
  return `<${start.toString('hex')}...${end.toString('hex')} of ${bytes.length}>`;
}

function showError(error: Error): unknown {
  const { code, errno, syscall, path } = error as Partial<
    Record<'code' | 'errno' | 'syscall' | 'path', unknown>
  >;
  return { error: error.name, message: error.message, ...(show({ code, errno, syscall, path }) as object) };
}

export class Transcript {
  readonly entries: Entry[] = [];

  note(call: string, outcome: unknown): void {
    this.entries.push({ call, outcome });
  }

  /** Notes what a call returns or throws. */
  returns(call: string, work: () => unknown, subject?: object): void {
    try {
      this.note(call, { returns: show(work(), subject) });
    } catch (error) {
      this.note(call, { throws: show(error) });
    }
  }

  /** Notes what a call returns or throws at once, and with what it calls back. */
  async callsBack(
    call: string,
    work: (callback: (...args: unknown[]) => void) => unknown,
    subject?: object,
  ): Promise<void> {
    let atOnce: unknown;
    const later = await new Promise<unknown>((resolve) => {
      let returned = false;
      const callback = (...args: unknown[]) =>
        resolve({ called: show(args, subject), afterReturn: returned });
      // Some messages quote it.
      callback.toString = () => '<callback>';
      try {
        const value = work(callback);
        returned = true;
        atOnce = { returns: show(value, subject) };
      } catch (error) {
        atOnce = { throws: show(error) };
        resolve('<never>');
      }
    });
    this.note(call, { atOnce, later });
  }

  /** Notes what a promise becomes. */
  async promises(call: string, work: () => unknown, subject?: object): Promise<void> {
    let promise: unknown;
    try {
      promise = work();
    } catch (error) {
      this.note(call, { throws: show(error) });
      return;
    }
    const isPromise = promise instanceof Promise;
    try {
      this.note(call, { isPromise, resolves: show(await promise, subject) });
    } catch (error) {
      this.note(call, { isPromise, rejects: show(error) });
    }
  }
}
