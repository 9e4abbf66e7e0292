import { didYouMean } from '../../input/index.ts';
import type { Loc } from '../text/source.ts';
import { NOWHERE } from '../text/source.ts';
import type { LiveNode } from '../tree/live-node.ts';
import { type LiveProperty, ONLY_CELLS, ONLY_STRING } from '../tree/live-property.ts';
import type { LiveTree } from '../tree/live-tree.ts';
import type { Marker } from '../tree/tree.ts';
import type { Check, CheckContext } from './check.ts';

/**
 * The first part of dtc's table of checks: those without which a tree cannot be written, and the steps among
 * them that change it (`name_properties`, `explicit_phandles`, the references, `omit_unused_nodes`).
 */

function error(name: string, requires: readonly string[], run: Check['run']): Check {
  return { name, level: 'error', requires, run };
}

interface Entry {
  readonly name: string;
  readonly deleted: boolean;
}

/**
 * Calls `found` with every entry whose name a live one in front of it has, and with that one; with deleted ones
 * only where they count.
 */
function forDuplicates<T extends Entry>(
  entries: readonly T[],
  deletedCount: boolean,
  found: (later: T, first: T) => void,
): void {
  const { length } = entries;
  if (length < 8) {
    for (let i = 1; i < length; i++) {
      const later = entries[i] as T;
      if (later.deleted && !deletedCount) continue;
      for (let j = 0; j < i; j++) {
        const first = entries[j] as T;
        if (first.name !== later.name || first.deleted) continue;
        found(later, first);
        break;
      }
    }
    return;
  }
  const seen = new Map<string, T>();
  for (let i = 0; i < length; i++) {
    const entry = entries[i] as T;
    const first = seen.get(entry.name);
    if (entry.deleted && !deletedCount) continue;
    if (first !== undefined) found(entry, first);
    else if (!entry.deleted) seen.set(entry.name, entry);
  }
}

const duplicateNodeNames: Check = {
  ...error('duplicate_node_names', [], (node, { fail }) => {
    // As in dtc, deleting a node in the very block that defines it counts as another of its name.
    forDuplicates(node.allSubnodes, true, (later, first) => {
      const { name } = later;
      fail(later, undefined, 'Duplicate node name', {
        start: later.nameLoc,
        end: later.nameLoc + name.length,
        hint: later.deleted
          ? `${name} is defined and deleted in one block; leave it out, or delete it in another block`
          : `a block may define a node once; merge the two blocks of ${name}, or rename one`,
        notes: [note(`${name} is first defined here`, first.nameLoc, name.length)],
      });
    });
  }),
  among: 'parents',
};

const duplicatePropertyNames: Check = {
  ...error('duplicate_property_names', [], (node, { fail }) => {
    forDuplicates(node.allProperties, false, (later, first) => {
      fail(node, later, 'Duplicate property name', {
        start: later.start,
        end: later.start + later.name.length,
        hint: `keep one definition of ${later.name}`,
        notes: [note(`${later.name} is first defined here`, first.start, first.name.length)],
      });
    });
  }),
  among: 'repeating',
};

function note(
  message: string,
  start: Loc,
  length: number,
): { readonly message: string; readonly start: Loc; readonly end: Loc } {
  return { message, start, end: start === NOWHERE ? NOWHERE : start + length };
}

const nameIsString: Check = {
  ...error('name_is_string', [], (node, { fail }) => {
    const property = node.property('name');
    if (property !== undefined && !property.isString) fail(node, property, 'property is not a string');
  }),
  having: 'name',
};

const nameProperties: Check = {
  ...error('name_properties', ['name_is_string'], (node, { fail }) => {
    const property = node.findProperty('name');
    if (property === undefined) return;
    const text = String.fromCharCode(...property.value.subarray(0, 256));
    if (text === `${node.baseName}\0`) {
      // It says what the node's name says; older blobs carry it everywhere.
      node.remove(property);
      return;
    }
    const name = text.slice(0, -1);
    fail(node, property, `"name" property is incorrect ("${name}" instead of base node name)`);
  }),
  having: 'name',
};

interface LabelUse {
  readonly node: LiveNode;
  readonly property: LiveProperty | undefined;
  readonly marker: Marker | undefined;
  readonly loc: Loc;
}

