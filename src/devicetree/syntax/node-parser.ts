import type { Report } from '../diagnostics/diagnostic.ts';
import type { Preprocessor } from '../preprocess/preprocessor.ts';
import { type Budget, COST } from '../text/budget.ts';
import { type Loc, NOWHERE } from '../text/source.ts';
import {
  AND,
  BACKSLASH,
  CLOSE_BRACE,
  COLON,
  EQUALS,
  LESS,
  OPEN_BRACE,
  OPEN_BYTES,
  SEMICOLON,
  SLASH,
} from '../tokens/punctuation.ts';
import * as T from '../tokens/token-list.ts';
import { LiveNode } from '../tree/live-node.ts';
import { addLabel, type Label, LiveProperty, NO_LABELS } from '../tree/live-property.ts';
import type { LiveTree } from '../tree/live-tree.ts';
import type { LabelTable } from './label-table.ts';
import { SyntaxProblem, type TokenCursor } from './token-cursor.ts';
import { findUnclosed } from './unclosed.ts';
import type { ValueParser } from './value-parser.ts';

/** Deeper nesting of nodes is an error; what walks trees need not take care of it. */
const MAX_DEPTH = 1000;
/** More labels on one node are an error: each new one is put in front of all others. */
const MAX_LABELS = 1000;

/**
 * Reads the blocks of nodes, straight into their place: a block that opens an existing node again changes it
 * as it goes. As in dtc, within a node that is new nothing is merged, so that a name that comes twice stays
 * twice, for `duplicate_node_names` to find.
 */
export class NodeParser {
  /** A property has a label. */
  sawLabel = false;
  /** Names of what was deleted where it was not there. */
  readonly vainDeletions = new Set<string>();
  readonly #cursor: TokenCursor;
  readonly #pp: Preprocessor;
  readonly #report: Report;
  readonly #values: ValueParser;
  readonly #tree: LiveTree;
  readonly #budget: Budget;
  readonly #labels: LabelTable;
  #depth = 0;
  #sawUnclosed = false;

  constructor(cursor: TokenCursor, values: ValueParser, tree: LiveTree, labels: LabelTable) {
    this.#cursor = cursor;
    this.#pp = cursor.pp;
    this.#report = cursor.report;
    this.#values = values;
    this.#tree = tree;
    this.#budget = tree.budget;
    this.#labels = labels;
  }

  /** The labels in front of the current token, behind those of `before`. Of two that are alike the last counts, as in dtc. */
  takeLabels(before: readonly Label[] = NO_LABELS): readonly Label[] {
    if (!this.#cursor.atLabel()) return before;
    const labels = [...before];
    while (this.#cursor.atLabel()) {
      const loc = this.#pp.loc();
      const name = this.#cursor.takeLabel();
      const earlier = labels.findIndex((label) => label.name === name);
      if (earlier >= 0) labels.splice(earlier, 1);
      else this.#budget.take(COST.marker);
      if (labels.length < MAX_LABELS) labels.push({ name, loc, deleted: false });
      else
        this.refuseLabels(
          [{ name, loc, deleted: false }],
          `there are more than ${MAX_LABELS} labels in one place`,
          'remove the labels that are not used',
        );
    }
    return labels;
  }

  /** Reports labels that stand where none may. */
  refuseLabels(labels: readonly Label[], message: string, hint: string): void {
    for (const { name, loc } of labels)
      this.#report('label', message, { start: loc, end: loc + name.length + 1, hint });
  }

  /** Puts a label on a node that is there already. */
  addLabel(node: LiveNode, label: Label): void {
    if (node.allLabels.length < MAX_LABELS) node.allLabels = addLabel(node.allLabels, label.name, label.loc);
    else
      this.refuseLabels(
        [label],
        `${node.path} has more than ${MAX_LABELS} labels`,
        'remove the labels that are not used',
      );
  }

  /** The body of a node with its braces and the `;`. */
  block(node: LiveNode, merging: boolean): void {
    const pp = this.#pp;
    const cursor = this.#cursor;
    const start = pp.loc();
    if (++this.#depth > MAX_DEPTH) {
      cursor.here(`nodes are nested more than ${MAX_DEPTH} deep`, 'check for a missing "}" above');
      cursor.skipStatement();
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
        if (!error.passed) cursor.skipStatement();
      }
    }
    if (pp.kind === CLOSE_BRACE) {
      pp.advance();
      this.#cursor.semicolon('}');
    }
    node.define(start, pp.prevEnd);
    if (!merging) node.settle();
    this.#depth--;
  }

