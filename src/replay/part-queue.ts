import type { RecordedEntry, RecordedTransfer, Recording } from '../recording/index.ts';

/** What a recording has of one part, in its order, and how far it was replayed. */
export class PartQueue<Request> {
  readonly #recording: Recording;
  readonly #isSame: (request: Request, transfer: RecordedTransfer) => boolean;
  readonly #offsets: number[] = [];
  readonly #lines: number[] = [];
  /** Those that are not simply once: by place. */
  readonly #how = new Map<number, RecordedEntry['how']>();
  readonly #groups = new Map<number, number>();
  #at = 0;
  /** How often the entry at `#at` has answered. */
  #times = 0;
  /** Of the group at `#at`: which have answered. */
  readonly #taken = new Set<number>();

  constructor(recording: Recording, isSame: (request: Request, transfer: RecordedTransfer) => boolean) {
    this.#recording = recording;
    this.#isSame = isSame;
  }

  add({ line, how, group }: Pick<RecordedEntry, 'line' | 'how' | 'group'>, offset: number): void {
    const place = this.#offsets.push(offset) - 1;
    this.#lines.push(line);
    if (how !== 'once') this.#how.set(place, how);
    if (group > 0) this.#groups.set(place, group);
  }

  /** The line of the last one. */
  get lastLine(): number {
    return this.#lines.at(-1) as number;
  }

  /** Lines that have to be replayed still. */
  get left(): readonly number[] {
    return this.#lines.slice(this.#at).filter((_, index) => {
      const place = this.#at + index;
      if (this.#how.get(place) === 'optional' || this.#taken.has(place)) return false;
      return !(index === 0 && this.#times > 0);
    });
  }

  /** The entry that a request has to fit now; undefined: nothing is left. */
  get expected(): { readonly line: number; readonly transfer: RecordedTransfer } | undefined {
    const place = this.#at;
    return place < this.#offsets.length
      ? { line: this.#lines[place] as number, transfer: this.#transferAt(place) }
      : undefined;
  }

  /** Takes what fits a request. @returns undefined: nothing does, and the queue stays as it is */
  take(request: Request): { readonly line: number; readonly transfer: RecordedTransfer } | undefined {
    for (let place = this.#at; place < this.#offsets.length; ) {
      const group = this.#groups.get(place);
      if (group !== undefined) {
        const found = this.#takeOfGroup(place, group, request);
        if (found !== undefined) return found;
        if (!this.#canLeave(place, group)) return undefined;
        place = this.#endOf(place, group);
        continue;
      }
      const how = this.#how.get(place) ?? 'once';
      const times = place === this.#at ? this.#times : 0;
      // Who polls has polled enough as soon as what follows fits.
      if (how === 'repeat' && times > 0 && this.#fitsAfter(place, request)) {
        place++;
        continue;
      }
      const transfer = this.#transferAt(place);
      if (this.#isSame(request, transfer)) {
        const again = how === 'repeat' || this.#isTriedAgain(transfer, times);
        this.#moveTo(again ? place : place + 1, again ? times + 1 : 0);
        return { line: this.#lines[place] as number, transfer };
      }
      if (how === 'optional' || (how === 'repeat' && times > 0) || this.#isPartlyTried(transfer, times)) {
        place++;
        continue;
      }
      return undefined;
    }
    return undefined;
  }

  /** Arbitration that was lost is tried again by who asks, as often as it was. */
  #isTriedAgain({ fault, attempts }: RecordedTransfer, times: number): boolean {
    return fault === 'EAGAIN' && times + 1 < attempts;
  }

  #isPartlyTried({ fault }: RecordedTransfer, times: number): boolean {
    return fault === 'EAGAIN' && times > 0;
  }

  #fitsAfter(place: number, request: Request): boolean {
    const next = place + 1;
    if (next >= this.#offsets.length) return false;
    const group = this.#groups.get(next);
    const end = group === undefined ? next + 1 : this.#endOf(next, group);
    for (let at = next; at < end; at++) if (this.#isSame(request, this.#transferAt(at))) return true;
    return this.#how.get(next) === 'optional' && this.#fitsAfter(next, request);
  }

  #takeOfGroup(from: number, group: number, request: Request) {
    const end = this.#endOf(from, group);
    for (let place = from; place < end; place++) {
      if (this.#taken.has(place) && this.#how.get(place) !== 'repeat') continue;
      const transfer = this.#transferAt(place);
      if (!this.#isSame(request, transfer)) continue;
      if (from !== this.#at) this.#moveTo(from, 0);
      this.#taken.add(place);
      const isDone = Array.from({ length: end - from }, (_, i) => from + i).every((each) =>
        this.#taken.has(each),
      );
      if (isDone) this.#moveTo(end, 0);
      return { line: this.#lines[place] as number, transfer };
    }
    return undefined;
  }

  /** Whether all that a group must have was there. */
  #canLeave(from: number, group: number): boolean {
    const end = this.#endOf(from, group);
    for (let place = from; place < end; place++)
      if (!this.#taken.has(place) && this.#how.get(place) !== 'optional') return false;
    return true;
  }

  #endOf(from: number, group: number): number {
    let end = from;
    while (this.#groups.get(end) === group) end++;
    return end;
  }

  #moveTo(place: number, times: number): void {
    if (place !== this.#at) this.#taken.clear();
    this.#at = place;
    this.#times = times;
  }

  #transferAt(place: number): RecordedTransfer {
    const { what } = this.#recording.entryAt(this.#offsets[place] as number, this.#lines[place] as number);
    return what as RecordedTransfer;
  }
}