/** All uses of a label, in the order in which dtc looks for one: nodes, properties, inside values. */
function labelUses(tree: LiveTree): Map<string, LabelUse[]> {
  const uses = new Map<string, LabelUse[]>();
  const add = (name: string, use: LabelUse): void => {
    const known = uses.get(name);
    if (known === undefined) uses.set(name, [use]);
    else known.push(use);
  };
  const properties: LiveProperty[] = [];
  for (const node of tree.nodes()) {
    for (const label of node.allLabels) {
      if (!label.deleted) add(label.name, { node, property: undefined, marker: undefined, loc: label.loc });
    }
    for (const property of node.allProperties) if (!property.deleted) properties.push(property);
  }
  for (const property of properties) {
    for (const label of property.allLabels) {
      if (!label.deleted)
        add(label.name, { node: property.node, property, marker: undefined, loc: label.loc });
    }
  }
  for (const property of properties) {
    for (const marker of property.markers) {
      if (marker.kind !== 'label' || marker.ref === undefined) continue;
      add(marker.ref, { node: property.node, property, marker, loc: marker.loc });
    }
  }
  return uses;
}

function describe({ node, property, marker }: LabelUse): string {
  const inProperty = property === undefined ? '' : `'${property.name}' in `;
  return `${marker === undefined ? '' : 'value of '}${inProperty}${node.path}`;
}

/** Whether there is a label that comes twice; nearly always there is none, and nothing is to be kept in mind. */
function hasDuplicateLabel(tree: LiveTree): boolean {
  const seen = new Set<string>();
  let count = 0;
  const add = (name: string): void => {
    seen.add(name);
    count++;
  };
  for (const node of tree.nodes()) {
    for (const { name, deleted } of node.allLabels) if (!deleted) add(name);
    for (const property of node.allProperties) {
      if (property.deleted) continue;
      for (const { name, deleted } of property.allLabels) if (!deleted) add(name);
      // A single marker is a type: a label stands inside of something.
      if (property.markers.length < 2) continue;
      for (const { kind, ref } of property.markers) if (kind === 'label' && ref !== undefined) add(ref);
    }
  }
  return seen.size < count;
}

/** So many duplicates are told of. */
const MAX_DUPLICATES = 200;

const duplicateLabel: Check = {
  ...error('duplicate_label', [], (_root, { tree, fail }) => {
    if (!tree.mayHaveDuplicateLabels || !hasDuplicateLabel(tree)) return;
    let told = 0;
    for (const [name, [first, ...rest]] of labelUses(tree)) {
      if (first === undefined) continue;
      for (const use of rest) {
        if (++told > MAX_DUPLICATES) return;
        fail(use.node, use.property, `Duplicate label '${name}' on ${describe(use)} and ${describe(first)}`, {
          start: use.loc,
          end: use.loc === NOWHERE ? NOWHERE : use.loc + name.length,
          hint: 'rename one of the two labels',
          notes: [note(`${name} is first defined here`, first.loc, name.length)],
        });
      }
    }
  }),
  among: 'root',
};

function isPhandle(value: number): boolean {
  return value !== 0 && value !== 0xffff_ffff;
}

/** The number that `name` gives the node; 0 where it gives none, or asks for one by referring to itself. */
function explicitPhandle(node: LiveNode, name: string, { tree, fail }: CheckContext): number {
  const property = node.property(name);
  if (property === undefined) return 0;
  if (property.length !== 4) {
    fail(node, property, `bad length (${property.length}) ${name} property`);
    return 0;
  }
  for (const marker of property.markers) {
    if (marker.kind !== 'ref-phandle') continue;
    if (tree.byReference(marker.ref ?? '') !== node)
      fail(node, undefined, `${name} is a reference to another node`);
    return 0;
  }
  const phandle = property.cell(0);
  if (isPhandle(phandle)) return phandle;
  fail(node, property, `bad value (0x${phandle.toString(16)}) in ${name} property`);
  return 0;
}

const explicitPhandles: Check = {
  ...error('explicit_phandles', [], (node, context) => {
    let phandle = explicitPhandle(node, 'phandle', context);
    const legacy = explicitPhandle(node, 'linux,phandle', context);
    if (phandle === 0 && legacy === 0) return;
    if (legacy !== 0 && phandle !== 0 && phandle !== legacy) {
      context.fail(node, undefined, "mismatching 'phandle' and 'linux,phandle' properties");
    }
    if (phandle === 0) phandle = legacy;
    const other = context.explicit.get(phandle);
    if (other !== undefined && other !== node) {
      const hex = phandle.toString(16);
      const [own, first] = [node, other].map(
        (each) => each.property('phandle') ?? each.property('linux,phandle'),
      );
      context.fail(node, undefined, `duplicated phandle 0x${hex} (seen before at ${other.path})`, {
        start: own?.start ?? NOWHERE,
        end: own?.end ?? NOWHERE,
        hint: 'change one of the two, or remove it: dtc adds phandles where they are needed',
        notes: [note(`${other.path} has it here`, first?.start ?? NOWHERE, 0)],
      });
      return;
    }
    context.explicit.set(phandle, node);
    node.phandle = phandle;
  }),
  having: (name) => name === 'phandle' || name === 'linux,phandle',
};

