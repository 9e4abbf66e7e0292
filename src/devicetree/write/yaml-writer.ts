import { latin1 } from '../text/source.ts';
import { TextPieces } from '../text/text-pieces.ts';
import type { Marker, Node, Property, Tree } from '../tree/tree.ts';
import { isTypeMarker } from '../tree/tree.ts';
import { typedMarkers, type ValueType, WIDTH } from '../tree/value-types.ts';
import { ESCAPES, isPlain } from './dts-writer.ts';

/**
 * The tree as YAML, the form in which dt-schema reads device trees: a list with one mapping, a property a list of its
 * typed parts, cells without a tag, other integers with `!u8`, `!u16` or `!u64`, references with `!phandle`.
 *
 * The layout (line breaks, quotes) is libyaml's, since dtc writes with it and its output is compared.
 */
export function writeYaml(tree: Tree): string {
  const emitter = new Emitter();
  emitter.put('---');
  emitter.line(0);
  emitter.word('-');
  writeMapping(tree.root, emitter);
  emitter.line(0);
  emitter.word('...\n');
  return emitter.text();
}

/** Nesting is kept in a list, not on the stack: it is the input's choice. */
function writeMapping(root: Node, out: Emitter): void {
  const open: { readonly node: Node; next: number }[] = [];
  const begin = (node: Node): void => {
    open.push({ node, next: 0 });
    if (node.properties.length + node.subnodes.length === 0) out.word('{}');
    for (const [i, property] of node.properties.entries()) {
      startEntry(i === 0);
      out.key(property.name, '');
      writeProperty(property, out);
    }
  };
  const startEntry = (first: boolean): void => {
    // The first entry of the list's item stands behind its dash.
    if (!first || open.length > 1) out.line(2 * open.length);
  };
  begin(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = top.node.subnodes[top.next++];
    if (child === undefined) {
      open.pop();
      continue;
    }
    startEntry(top.next === 1 && top.node.properties.length === 0);
    // A node name that cannot stand plain is marked as a string that is not to be interpreted.
    out.key(child.name, '! ');
    begin(child);
  }
}

function writeProperty(property: Property, out: Emitter): void {
  const { value } = property;
  if (value.length === 0) {
    out.word('true');
    return;
  }
  const markers = typedMarkers(property);
  const phandles = new Set(markers.filter((m) => m.kind === 'ref-phandle').map((m) => m.offset));
  const parts = markers.filter((marker) => isTypeMarker(marker.kind));
  out.open();
  let first = true;
  for (const [i, part] of parts.entries()) {
    const end = (parts[i + 1] as Marker | undefined)?.offset ?? value.length;
    if (end === part.offset && i + 1 < parts.length) continue;
    if (!first) out.comma();
    out.wrap();
    first = false;
    if (part.kind === 'string') writeString(value.subarray(part.offset, end - 1), out);
    else writeIntegers(value.subarray(0, end), part.offset, part.kind as ValueType, phandles, out);
  }
  out.close();
}

const TAGS: Readonly<Record<number, string>> = { 1: '!u8', 2: '!u16', 8: '!u64' };

function writeIntegers(
  value: Uint8Array,
  start: number,
  type: ValueType,
  phandles: ReadonlySet<number>,
  out: Emitter,
): void {
  const width = WIDTH[type];
  const tag = TAGS[width];
  if (tag !== undefined) out.word(tag);
  out.open();
  for (let at = start; at < value.length; at += width) {
    if (at > start) out.comma();
    out.wrap();
    let number = 0n;
    for (let i = at; i < at + width; i++) number = (number << 8n) | BigInt(value[i] as number);
    if (width === 4 && phandles.has(at)) out.word('!phandle');
    out.word(`0x${number.toString(16)}`);
  }
  out.close();
}

/** YAML's (libyaml) are those of C, and one more. */
const YAML_ESCAPES: Readonly<Record<number, string>> = { ...ESCAPES, 27: '\\e' };

function writeString(bytes: Uint8Array, out: Emitter): void {
  out.word('"');
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x20) {
      const afterSpace = bytes[at - 1] === 0x20;
      if (!afterSpace && out.isLong && at > 0 && at < bytes.length - 1) {
        out.wrap(1);
        // The line break is the space; further spaces would be lost without the backslash.
        if (bytes[at + 1] === 0x20) out.put('\\');
      } else out.put(' ');
      continue;
    }
    if (isPlain(byte)) {
      const from = at;
      while (at + 1 < bytes.length && bytes[at + 1] !== 0x20 && isPlain(bytes[at + 1] as number)) at++;
      out.put(latin1(bytes, from, at + 1));
    } else out.put(YAML_ESCAPES[byte] ?? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`);
  }
  out.put('"');
}

/** Puts words where libyaml puts them: an item of a sequence goes to the next line when the line is over-long. */
class Emitter {
  readonly #text = new TextPieces();
  #column = 0;
  /** Indent of the mapping's lines, and how many sequences are open in it. */
  #indent = 2;
  #depth = 0;
  /** True where a word needs no space in front: behind a bracket and at the start of a line. */
  #spaced = false;

  get isLong(): boolean {
    return this.#column > 80;
  }

  put(text: string): void {
    this.#text.push(text);
    this.#column += text.length;
    this.#spaced = false;
  }

  /** `text` with a space in front, where it needs one. */
  word(text: string): void {
    this.put(this.#spaced ? text : ` ${text}`);
  }

  line(indent: number): void {
    this.#indent = Math.max(indent, 2);
    this.#break(indent);
  }

  #break(indent: number): void {
    this.#column = 0;
    this.put(`\n${' '.repeat(indent)}`);
    this.#column = indent;
    this.#spaced = true;
  }

  /** A mapping's key with its colon; `mark` is what YAML wants in front of one that needs quotes. */
  key(name: string, mark: string): void {
    const plain = /^(?:[^#,[\]{}&*!|>'"%@`?:-]|[?:-](?!$))/.test(name) && !/^(?:---|\.\.\.)|:$/.test(name);
    const text = plain ? name : `${mark}'${name}'`;
    if (name.length <= 128) this.word(`${text}:`);
    else {
      // Too long for a key that needs no mark.
      this.word(`? ${text}`);
      this.#break(this.#indent);
      this.word(':');
    }
  }

  open(): void {
    this.word('[');
    this.#spaced = true;
    this.#depth++;
  }

  close(): void {
    this.put(']');
    this.#depth--;
  }

  comma(): void {
    this.put(',');
  }

  /** A new line before the next item, or `deeper` inside one, when this one is long. */
  wrap(deeper = 0): void {
    if (this.isLong) this.#break(this.#indent + 2 * (this.#depth + deeper));
  }

  text(): string {
    return this.#text.toString();
  }
}
