import { didYouMean } from '../../input/index.ts';
import { labelHint } from '../checks/structure-checks.ts';
import type { Report, Reporter } from '../diagnostics/diagnostic.ts';
import type { Preprocessor } from '../preprocess/preprocessor.ts';
import { COST } from '../text/budget.ts';
import { type Loc, NOWHERE } from '../text/source.ts';
import { AND, CLOSE_BRACE, OPEN_BRACE, SEMICOLON, SLASH } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import { LiveNode } from '../tree/live-node.ts';
import { type Label, LiveProperty } from '../tree/live-property.ts';
import { LiveTree } from '../tree/live-tree.ts';
import { ExpressionParser } from './expression-parser.ts';
import { LabelTable } from './label-table.ts';
import { NodeParser } from './node-parser.ts';
import { SyntaxProblem, TokenCursor } from './token-cursor.ts';
import { ValueParser } from './value-parser.ts';

/** Reads a source into a tree (the part of the grammar outside of all nodes). */
export class Parser {
  readonly #pp: Preprocessor;
  readonly #tree: LiveTree;
  readonly #reporter: Reporter;
  readonly #report: Report;
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionParser;
  readonly #values: ValueParser;
  readonly labels: LabelTable;
  readonly nodes: NodeParser;
  /** The caller says that the source is an overlay. */
  readonly #asOverlay: boolean;
  /** An overlay without `/dts-v1/;`. */
  #isBare = false;
  #fragments = 0;
  #plugin: boolean | undefined;

  constructor(pp: Preprocessor, tree: LiveTree, reporter: Reporter, asOverlay: boolean) {
    this.#pp = pp;
    this.#tree = tree;
    this.#asOverlay = asOverlay;
    this.#reporter = reporter;
    this.#report = reporter.report;
    this.#cursor = new TokenCursor(pp, reporter.report);
    this.#expressions = new ExpressionParser(this.#cursor);
    this.#values = new ValueParser(this.#cursor, this.#expressions, tree.budget);
    this.labels = new LabelTable(tree);
    this.nodes = new NodeParser(this.#cursor, this.#values, tree, this.labels);
  }

  get lostLabels(): ReadonlySet<string> {
    return this.#cursor.lostLabels;
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
      this.#cursor.missing('the source has no nodes', 'add a root node: / { ... };');
    }
    this.#tree.plugin = this.#plugin ?? false;
    this.labels.handOver(this.nodes.sawLabel || this.#values.sawLabel);
    this.#tree.bootCpu = guessBootCpu(this.#tree);
  }

  /**
   * The statements of one block that stand in `list`, read when everything was read, as a node by itself; undefined where one is
   * none. `includedAt` is where its file was.
   */
  statements(list: TokenList, includedAt: Loc): LiveNode | undefined {
    const apart = new LiveTree();
    const nodes = new NodeParser(this.#cursor, this.#values, apart, new LabelTable(apart));
    return this.#pp.readAgain(list, includedAt, () => nodes.statements());
  }

  #recovering(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      if (!error.passed) this.#cursor.skipStatement();
    }
  }

  // ---- top level

