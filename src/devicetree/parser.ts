import { COST } from './budget.ts';
import type { Report, Reporter } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import { LiveNode } from './live-node.ts';
import { addLabel, type Label, LiveProperty, NO_LABELS } from './live-property.ts';
import type { LiveTree } from './live-tree.ts';
import type { Preprocessor } from './preprocessor.ts';
import type { Loc } from './source.ts';
import { NOWHERE } from './source.ts';
import { labelHint } from './structure-checks.ts';
import type { TokenList } from './token-list.ts';
import * as T from './token-list.ts';
import type { U64 } from './u64.ts';
import { findUnclosed } from './unclosed.ts';
import { SyntaxProblem, ValueParser } from './value-parser.ts';

const AND: number = 38;
const SLASH: number = 47;
const SEMICOLON: number = 59;
const EQUALS: number = 61;
const BACKSLASH: number = 92;
const OPEN_BRACE: number = 123;
const CLOSE_BRACE: number = 125;

/** Deeper nesting of nodes is an error; what walks trees need not take care of it. */
const MAX_DEPTH = 1000;
/** More labels on one node are an error: each new one is put in front of all others. */
const MAX_LABELS = 1000;

/** Where each keyword belongs. */
const PLACE_OF_KEYWORD: ReadonlyMap<string, string> = new Map([
  ['dts-v1', 'it is the first line of a source'],
  ['plugin', 'it stands behind /dts-v1/; at the top of a source'],
  ['memreserve', 'it stands outside of all nodes, in front of the first'],
  ['delete-property', 'it stands inside of a node, among the properties'],
  ['delete-node', 'it stands inside of a node with a name, or outside of all nodes with a reference'],
  ['omit-if-no-ref', 'it stands in front of a node'],
  ['bits', 'it stands in a value, in front of "<"'],
  ['incbin', 'it is a value: name = /incbin/("file");'],
]);

/** A name that was read once: its text, and the index of its last token. */
interface NameMemo {
  readonly text: string;
  readonly last: number;
}

function isMemo(value: unknown): value is NameMemo {
  return value !== undefined && 'last' in (value as object);
}

/**
 * Reads a source into a tree, straight into its place: a block that opens an existing node again changes it
 * as it goes. As in dtc, within a node that is new nothing is merged, so that a name that comes twice stays
 * twice, for `duplicate_node_names` to find.
 */
export class Parser {
  readonly #pp: Preprocessor;
  readonly #values: ValueParser;
  readonly #tree: LiveTree;
  readonly #report: Report;
  /** The node of each label, for references at top level. */
  readonly #labels = new Map<string, LiveNode>();
  /** Labels that are on more than one node: the first in the tree counts. */
  readonly #ambiguous = new Set<string>();
  #depth = 0;
  #fragments = 0;
  #plugin: boolean | undefined;
  /** A property has a label. */
  #labelsElsewhere = false;
  #sawUnclosed = false;

  readonly #reporter: Reporter;

  constructor(pp: Preprocessor, tree: LiveTree, reporter: Reporter) {
    this.#pp = pp;
    this.#tree = tree;
    this.#reporter = reporter;
    this.#report = reporter.report;
    this.#values = new ValueParser(pp, tree.budget, reporter.report);
  }

  get lostLabels(): ReadonlySet<string> {
    return this.#values.lostLabels;
  }

