import { checkOptions, integer, type OptionChecks } from '../../input/index.ts';
import { latin1, type Span } from '../text/source.ts';
import { TextPieces } from '../text/text-pieces.ts';
import type { Marker, Node, Property, Tree } from '../tree/tree.ts';
import { isTypeMarker } from '../tree/tree.ts';
import { typedMarkers, type ValueType, WIDTH } from '../tree/value-types.ts';

export interface DtsOptions {
  /** `-T`: say where each node and property comes from; 1 file and line, 2 with columns and whole paths. */
  readonly annotate?: 0 | 1 | 2;
}

const checks: OptionChecks<DtsOptions> = { annotate: integer(0, 2) };

const OPEN: Readonly<Record<ValueType, string>> = {
  uint8: '[',
  uint16: '/bits/ 16 <',
  uint32: '<',
  uint64: '/bits/ 64 <',
  string: '',
};
const CLOSE: Readonly<Record<ValueType, string>> = {
  uint8: ']',
  uint16: '>',
  uint32: '>',
  uint64: '>',
  string: '',
};

/**
 * The tree as source, in dtc's layout, one character a byte. Labels, references and the types of values are those of
 * the source; where the tree is a blob's, what a value looks like decides. Compiled again it gives the same blob.
 */
export function writeDts(tree: Tree, options: DtsOptions = {}): string {
  checkOptions('writeDts', options, checks);
  const comment = options.annotate ? new Annotator(tree, options.annotate) : undefined;
  const out: string[] = ['/dts-v1/;\n', tree.plugin ? '/plugin/;\n' : '', '\n'];
  for (const { address, size, labels } of tree.reservations)
    out.push(`${prefix(labels)}/memreserve/\t${hex64(address)} ${hex64(size)};\n`);
  writeNodes(tree.root, out, comment);
  return out.join('');
}

/** Walks with a list of its own: nesting is the input's choice, the stack's depth is not. */
function writeNodes(root: Node, out: string[], comment: Annotator | undefined): void {
  const open: { readonly node: Node; readonly children: Iterator<Node> }[] = [];
  const begin = (node: Node): void => {
    const indent = '\t'.repeat(open.length);
    const name = node.name === '' ? '/' : node.name;
    out.push(`${indent}${prefix(node.labels)}${name} {${comment?.nodeBegin(node) ?? ''}\n`);
    for (const property of node.properties) {
      const value = property.value.length === 0 ? '' : ` =${valueText(property)}`;
      const place = comment?.property(property) ?? '';
      out.push(`${indent}\t${prefix(property.labels)}${property.name}${value};${place}\n`);
    }
    open.push({ node, children: node.subnodes[Symbol.iterator]() });
  };
  begin(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = top.children.next();
    if (child.done === true) {
      open.pop();
      out.push(`${'\t'.repeat(open.length)}};${comment?.nodeEnd(top.node) ?? ''}\n`);
    } else {
      out.push('\n');
      begin(child.value);
    }
  }
}

function prefix(labels: readonly string[]): string {
  return labels.map((label) => `${label}: `).join('');
}

function hex64(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}

/** The value as source, without `=` and `;`; empty for a property without one. */
export function propertyText(property: Property): string {
  return property.value.length === 0 ? '' : valueText(property).trimStart();
}

/** The value with a space in front of each of its parts, as it stands between `=` and `;`. */
function valueText(property: Property): string {
  const { value } = property;
  const markers = typedMarkers(property);
  let text = '';
  let type: ValueType | undefined;
  for (const [i, marker] of markers.entries()) {
    const end = markers[i + 1]?.offset ?? value.length;
    if (isTypeMarker(marker.kind)) {
      type = marker.kind as ValueType;
      text += ` ${OPEN[type]}`;
    } else if (marker.kind === 'label') text += ` ${marker.ref}:`;
    if (type === undefined || end === marker.offset) continue;

    text += elements(value, marker.offset, end, type, referenceAt(markers, marker.offset));
    const stretchEnd = nextType(markers, i + 1)?.offset ?? value.length;
    if (end === stretchEnd) {
      text += CLOSE[type] + (end === value.length ? '' : ',');
      type = undefined;
    } else if (type === 'uint32') text += ' ';
  }
  return text;
}

