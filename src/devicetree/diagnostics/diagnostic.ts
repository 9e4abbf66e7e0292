import type { Frame, Loc, Place, SourceMap, Span } from '../text/source.ts';
import { NOWHERE } from '../text/source.ts';

export type Severity = 'error' | 'warning';

/** A further place that helps: "also defined at", "in the expansion of", "included from". */
export interface Note {
  readonly message: string;
  readonly span: Span | undefined;
}

/**
 * One thing that is wrong, for a person and for a program. `code` is dtc's name of the check where dtc has
 * one, and else one of our own (`syntax`, `include`, `macro`, …).
 */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  /** One sentence without a full stop: what is wrong. */
  readonly message: string;
  /** What to do about it, where we know. */
  readonly hint: string | undefined;
  readonly span: Span | undefined;
  /** Line of source that `span` starts in, without its line end; tabs as they are. */
  readonly excerpt: string | undefined;
  /** Path of the node and name of the property, where the message is about one. */
  readonly node: string | undefined;
  readonly property: string | undefined;
  readonly notes: readonly Note[];
}

/** What a report says besides its message. Locations are of the source map that the reporter was made with. */
export interface ReportDetails {
  readonly severity?: Severity;
  /** A function is asked only where the report is kept. */
  readonly hint?: string | undefined | (() => string | undefined);
  readonly start?: Loc;
  readonly end?: Loc;
  readonly node?: string | undefined | (() => string);
  readonly property?: string | undefined;
  /** Further places; `end` defaults to `start`. */
  readonly notes?: readonly { readonly message: string; readonly start: Loc; readonly end?: Loc }[];
}

/** Takes one report. */
export type Report = (code: string, message: string, details?: ReportDetails) => void;

/** So many errors are kept, and so many warnings; a file that is not a device tree at all would give one a line. */
const MAX_DIAGNOSTICS = 200;

/** Collects diagnostics and turns locations into places. */
export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  readonly #sources: SourceMap;
  readonly #seen = new Set<string>();
  /** Apart, so that warnings take no room from the error that refuses the tree. */
  readonly #kept: Record<Severity, number> = { error: 0, warning: 0 };
  #errors = 0;

  constructor(sources: SourceMap) {
    this.#sources = sources;
  }

  /** Errors so far, those beyond the limit included. */
  get errors(): number {
    return this.#errors;
  }

  readonly report: Report = (code, message, details = {}) => {
    const severity = details.severity ?? 'error';
    if (severity === 'error') this.#errors++;
    if (this.#kept[severity] >= MAX_DIAGNOSTICS) return;
    const start = details.start ?? NOWHERE;
    const span = this.#sources.span(start, details.end ?? start);
    const node = typeof details.node === 'function' ? details.node() : details.node;
    const place =
      span === undefined ? `${node}:${details.property}` : `${span.file}:${span.line}:${span.column}`;
    const key = `${code}|${message}|${place}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const notes: Note[] = (details.notes ?? []).map((note) => ({
      message: note.message,
      span: this.#sources.span(note.start, note.end ?? note.start),
    }));
    if (start !== NOWHERE) notes.push(...wayTo(this.#sources.trace(start)));
    this.#kept[severity]++;
    this.diagnostics.push({
      severity,
      code,
      message,
      hint: typeof details.hint === 'function' ? details.hint() : details.hint,
      span,
      excerpt: this.#excerpt(start),
      node,
      property: details.property,
      notes,
    });
  };

  /** Takes a diagnostic over from another reporter. */
  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.#errors++;
    if (this.#kept[diagnostic.severity]++ < MAX_DIAGNOSTICS) this.diagnostics.push(diagnostic);
  }

  #excerpt(loc: Loc): string | undefined {
    const where = this.#sources.file(loc);
    if (where === undefined) return undefined;
    const { text } = where.source;
    const from = where.offset === 0 ? 0 : text.lastIndexOf('\n', where.offset - 1) + 1;
    const to = text.indexOf('\n', from);
    return text.slice(from, to < 0 ? text.length : to).replace(/\r$/, '');
  }
}

/** So many steps of a trace are shown; of more, the first and the last. */
const MAX_STEPS = 8;

function wayTo(frames: readonly Frame[]): readonly Note[] {
  const notes = frames.map(({ kind, name, place }): Note => {
    const message =
      kind === 'include'
        ? `${name} is included here`
        : kind === 'macro'
          ? `in the expansion of macro ${name}`
          : `in the definition of macro ${name}`;
    return { message, span: emptySpan(place) };
  });
  if (notes.length <= MAX_STEPS) return notes;
  const left = notes.length - MAX_STEPS + 1;
  const more: Note = { message: `(${left} more steps like these)`, span: undefined };
  return [...notes.slice(0, MAX_STEPS / 2), more, ...notes.slice(left + MAX_STEPS / 2)];
}

function emptySpan(place: Place): Span {
  return { ...place, endLine: place.line, endColumn: place.column };
}