  /**
   * The statements up to the end of the tokens, as those of a new node; undefined where one is no statement. What is wrong is
   * reported, as always.
   */
  statements(): LiveNode | undefined {
    const node = new LiveNode(this.#tree, '');
    let subnodes = false;
    try {
      while (this.#pp.kind !== T.EOF) if (this.#statement(node, false, subnodes)) subnodes = true;
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      return undefined;
    }
    return node;
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
        hint: 'judging by the indentation, a block ends here',
        notes: [{ message: 'it is opened here', start: base + (list.starts[guess.open] as number) }],
      });
      return;
    }
    const name = node.name === '' ? 'the root node' : `node ${node.name}`;
    this.#report('syntax', `"};" is missing at the end of ${name}`, {
      start: pp.prevEnd === NOWHERE ? pp.loc() : pp.prevEnd,
      notes: [{ message: `${name} is opened here`, start }],
    });
  }

  /** One property, node or deletion. @returns true where it is a node's */
  #statement(node: LiveNode, merging: boolean, behindSubnodes: boolean): boolean {
    const pp = this.#pp;
    const labels = this.takeLabels();
    if (pp.kind === SLASH) return this.#nodeKeyword(node, merging, behindSubnodes, labels);
    if (pp.kind === SEMICOLON && labels.length === 0) {
      this.#cursor.here('unexpected ";"', 'remove it');
      pp.advance();
      return behindSubnodes;
    }
    // An old way to write a name that begins with a digit.
    if (pp.kind === BACKSLASH) pp.advance();
    if (T.IS_NAME_PART[pp.kind] !== 1) this.#noStatement(labels);
    const nameLoc = pp.loc();
    const name = this.#cursor.name();
    if (pp.kind === OPEN_BRACE) {
      this.#subnode(node, merging, labels, name, nameLoc, false);
      return true;
    }
    if (behindSubnodes) {
      this.#report('syntax', `Properties must precede subnodes: ${name}`, {
        start: nameLoc,
        end: pp.prevEnd,
        hint: `move ${name} up, before the first node of the block`,
      });
    }
    this.#property(node, merging, labels, name, nameLoc);
    return false;
  }

  #noStatement(labels: readonly Label[]): never {
    const pp = this.#pp;
    const cursor = this.#cursor;
    if (labels.length > 0) {
      const { name } = labels.at(-1) as Label;
      return cursor.giveUp(`a node or property must follow the label ${name}:`);
    }
    if (pp.kind === AND) {
      return cursor.giveUp(
        'a reference cannot open a node inside another node',
        'write &label { ... }; outside of all nodes',
      );
    }
    if (pp.kind === OPEN_BRACE) return cursor.giveUp('the node has no name', 'write a name before "{"');
    if (pp.kind === T.UNTERMINATED) return cursor.unfinished();
    return cursor.giveUp(`${cursor.shown()} is not the name of a property or node`);
  }

  #property(node: LiveNode, merging: boolean, labels: readonly Label[], name: string, start: Loc): void {
    const pp = this.#pp;
    this.#budget.take(COST.property);
    const property = new LiveProperty(node, name);
    property.allLabels = labels;
    if (labels.length > 0) this.sawLabel = true;
    property.start = start;
    if (pp.kind === EQUALS) {
      pp.advance();
      this.#values.value();
      this.#values.data.finish(property);
    } else if (pp.kind !== SEMICOLON) this.#noValue(name);
    property.end = pp.kind === SEMICOLON ? pp.endLoc() : pp.prevEnd;
    this.#cursor.semicolon(`property ${name}`);
    this.#add(node, merging, property);
  }

  /** What follows a name is neither `=`, `;` nor `{`. */
  #noValue(name: string): void {
    const pp = this.#pp;
    const cursor = this.#cursor;
    const { kind } = pp;
    if (kind === T.STRING || kind === T.STRING_ESC || kind === LESS || kind === OPEN_BYTES || kind === AND) {
      cursor.missing(`"=" is missing after ${name}`, `write ${name} = ...;`);
      throw new SyntaxProblem();
    }
    if (kind === COLON) cursor.giveUp(`invalid label "${name}"`, 'use letters, digits and "_"');
    const startsStatement =
      T.IS_NAME_PART[kind] === 1 || kind === CLOSE_BRACE || kind === T.EOF || kind === SLASH;
    if (!startsStatement) cursor.giveUp(`unexpected ${cursor.shown()} after the name ${name}`);
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
      this.#budget.take(COST.node);
      node = new LiveNode(this.#tree, name);
      node.nameLoc = nameLoc;
      if (labels.length > 0) node.allLabels = labels;
      node.omitIfUnused = omit;
      parent.addSubnode(node);
    } else {
      if (node.deleted) node.nameLoc = nameLoc;
      node.deleted = false;
      for (const label of labels) this.addLabel(node, label);
    }
    for (const label of labels) this.#labels.add(label.name, node);
    this.block(node, known);
  }

  /** `/delete-property/`, `/delete-node/` or `/omit-if-no-ref/` inside a node. @returns true where it is a node's */
  #nodeKeyword(node: LiveNode, merging: boolean, behindSubnodes: boolean, labels: readonly Label[]): boolean {
    const pp = this.#pp;
    const cursor = this.#cursor;
    const start = pp.loc();
    const word = cursor.keyword();
    const end = pp.prevEnd;
    if (word === 'delete-property') {
      if (behindSubnodes) {
        this.#report('syntax', 'Properties must precede subnodes: /delete-property/', {
          start,
          end,
          hint: 'move it up, before the first node of the block',
        });
      }
      const name = this.#deletedName(word);
      this.#cursor.semicolon(`/delete-property/ ${name}`);
      if (!merging) {
        this.#budget.take(COST.property);
        const mark = new LiveProperty(node, name);
        mark.deleted = true;
        mark.start = start;
        mark.end = pp.prevEnd;
        node.addProperty(mark);
      } else this.#delete(node.findProperty(name), name, start);
      return false;
    }
    if (word === 'delete-node') {
      const nameLoc = pp.loc();
      const name = this.#deletedName(word);
      this.#cursor.semicolon(`/delete-node/ ${name}`);
      if (!merging) {
        this.#budget.take(COST.node);
        const mark = new LiveNode(this.#tree, name);
        mark.deleted = true;
        mark.nameLoc = nameLoc;
        node.addSubnode(mark);
      } else this.#delete(node.findSubnode(name), name, start);
      return true;
    }
    if (word === 'omit-if-no-ref') {
      const all = this.takeLabels(labels);
      if (pp.kind === SLASH) return this.#nodeKeyword(node, merging, behindSubnodes, all);
      if (T.IS_NAME_PART[pp.kind] !== 1) cursor.giveUp('a node must follow /omit-if-no-ref/');
      const nameLoc = pp.loc();
      const name = this.#cursor.name();
      if (pp.kind !== OPEN_BRACE)
        cursor.giveUp(`"{" is missing after ${name}`, '/omit-if-no-ref/ applies to nodes only');
      this.#subnode(node, merging, all, name, nameLoc, true);
      return true;
    }
    return this.#cursor.unknownKeyword(word, start, end, [
      'delete-property',
      'delete-node',
      'omit-if-no-ref',
      'include',
    ]);
  }

  #delete(entry: LiveProperty | LiveNode | undefined, name: string, start: Loc): void {
    if (entry === undefined) this.vainDeletions.add(name);
    else entry.delete(start, this.#pp.prevEnd);
  }

  #deletedName(word: string): string {
    const pp = this.#pp;
    if (pp.kind === AND) {
      this.#cursor.giveUp(
        `inside a node, /${word}/ needs a name`,
        word === 'delete-node' ? 'write /delete-node/ &label; outside all nodes' : undefined,
      );
    }
    if (pp.kind === BACKSLASH) pp.advance();
    if (T.IS_NAME_PART[pp.kind] !== 1) this.#cursor.giveUp(`a name must follow /${word}/`);
    return this.#cursor.name();
  }
}