function nextType(markers: readonly Marker[], from: number): Marker | undefined {
  for (let i = from; i < markers.length; i++)
    if (isTypeMarker((markers[i] as Marker).kind)) return markers[i];
  return undefined;
}

function referenceAt(markers: readonly Marker[], offset: number): string | undefined {
  const reference = markers.find((marker) => marker.kind === 'ref-phandle' && marker.offset === offset)?.ref;
  if (reference === undefined) return undefined;
  return reference.startsWith('/') ? `&{${reference}}` : `&${reference}`;
}

function elements(
  value: Uint8Array,
  start: number,
  end: number,
  type: ValueType,
  reference: string | undefined,
): string {
  if (type === 'string') return quoted(value.subarray(start, end - 1));
  const width = WIDTH[type];
  const text = new TextPieces();
  let at = start;
  if (type === 'uint32' && reference !== undefined) {
    text.push(reference);
    at += width;
  }
  for (; at < end; at += width) {
    if (at > start) text.push(' ');
    text.push(type === 'uint8' ? hex(value[at] as number) : `0x${numberText(value, at, width)}`);
  }
  return text.toString();
}

/** A number of a value in hexadecimal, of at least two digits. */
function numberText(value: Uint8Array, at: number, width: number): string {
  let from = at;
  while (from < at + width - 1 && value[from] === 0) from++;
  let digits = (value[from] as number).toString(16);
  if (from === at + width - 1) return digits.padStart(2, '0');
  for (let i = from + 1; i < at + width; i++) digits += hex(value[i] as number);
  return digits;
}

/** How C, and with it the language, writes bytes in a string that do not stand for themselves. */
export const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

function quoted(bytes: Uint8Array): string {
  const text = new TextPieces();
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (isPlain(byte)) continue;
    const next = bytes[at + 1] ?? 0;
    // A digit behind `\0` would be read as part of it.
    const isDigitNext = byte === 0 && next >= 0x30 && next <= 0x37;
    const escaped = isDigitNext ? '\\000' : (ESCAPES[byte] ?? `\\x${hex(byte)}`);
    text.push(latin1(bytes, from, at), escaped);
    from = at + 1;
  }
  return `"${text.toString()}${latin1(bytes, from)}"`;
}

/** Whether a byte stands for itself in a string: printable ASCII but the quote and the backslash. */
export const isPlain = (byte: number): boolean =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A byte as two digits. */
const hex = (byte: number): string => HEX[byte] as string;

/** Says in comments where nodes and properties were defined. */
class Annotator {
  readonly #full: boolean;
  readonly #main: string;

  constructor(tree: Tree, level: 1 | 2) {
    this.#full = level > 1;
    const source = tree.sources.files[0];
    // A preprocessor names the file that it read in the first line marker; paths are given as seen from there.
    const marked = /^#(?:line)?[ \t]+\d+[ \t]+"([^"]*)"/m.exec(source?.text ?? '')?.[1];
    this.#main = marked ?? source?.path ?? '';
  }

  nodeBegin(node: Node): string {
    return this.#comment(definitionsOf(node), (span) => span.line);
  }

  nodeEnd(node: Node): string {
    return this.#comment(definitionsOf(node), (span) => span.endLine);
  }

  property(property: Property): string {
    return this.#comment(property.span === undefined ? [] : [property.span], (span) => span.line);
  }

  #comment(spans: readonly Span[], line: (span: Span) => number): string {
    if (spans.length === 0) return this.#full ? ' /* <no-file>:<no-line> */' : '';
    const places = spans.map((span) =>
      this.#full
        ? `${span.file}:${span.line}:${span.column}-${span.endLine}:${span.endColumn}`
        : `${shorten(span.file, this.#main)}:${line(span)}`,
    );
    return ` /* ${places.join(', ')} */`;
  }
}

function definitionsOf(node: Node): Span[] {
  const spans: Span[] = [];
  for (const { kind, span } of node.definitions) if (kind === 'set' && span !== undefined) spans.push(span);
  return spans;
}

/** `path` as seen from the folder of `main`, when they have a folder in common. */
function shorten(path: string, main: string): string {
  let common = 0;
  for (let i = 0; i < path.length && path[i] === main[i]; i++) if (path[i] === '/') common = i + 1;
  if (common === 0) return path;
  const up = main.slice(common).split('/').length - 1;
  return '../'.repeat(up) + path.slice(common);
}
