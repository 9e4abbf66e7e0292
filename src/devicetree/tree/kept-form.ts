import { NOWHERE } from '../text/source.ts';
import { LiveNode } from './live-node.ts';
import { type Label, LiveProperty } from './live-property.ts';
import { LiveTree } from './live-tree.ts';
import type { Node, Property, Tree } from './tree.ts';

/** A tree without its source, as JSON can keep it. What most nodes do not have is left out. */
export interface TreeForm {
  readonly plugin?: true | undefined;
  readonly bootCpu?: number | undefined;
  /** Addresses and sizes in decimal. */
  readonly reservations?:
    | readonly { readonly address: string; readonly size: string; readonly labels: readonly string[] }[]
    | undefined;
  /** In tree order, the root first. */
  readonly nodes: readonly NodeForm[];
  /** The values of all properties, one behind the other, in base64. */
  readonly values: string;
}

interface NodeForm {
  /** Number of the node above; undefined for the root. */
  readonly above?: number | undefined;
  readonly name: string;
  readonly phandle?: number | undefined;
  readonly labels?: readonly string[] | undefined;
  /** A name and the length of a value in bytes, in turn. */
  readonly properties: readonly (string | number)[];
  /** Of the properties that have some: the name, and the labels. */
  readonly labelled?: readonly (readonly [name: string, labels: readonly string[]])[] | undefined;
}

/** `tree` to be kept; undefined where its nodes and properties cannot be told apart by their names. */
export function formOf(tree: Tree): TreeForm | undefined {
  const nodes = [...tree.nodes()];
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const isFound = (node: Node) => tree.byPath(node.path) === node;
  const isOnly = (property: Property) => property.node.property(property.name) === property;
  if (!nodes.every((node) => isFound(node) && node.properties.every(isOnly))) return undefined;
  return {
    plugin: tree.plugin || undefined,
    bootCpu: tree.bootCpu || undefined,
    reservations: someOf(
      tree.reservations.map(({ address, size, labels }) => ({
        address: `${address}`,
        size: `${size}`,
        labels,
      })),
    ),
    nodes: nodes.map((node) => ({
      above: node.parent && numbers.get(node.parent),
      name: node.name,
      phandle: node.phandle || undefined,
      labels: someOf(node.labels),
      properties: node.properties.flatMap(({ name, value }) => [name, value.length]),
      labelled: someOf(
        node.properties
          .filter(({ labels }) => labels.length > 0)
          .map(({ name, labels }): [string, readonly string[]] => [name, labels]),
      ),
    })),
    values: Buffer.concat(nodes.flatMap(({ properties }) => properties.map(({ value }) => value))).toString(
      'base64',
    ),
  };
}

function someOf<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/**
 * The tree that was kept. Where its source is asked for (`span`, `definitions`, `markers`, `sources`) it is what `withSource` gives:
 * the same tree, read from it. @throws {RangeError} the values do not have the lengths that the properties say
 */
export function treeOf(form: TreeForm, withSource: () => Tree): Tree {
  const tree = new LiveTree(undefined, withSource as () => LiveTree);
  // A copy: views of a Buffer would be Buffers.
  const values = new Uint8Array(Buffer.from(form.values, 'base64'));
  const nodes: LiveNode[] = [];
  let from = 0;
  // By their indices, as `of` takes three times as long in code that no compiler has seen yet.
  for (let i = 0; i < form.nodes.length; i++) {
    const { above, name, phandle, labels, properties, labelled } = form.nodes[i] as NodeForm;
    const node = above === undefined ? tree.root : new LiveNode(tree, name);
    if (above !== undefined) (nodes[above] as LiveNode).addSubnode(node);
    if (phandle !== undefined) node.phandle = phandle;
    if (labels !== undefined) node.allLabels = labelsOf(labels);
    for (let j = 0; j < properties.length; j += 2) {
      const property = new LiveProperty(node, properties[j] as string);
      const length = properties[j + 1] as number;
      property.setValue(values, from, length, undefined);
      node.addProperty(property);
      from += length;
    }
    for (const [property, its] of labelled ?? [])
      (node.findProperty(property) as LiveProperty).allLabels = labelsOf(its);
    nodes.push(node);
  }
  if (from !== values.length)
    throw new RangeError(`invalid values: expected ${from} bytes, got ${values.length}`);
  tree.plugin = form.plugin ?? false;
  tree.bootCpu = form.bootCpu ?? 0;
  for (const { address, size, labels } of form.reservations ?? [])
    tree.reservations.push({ address: BigInt(address), size: BigInt(size), labels });
  return tree;
}

function labelsOf(names: readonly string[]): Label[] {
  return names.map((name) => ({ name, loc: NOWHERE, deleted: false }));
}