  parse(): void {
    this.#pp.advance();
    this.#recovering(() => this.#headers());
    let begun = false;
    let bodies = 0;
    while (this.#pp.kind !== T.EOF) {
      const before = this.#pp.loc();
      this.#recovering(() => {
        if (this.#topLevel(begun)) {
          begun = true;
          bodies++;
        }
      });
      // Whatever cannot begin a statement is passed by: every round moves on.
      if (this.#pp.kind !== T.EOF && this.#pp.loc() === before) this.#pp.advance();
    }
    if (bodies === 0 && this.#reporter.errors === 0) {
      this.#values.missing('the source has no node', 'a device tree needs a root node: / { ... };');
    }
    this.#tree.plugin = this.#plugin ?? false;
    if (this.#ambiguous.size === 0) {
      this.#tree.adoptLabels(this.#labels);
      this.#tree.mayHaveDuplicateLabels = this.#labelsElsewhere || this.#values.sawLabel;
    }
    this.#tree.bootCpu = guessBootCpu(this.#tree);
  }

  #recovering(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      if (!error.passed) this.#values.skipStatement();
    }
  }

  // ---- top level

  #headers(): void {
    const pp = this.#pp;
    if (!this.#atKeyword('dts-v1')) {
      this.#values.here('a device-tree source begins with /dts-v1/;', 'add the line /dts-v1/; at the top');
      return;
    }
    while (this.#atKeyword('dts-v1')) {
      const start = pp.loc();
      this.#values.keyword();
      this.#semicolon('/dts-v1/');
      let plugin = false;
      if (this.#atKeyword('plugin')) {
        this.#values.keyword();
        this.#semicolon('/plugin/');
        plugin = true;
      }
      if (this.#plugin !== undefined && this.#plugin !== plugin) {
        this.#report('syntax', "Header flags don't match earlier ones", {
          start,
          end: pp.prevEnd,
          hint: 'write /plugin/; behind every /dts-v1/; or behind none',
        });
      }
      this.#plugin ??= plugin;
    }
  }

  /** The current token begins `/word/`. */
  #atKeyword(word: string): boolean {
    const pp = this.#pp;
    if (pp.kind !== SLASH) return false;
    const { source, starts } = pp.list;
    return source.text.startsWith(`/${word}/`, starts[pp.index]);
  }

  /** One statement outside of all nodes. @returns true where it is one that belongs behind the reservations */
  #topLevel(begun: boolean): boolean {
    const pp = this.#pp;
    const labels = this.#takeLabels();
    if (pp.kind === AND) {
      this.#referenced(labels);
      return true;
    }
    if (pp.kind === SLASH && !this.#startsKeyword()) {
      if (labels.length > 0) {
        this.#labelProblem(
          labels,
          'the root node cannot have a label',
          'put the label on another node, or remove it',
        );
      }
      const nameLoc = pp.loc();
      pp.advance();
      if (pp.kind !== OPEN_BRACE) {
        this.#values.giveUp(
          `"{" is missing in front of ${this.#values.shown()}`,
          'the root node is written / { ... };',
        );
      }
      const { root } = this.#tree;
      const merging = root.history.length > 0;
      root.deleted = false;
      if (root.nameLoc === NOWHERE) root.nameLoc = nameLoc;
      this.#block(root, merging);
      return true;
    }
    if (pp.kind === SLASH) {
      this.#topLevelKeyword(labels, begun);
      return begun;
    }
    if (pp.kind === T.IDENT || T.IS_NAME_PART[pp.kind] === 1) {
      this.#values.giveUp(
        `${this.#values.shown()} stands outside of all nodes`,
        'put it into the root node, / { ... };, or refer to a node with &label { ... };',
      );
    }
    if (pp.kind === CLOSE_BRACE) {
      this.#values.here('"}" closes no node', 'remove it, or the one too many in front of it');
      pp.advance();
      if (pp.kind === SEMICOLON) pp.advance();
      return begun;
    }
    if (pp.kind === SEMICOLON && !pp.space) {
      this.#values.here('";" ends nothing', 'remove it');
      pp.advance();
      return begun;
    }
    if (pp.kind === T.EOF) return begun;
    return this.#values.giveUp(`${this.#values.shown()} does not belong here`);
  }

  #startsKeyword(): boolean {
    const { list, index } = this.#pp;
    const { source, starts } = list;
    return /^\/[a-zA-Z0-9,._+*#?@-]/.test(source.text.slice(starts[index], (starts[index] as number) + 2));
  }

  #topLevelKeyword(labels: readonly Label[], begun: boolean): void {
    const pp = this.#pp;
    const start = pp.loc();
    const word = this.#values.keyword();
    const end = pp.prevEnd;
    if (word === 'memreserve') {
      if (begun) {
        this.#report('syntax', '/memreserve/ must stand in front of the first node', {
          start,
          end,
          hint: 'move it up, behind /dts-v1/;',
        });
      }
      this.#reservation(labels);
      return;
    }
    if (word === 'delete-node' || word === 'omit-if-no-ref') {
      if (labels.length > 0)
        this.#labelProblem(labels, `a label cannot stand in front of /${word}/`, 'remove the label');
      this.#changeReferenced(word, start);
      return;
    }
    if (word === 'dts-v1' || word === 'plugin') {
      this.#report('syntax', `/${word}/ must stand at the top of the source`, { start, end });
      this.#semicolon(`/${word}/`);
      return;
    }
    this.#unknownKeyword(word, start, end, [
      'memreserve',
      'delete-node',
      'omit-if-no-ref',
      'dts-v1',
      'plugin',
      'include',
    ]);
  }

  #unknownKeyword(word: string, start: Loc, end: Loc, known: readonly string[]): never {
    const belongs = PLACE_OF_KEYWORD.get(word);
    const near = didYouMean(word, known);
    this.#report(
      'syntax',
      belongs === undefined ? `/${word}/ is unknown` : `/${word}/ does not belong here`,
      {
        start,
        end,
        hint: belongs ?? (near === undefined ? undefined : `did you mean /${near}/?`),
      },
    );
    throw new SyntaxProblem();
  }

  #reservation(labels: readonly Label[]): void {
    const address = this.#values.integer();
    const size = this.#values.integer();
    const wide = (value: U64): bigint => BigInt(value);
    this.#semicolon('/memreserve/');
    this.#tree.reservations.push({
      address: wide(address),
      size: wide(size),
      labels: labels.map((label) => label.name),
    });
  }

  /** `&label { … };` */
  #referenced(labels: readonly Label[]): void {
    const pp = this.#pp;
    const start = pp.loc();
    const ref = this.#values.reference();
    const end = pp.prevEnd;
    if (pp.kind !== OPEN_BRACE) {
      const hint =
        pp.kind === SLASH && !pp.space ? `write &{${ref}/path} { ... };` : `write &${ref} { ... };`;
      this.#values.giveUp(`"{" is missing behind &${ref}`, hint);
    }
    if (labels.length > 1) {
      this.#labelProblem(
        labels.slice(1),
        'only one label can stand in front of a reference',
        'write one block for each',
      );
    }
    if (this.#plugin === true && ref[0] !== '/' && ref.includes('/')) {
      this.#report('reference', `Label-relative reference ${ref} not supported in plugin`, {
        start,
        end,
        hint: 'refer to the label, and write the path as nodes inside',
      });
    }
    const isPath = ref.startsWith('/');
    let target = this.#plugin === true && isPath ? undefined : this.#lookUp(ref);
    let merging = true;
    if (target === undefined) {
      merging = false;
      if (this.#plugin === true) target = this.#fragment(ref, start);
      else {
        this.#notFound(ref, start, end);
        target = new LiveNode(this.#tree, ref);
      }
    }
    const [label] = labels;
    if (label !== undefined) {
      this.#addLabel(target, label);
      this.#register(label.name, target);
    }
    target.deleted = false;
    this.#block(target, merging);
  }

  /** `/delete-node/ &label;` and `/omit-if-no-ref/ &label;` outside of all nodes. */
  #changeReferenced(word: string, statement: Loc): void {
    const pp = this.#pp;
    if (pp.kind !== AND) {
      this.#values.giveUp(
        `${this.#values.shown()} is not a reference`,
        `outside of nodes, write /${word}/ &label; or /${word}/ &{/path};`,
      );
    }
    const start = pp.loc();
    const ref = this.#values.reference();
    const end = pp.prevEnd;
    const target = this.#lookUp(ref);
    this.#semicolon(`/${word}/ &${ref}`);
    if (target === undefined) this.#notFound(ref, start, end);
    else if (word === 'delete-node') target.delete(statement, pp.prevEnd);
    else target.omitIfUnused = true;
  }

  #notFound(ref: string, start: Loc, end: Loc): void {
    this.#report('reference', `Label or path ${ref} not found`, {
      start,
      end,
      hint: () => this.#labelHint(ref),
    });
  }

  #labelHint(ref: string): string | undefined {
    const near = didYouMean(ref.split('/')[0] as string, this.#labels.keys());
    if (near !== undefined) return `did you mean &${near}?`;
    if (ref.startsWith('/')) return this.#pathHint(ref);
    const [missing] = this.#pp.missingHeaders;
    if (missing !== undefined) return `it may be defined in ${missing}`;
    return labelHint(this.#tree, ref) ?? 'define the label on a node above, or include the file that does';
  }

  /** Where a path ends to exist, and what is nearest to its next step. */
  #pathHint(path: string): string | undefined {
    let node: LiveNode = this.#tree.root;
    for (const step of path.split('/')) {
      if (step === '') continue;
      const next = node.subnode(step);
      if (next === undefined) {
        const near = didYouMean(
          step,
          node.subnodes.map((child) => child.name),
        );
        if (near === undefined) return `${node.path} has no node ${step}`;
        return `${node.path} has no node ${step}; did you mean ${near}?`;
      }
      node = next;
    }
    return undefined;
  }

  /** A node of an overlay for a target that is not in this source (dtc `add_orphan_node`). */
  #fragment(ref: string, loc: Loc): LiveNode {
    this.#tree.budget.take(2 * COST.node);
    const fragment = new LiveNode(this.#tree, `fragment@${this.#fragments++}`);
    const isPath = ref.startsWith('/');
    const property = new LiveProperty(fragment, isPath ? 'target-path' : 'target');
    const { data } = this.#values;
    data.begin();
    if (isPath) {
      data.mark('string', ref, loc);
      data.append(Uint8Array.from(`${ref}\0`, (char) => char.charCodeAt(0)));
    } else {
      data.mark('ref-phandle', ref, loc);
      data.cell(0xffff_ffff);
    }
    data.finish(property);
    fragment.addProperty(property);
    const overlay = new LiveNode(this.#tree, '__overlay__');
    overlay.nameLoc = loc;
    fragment.addSubnode(overlay);
    this.#tree.root.addSubnode(fragment);
    return overlay;
  }

  // ---- labels

  #takeLabels(): readonly Label[] {
    if (!this.#values.atLabel()) return NO_LABELS;
    const labels: Label[] = [];
    while (this.#values.atLabel()) {
      const loc = this.#pp.loc();
      const name = this.#values.takeLabel();
      if (labels.some((label) => label.name === name)) continue;
      this.#tree.budget.take(COST.marker);
      if (labels.length < MAX_LABELS) labels.push({ name, loc, deleted: false });
      else
        this.#labelProblem(
          [{ name, loc, deleted: false }],
          `more than ${MAX_LABELS} labels in one place`,
          'one is enough',
        );
    }
    return labels;
  }

  #labelProblem(labels: readonly Label[], message: string, hint: string): void {
    for (const { name, loc } of labels)
      this.#report('label', message, { start: loc, end: loc + name.length + 1, hint });
  }

  #addLabel(node: LiveNode, label: Label): void {
    if (node.allLabels.length < MAX_LABELS) node.allLabels = addLabel(node.allLabels, label.name, label.loc);
    else this.#labelProblem([label], `${node.path} has more than ${MAX_LABELS} labels`, 'one is enough');
  }

  #register(label: string, node: LiveNode): void {
    const known = this.#labels.get(label);
    if (known !== undefined && known !== node && !known.deleted) this.#ambiguous.add(label);
    this.#labels.set(label, node);
  }

  #lookUp(ref: string): LiveNode | undefined {
    if (ref.startsWith('/')) return this.#tree.below(this.#tree.root, ref);
    const slash = ref.indexOf('/');
    const label = slash < 0 ? ref : ref.slice(0, slash);
    let node = this.#ambiguous.has(label) ? this.#tree.byLabel(label) : this.#labels.get(label);
    if (node !== undefined && !hasLabel(node, label)) node = this.#tree.byLabel(label);
    if (node === undefined || slash < 0) return node;
    return this.#tree.below(node, ref.slice(slash + 1));
  }

  // ---- nodes

  /** The body of a node with its braces and the `;`. */
  #block(node: LiveNode, merging: boolean): void {
    const pp = this.#pp;
    const values = this.#values;
    const start = pp.loc();
    if (++this.#depth > MAX_DEPTH) {
      values.here(`nodes are nested more than ${MAX_DEPTH} deep`, 'is a "}" missing somewhere above?');
      values.skipStatement();
      this.#depth--;
      return;
    }
    pp.advance();
    let subnodes = false;
    while (pp.kind !== CLOSE_BRACE) {
      if (pp.kind === T.EOF) {
        this.#unclosed(node, start);
        break;
      }
      try {
        if (this.#statement(node, merging, subnodes)) subnodes = true;
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error;
        if (!error.passed) values.skipStatement();
      }
    }
    if (pp.kind === CLOSE_BRACE) {
      pp.advance();
      this.#semicolon('}');
    }
    node.define(start, pp.prevEnd);
    this.#depth--;
  }

  /** The file ends inside of a block: reported once, for the block that most likely is the one. */
  #unclosed(node: LiveNode, start: Loc): void {
    const pp = this.#pp;
    if (pp.cutOff || this.#sawUnclosed) return;
    this.#sawUnclosed = true;
    const { list } = pp;
    const guess = findUnclosed(list);
    if (guess !== undefined) {
      const base = pp.loc() - (list.starts[pp.index] as number);
      this.#report('syntax', '"};" is missing', {
        start: base + (list.ends[guess.behind] as number),
        hint: 'going by the indentation, a block ends here',
        notes: [{ message: 'it is opened here', start: base + (list.starts[guess.open] as number) }],
      });
      return;
    }
    const name = node.name === '' ? 'the root node' : `node ${node.name}`;
    this.#report('syntax', `"};" is missing: ${name} is not closed`, {
      start: pp.prevEnd === NOWHERE ? pp.loc() : pp.prevEnd,
      notes: [{ message: `${name} is opened here`, start }],
    });
  }

  /** A `;`, or a report that it is missing behind the token before. */
  #semicolon(what: string): void {
    const pp = this.#pp;
    if (pp.kind === SEMICOLON) {
      pp.advance();
      return;
    }
    this.#values.missing(`";" is missing behind ${what}`, 'add ";" here');
  }

  /** One property, node or deletion. @returns true where it is a node's */
  #statement(node: LiveNode, merging: boolean, behindSubnodes: boolean): boolean {
    const pp = this.#pp;
    const labels = this.#takeLabels();
    if (pp.kind === SLASH) return this.#nodeKeyword(node, merging, behindSubnodes, labels);
    if (pp.kind === SEMICOLON && labels.length === 0) {
      this.#values.here('";" ends nothing', 'remove it');
      pp.advance();
      return behindSubnodes;
    }
    // An old way to write a name that begins with a digit.
    if (pp.kind === BACKSLASH) pp.advance();
    if (T.IS_NAME_PART[pp.kind] !== 1) this.#noStatement(labels);
    const nameLoc = pp.loc();
    const name = this.#name();
    if (pp.kind === OPEN_BRACE) {
      this.#subnode(node, merging, labels, name, nameLoc, false);
      return true;
    }
    if (behindSubnodes) {
      this.#report('syntax', `Properties must precede subnodes: ${name}`, {
        start: nameLoc,
        end: pp.prevEnd,
        hint: `move ${name} up, in front of the first node of the block`,
      });
    }
    this.#property(node, merging, labels, name, nameLoc);
    return false;
  }

  #noStatement(labels: readonly Label[]): never {
    const pp = this.#pp;
    const values = this.#values;
    if (labels.length > 0) {
      const { name } = labels.at(-1) as Label;
      return values.giveUp(`a node or property must follow the label ${name}:`);
    }
    if (pp.kind === AND) {
      return values.giveUp(
        'a reference cannot open a node inside of another',
        'write &label { ... }; outside of all nodes',
      );
    }
    if (pp.kind === OPEN_BRACE) return values.giveUp('the node has no name', 'write a name in front of "{"');
    if (pp.kind === T.UNTERMINATED) return values.unfinished();
    return values.giveUp(`${values.shown()} is not the name of a property or node`);
  }

  #property(node: LiveNode, merging: boolean, labels: readonly Label[], name: string, start: Loc): void {
    const pp = this.#pp;
    const values = this.#values;
    this.#tree.budget.take(COST.property);
    const property = new LiveProperty(node, name);
    property.allLabels = labels;
    if (labels.length > 0) this.#labelsElsewhere = true;
    property.start = start;
    if (pp.kind === EQUALS) {
      pp.advance();
      values.value();
      values.data.finish(property);
    } else if (pp.kind !== SEMICOLON) this.#noValue(name);
    property.end = pp.kind === SEMICOLON ? pp.endLoc() : pp.prevEnd;
    this.#semicolon(`property ${name}`);
    this.#add(node, merging, property);
  }

  /** What follows a name is neither `=`, `;` nor `{`. */
  #noValue(name: string): void {
    const pp = this.#pp;
    const values = this.#values;
    const { kind } = pp;
    if (kind === T.STRING || kind === T.STRING_ESC || kind === 60 || kind === 91 || kind === AND) {
      values.missing(`"=" is missing behind ${name}`, `write ${name} = ...;`);
      throw new SyntaxProblem();
    }
    if (kind === 58) values.giveUp(`"${name}" cannot be a label`, 'a label has letters, digits and "_" only');
    const startsStatement =
      T.IS_NAME_PART[kind] === 1 || kind === CLOSE_BRACE || kind === T.EOF || kind === SLASH;
    if (!startsStatement) values.giveUp(`${values.shown()} does not belong behind the name ${name}`);
  }

  #add(node: LiveNode, merging: boolean, property: LiveProperty): void {
    const known = merging ? node.findProperty(property.name) : undefined;
    if (known === undefined) node.addProperty(property);
    else known.replaceBy(property);
  }

  #subnode(
    parent: LiveNode,
    merging: boolean,
    labels: readonly Label[],
    name: string,
    nameLoc: Loc,
    omit: boolean,
  ): void {
    let node = merging ? parent.findSubnode(name) : undefined;
    const known = node !== undefined;
    if (node === undefined) {
      this.#tree.budget.take(COST.node);
      node = new LiveNode(this.#tree, name);
      node.nameLoc = nameLoc;
      if (labels.length > 0) node.allLabels = labels;
      node.omitIfUnused = omit;
      parent.addSubnode(node);
    } else {
      if (node.deleted) node.nameLoc = nameLoc;
      node.deleted = false;
      for (const label of labels) this.#addLabel(node, label);
    }
    for (const label of labels) this.#register(label.name, node);
    this.#block(node, known);
  }

  /** `/delete-property/`, `/delete-node/` or `/omit-if-no-ref/` inside a node. @returns true where it is a node's */
  #nodeKeyword(node: LiveNode, merging: boolean, behindSubnodes: boolean, labels: readonly Label[]): boolean {
    const pp = this.#pp;
    const values = this.#values;
    const start = pp.loc();
    const word = values.keyword();
    const end = pp.prevEnd;
    if (word === 'delete-property') {
      if (behindSubnodes) {
        this.#report('syntax', 'Properties must precede subnodes: /delete-property/', {
          start,
          end,
          hint: 'move it up, in front of the first node of the block',
        });
      }
      const name = this.#deletedName(word);
      this.#semicolon(`/delete-property/ ${name}`);
      if (!merging) {
        this.#tree.budget.take(COST.property);
        const mark = new LiveProperty(node, name);
        mark.deleted = true;
        node.addProperty(mark);
      } else node.findProperty(name)?.delete(start, pp.prevEnd);
      return false;
    }
    if (word === 'delete-node') {
      const name = this.#deletedName(word);
      this.#semicolon(`/delete-node/ ${name}`);
      if (!merging) {
        this.#tree.budget.take(COST.node);
        const mark = new LiveNode(this.#tree, name);
        mark.deleted = true;
        node.addSubnode(mark);
      } else node.findSubnode(name)?.delete(start, pp.prevEnd);
      return true;
    }
    if (word === 'omit-if-no-ref') {
      const more = this.#takeLabels();
      if (pp.kind === SLASH) return this.#nodeKeyword(node, merging, behindSubnodes, [...labels, ...more]);
      if (T.IS_NAME_PART[pp.kind] !== 1) values.giveUp('a node must follow /omit-if-no-ref/');
      const nameLoc = pp.loc();
      const name = this.#name();
      if (pp.kind !== OPEN_BRACE)
        values.giveUp(`"{" is missing behind ${name}`, '/omit-if-no-ref/ is for nodes');
      this.#subnode(node, merging, [...labels, ...more], name, nameLoc, true);
      return true;
    }
    return this.#unknownKeyword(word, start, end, [
      'delete-property',
      'delete-node',
      'omit-if-no-ref',
      'include',
    ]);
  }

  #deletedName(word: string): string {
    const pp = this.#pp;
    if (pp.kind === AND) {
      this.#values.giveUp(
        `inside of a node, /${word}/ takes a name`,
        word === 'delete-node' ? 'write /delete-node/ &label; outside of all nodes' : undefined,
      );
    }
    if (pp.kind === BACKSLASH) pp.advance();
    if (T.IS_NAME_PART[pp.kind] !== 1) this.#values.giveUp(`a name must follow /${word}/`);
    return this.#name();
  }

  /** The name that begins at the current token, up to the first space or other character; moves behind it. */
  #name(): string {
    const pp = this.#pp;
    if (pp.inFile) {
      const { list, index } = pp;
      const known = list.memo[index];
      const memo = isMemo(known) ? known : readName(list, index);
      if (memo !== undefined && this.#isPlain(list, index, memo.last)) {
        list.memo[index] = memo;
        pp.continueBehind(memo.last);
        pp.advance();
        return memo.text;
      }
    }
    let name = pp.text;
    for (pp.advance(); !pp.space && T.IS_NAME_PART[pp.kind] === 1; pp.advance()) name += pp.text;
    return name;
  }

  /** None of the tokens behind the first is a macro. */
  #isPlain(list: TokenList, first: number, last: number): boolean {
    for (let i = first + 1; i <= last; i++) {
      if (list.kinds[i] === T.IDENT && this.#pp.isMacro(list.ids[i] as number)) return false;
    }
    return true;
  }
}

/** The name that begins at token `first`; undefined where a backslash-newline makes it a case apart. */
function readName(list: TokenList, first: number): NameMemo | undefined {
  const { kinds, flags, starts, ends } = list;
  let last = first;
  while (T.IS_NAME_PART[kinds[last + 1] as number] === 1 && ((flags[last + 1] as number) & T.SPACE) === 0)
    last++;
  const from = starts[first] as number;
  const to = ends[last] as number;
  if (list.spliced.size > 0) {
    for (let i = first; i <= last; i++) {
      if (list.spliced.has(i) || (i > first && starts[i] !== ends[i - 1])) return undefined;
    }
  }
  return { text: list.source.text.slice(from, to), last };
}

function hasLabel(node: LiveNode, name: string): boolean {
  return !node.deleted && node.allLabels.some((label) => !label.deleted && label.name === name);
}

/** `reg` of the first node under `/cpus`, as dtc guesses it. */
function guessBootCpu(tree: LiveTree): number {
  const cpu = tree.root.subnode('cpus')?.allSubnodes[0];
  const reg = cpu?.property('reg');
  return reg?.length === 4 ? (cpu?.u32('reg') ?? 0) : 0;
}