/** What to do where a reference names a node, and not a label of one. */
export function labelHint(tree: LiveTree, ref: string): string | undefined {
  if (ref.includes('/')) return undefined;
  for (const node of tree.nodes()) {
    if (node.parent === undefined || node.baseName.replaceAll('-', '_') !== ref.replaceAll('-', '_'))
      continue;
    const [label] = node.labels;
    return label === undefined
      ? `${node.path} is a node without a label: write ${ref}: ${node.name} { ... }`
      : `${node.path} has the label ${label}: write &${label}`;
  }
  return undefined;
}

/** Reports a reference that leads nowhere. */
function missing(node: LiveNode, property: LiveProperty, marker: Marker, { tree, fail }: CheckContext): void {
  const ref = marker.ref ?? '';
  fail(node, property, `Reference to non-existent node or label "${ref}"`, {
    start: marker.loc,
    end: marker.loc === NOWHERE ? NOWHERE : marker.loc + ref.length + 1,
    hint: () => {
      const labels = new Set<string>();
      for (const known of tree.nodes()) for (const label of known.labels) labels.add(label);
      const near = didYouMean(ref.split('/')[0] ?? '', labels);
      return near === undefined ? labelHint(tree, ref) : `did you mean &${near}?`;
    },
  });
}

const phandleReferences = error(
  'phandle_references',
  ['duplicate_node_names', 'explicit_phandles'],
  (node, context) => {
    const { tree, phandles } = context;
    const { allProperties } = node;
    // Referring to a node may append a phandle property to this very list; it refers to nothing itself.
    for (let i = 0, count = allProperties.length; i < count; i++) {
      const property = allProperties[i] as LiveProperty;
      const { markers } = property;
      if (markers === ONLY_CELLS || markers === ONLY_STRING || property.deleted) continue;
      for (let j = 0; j < markers.length; j++) {
        const marker = markers[j] as Marker;
        if (marker.kind !== 'ref-phandle') continue;
        const target = tree.byReference(marker.ref ?? '');
        if (target !== undefined) {
          property.setCell(marker.offset, phandles.of(target));
          target.isReferenced = true;
        } else if (tree.plugin) property.setCell(marker.offset, 0xffff_ffff);
        else missing(node, property, marker, context);
      }
    }
  },
);

/** Puts paths in at the `ref-path` markers; `paths` has one for each marker that is to be filled. */
function insertPaths(
  property: LiveProperty,
  paths: ReadonlyMap<Marker, string>,
  { tree }: CheckContext,
): void {
  let more = 0;
  for (const path of paths.values()) more += path.length + 1;
  tree.budget.take(2 * more);
  const old = property.value;
  const value = new Uint8Array(old.length + more);
  let from = 0;
  let inserted = 0;
  const markers = property.markers.map((marker) => {
    const moved = { ...marker, offset: marker.offset + inserted };
    const path = paths.get(marker);
    if (path === undefined) return moved;
    value.set(old.subarray(from, marker.offset), from + inserted);
    for (let i = 0; i < path.length; i++) value[moved.offset + i] = path.charCodeAt(i);
    from = marker.offset;
    inserted += path.length + 1;
    return moved;
  });
  value.set(old.subarray(from), from + inserted);
  property.setValue(value, 0, value.length, markers);
}

function hasPaths(markers: readonly Marker[]): boolean {
  for (let i = 0; i < markers.length; i++) if ((markers[i] as Marker).kind === 'ref-path') return true;
  return false;
}

const pathReferences = error('path_references', ['duplicate_node_names'], (node, context) => {
  const { allProperties } = node;
  for (let i = 0; i < allProperties.length; i++) {
    const property = allProperties[i] as LiveProperty;
    const { markers } = property;
    if (markers === ONLY_CELLS || markers === ONLY_STRING || property.deleted) continue;
    if (!hasPaths(markers)) continue;
    const paths = new Map<Marker, string>();
    for (const marker of property.markers) {
      if (marker.kind !== 'ref-path') continue;
      const target = context.tree.byReference(marker.ref ?? '');
      if (target === undefined) missing(node, property, marker, context);
      else {
        paths.set(marker, target.path);
        target.isReferenced = true;
      }
    }
    insertPaths(property, paths, context);
  }
});

const omitUnusedNodes = error(
  'omit_unused_nodes',
  ['phandle_references', 'path_references'],
  (node, { symbols }) => {
    // As in dtc, a label that was deleted still counts.
    if (symbols && node.allLabels.length > 0) return;
    if (node.omitIfUnused && !node.isReferenced) node.delete();
  },
);

/** The checks and steps that every tree goes through before it can be written, in dtc's order. */
export const STRUCTURE_CHECKS: readonly Check[] = [
  duplicateNodeNames,
  duplicatePropertyNames,
  nameIsString,
  nameProperties,
  duplicateLabel,
  explicitPhandles,
  phandleReferences,
  pathReferences,
  omitUnusedNodes,
];