  #headers(): void {
    const pp = this.#pp;
    if (!this.#atKeyword('dts-v1')) {
      if (this.#asOverlay) {
        this.#isBare = true;
        this.#plugin = true;
        return;
      }
      // The line may be in the file that is missing, which has been said.
      if (pp.missingHeaders.length > 0) return;
      const hint =
        pp.kind === AND
          ? 'a source that begins with a reference follows another: name the one that it is for'
          : 'add the line /dts-v1/; at the top';
      this.#cursor.here('/dts-v1/; is missing at the top of the source', hint, 'header');
      return;
    }
    while (this.#atKeyword('dts-v1')) {
      const start = pp.loc();
      this.#cursor.keyword();
      this.#cursor.semicolon('/dts-v1/');
      let plugin = false;
      if (this.#atKeyword('plugin')) {
        this.#cursor.keyword();
        this.#cursor.semicolon('/plugin/');
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
    if (this.#asOverlay) this.#plugin = true;
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
    const labels = this.nodes.takeLabels();
    if (pp.kind === AND) {
      this.#referenced(labels, begun);
      return true;
    }
    if (pp.kind === SLASH && !this.#startsKeyword()) {
      if (labels.length > 0) {
        this.nodes.refuseLabels(
          labels,
          'the root node cannot have a label',
          'move the label to another node, or remove it',
        );
      }
      const nameLoc = pp.loc();
      pp.advance();
      if (pp.kind !== OPEN_BRACE) {
        this.#cursor.giveUp(
          `"{" is missing before ${this.#cursor.shown()}`,
          'the root node is written / { ... };',
        );
      }
      if (this.#isBare) {
        this.nodes.block(this.#fragment('/', nameLoc), false);
        return true;
      }
      const { root } = this.#tree;
      // A fragment that a reference made is merged with one of its name here (dtc `merge_nodes`).
      const merging = root.history.length > 0 || root.allSubnodes.length > 0;
      root.deleted = false;
      if (root.nameLoc === NOWHERE) root.nameLoc = nameLoc;
      this.nodes.block(root, merging);
      return true;
    }
    if (pp.kind === SLASH) {
      this.#topLevelKeyword(labels, begun);
      return begun;
    }
    if (pp.kind === T.IDENT || T.IS_NAME_PART[pp.kind] === 1) {
      this.#cursor.giveUp(
        `${this.#cursor.shown()} is outside all nodes`,
        'put it into the root node, / { ... };, or refer to a node with &label { ... };',
      );
    }
    if (pp.kind === CLOSE_BRACE) {
      this.#cursor.here('unexpected "}": no node is open', 'remove it, or an extra "}" before it');
      pp.advance();
      if (pp.kind === SEMICOLON) pp.advance();
      return begun;
    }
    if (pp.kind === SEMICOLON) {
      this.#cursor.here('unexpected ";"', 'remove it');
      pp.advance();
      return begun;
    }
    if (pp.kind === T.EOF) return begun;
    return this.#cursor.giveUp(`${this.#cursor.shown()} does not belong here`);
  }

  #startsKeyword(): boolean {
    const { list, index } = this.#pp;
    const { source, starts } = list;
    return /^\/[a-zA-Z0-9,._+*#?@-]/.test(source.text.slice(starts[index], (starts[index] as number) + 2));
  }

  #topLevelKeyword(labels: readonly Label[], begun: boolean): void {
    const pp = this.#pp;
    const start = pp.loc();
    const word = this.#cursor.keyword();
    const end = pp.prevEnd;
    if (word === 'memreserve') {
      if (begun) {
        this.#report('syntax', '/memreserve/ must come before the first node', {
          start,
          end,
          hint: 'move it up, after /dts-v1/;',
        });
      }
      this.#reservation(labels);
      return;
    }
    if (word === 'delete-node' || word === 'omit-if-no-ref') {
      if (labels.length > 0)
        this.nodes.refuseLabels(labels, `a label is not allowed before /${word}/`, 'remove the label');
      this.#changeReferenced(word, start);
      return;
    }
    if (word === 'dts-v1' || word === 'plugin') {
      this.#report('syntax', `/${word}/ must be at the top of the source`, { start, end });
      this.#cursor.semicolon(`/${word}/`);
      return;
    }
    this.#cursor.unknownKeyword(word, start, end, [
      'memreserve',
      'delete-node',
      'omit-if-no-ref',
      'dts-v1',
      'plugin',
      'include',
    ]);
  }

  #reservation(labels: readonly Label[]): void {
    const address = this.#expressions.integer();
    const size = this.#expressions.integer();
    this.#cursor.semicolon('/memreserve/');
    this.#tree.reservations.push({
      address: BigInt(address),
      size: BigInt(size),
      labels: labels.map((label) => label.name),
    });
  }

  /** `&label { … };` */
  #referenced(labels: readonly Label[], begun: boolean): void {
    const pp = this.#pp;
    const start = pp.loc();
    const ref = this.#cursor.reference();
    const end = pp.prevEnd;
    if (pp.kind !== OPEN_BRACE) {
      const hint =
        pp.kind === SLASH && !pp.space ? `write &{${ref}/path} { ... };` : `write &${ref} { ... };`;
      this.#cursor.giveUp(`"{" is missing after &${ref}`, hint);
    }
    if (labels.length > 1) {
      this.nodes.refuseLabels(
        labels.slice(1),
        'only one label is allowed before a reference',
        'write one block for each label',
      );
    }
    if (this.#plugin === true && ref[0] !== '/' && ref.includes('/')) {
      this.#report('reference', `Label-relative reference ${ref} not supported in plugin`, {
        start,
        end,
        hint: 'refer to the label, and write the path as nodes inside',
      });
    }
    const [label] = labels;
    // A fragment cannot have a label: one in front makes the reference mean a node of this source, as in dtc.
    const isFragment = this.#plugin === true && label === undefined;
    const mayBeHere = label === undefined ? !(isFragment && ref.startsWith('/')) : begun;
    let target = mayBeHere ? this.labels.find(ref) : undefined;
    let merging = true;
    if (target === undefined) {
      merging = false;
      if (isFragment) target = this.#fragment(ref, start);
      else {
        const hint = `in an overlay, only its own nodes can have labels: remove ${label?.name}:`;
        this.#notFound(ref, start, end, this.#plugin === true ? hint : undefined);
        target = new LiveNode(this.#tree, ref);
      }
    }
    if (label !== undefined) {
      this.nodes.addLabel(target, label);
      this.labels.add(label.name, target);
    }
    target.deleted = false;
    this.nodes.block(target, merging);
  }

  /** `/delete-node/ &label;` and `/omit-if-no-ref/ &label;` outside of all nodes. */
  #changeReferenced(word: string, statement: Loc): void {
    const pp = this.#pp;
    if (pp.kind !== AND) {
      this.#cursor.giveUp(
        `${this.#cursor.shown()} is not a reference`,
        `outside of nodes, write /${word}/ &label; or /${word}/ &{/path};`,
      );
    }
    const start = pp.loc();
    const ref = this.#cursor.reference();
    const end = pp.prevEnd;
    const target = this.labels.find(ref);
    this.#cursor.semicolon(`/${word}/ &${ref}`);
    const outOfReach =
      this.#plugin === true ? 'an overlay can only delete or change its own nodes' : undefined;
    if (target === undefined) this.#notFound(ref, start, end, outOfReach);
    else if (word === 'delete-node') target.delete(statement, pp.prevEnd);
    else target.omitIfUnused = true;
  }

  #notFound(ref: string, start: Loc, end: Loc, hint?: string): void {
    // It may be in a file that is missing, which has been said.
    if (this.#pp.missingHeaders.length > 0) return;
    this.#report('reference', `Label or path ${ref} not found`, {
      start,
      end,
      hint: () => hint ?? this.#labelHint(ref),
    });
  }

  #labelHint(ref: string): string | undefined {
    const near = didYouMean(ref.split('/')[0] as string, this.labels.names());
    if (near !== undefined) return `did you mean &${near}?`;
    if (ref.startsWith('/')) return this.#pathHint(ref);
    return (
      labelHint(this.#tree, ref) ?? 'define the label on a node above, or include the file that defines it'
    );
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
}

/** `reg` of the first node under `/cpus`, as dtc guesses it. */
function guessBootCpu(tree: LiveTree): number {
  const cpu = tree.root.subnode('cpus')?.allSubnodes[0];
  const reg = cpu?.property('reg');
  return reg?.length === 4 ? (cpu?.u32('reg') ?? 0) : 0;
}
