import type { LiveNode } from '../tree/live-node.ts';
import type { Buses } from './buses.ts';
import type { Check, CheckContext } from './check.ts';
import { among, atName, cellOf, hex, isPhandle, warning } from './define.ts';
import type { PhandleIndex } from './phandles.ts';

/** Connections between devices: `ports`, `port`, `endpoint`. Linux Documentation/devicetree/bindings/graph.txt. */

function graphNodes(buses: Buses): Check {
  return warning('graph_nodes', [], (node, { fail }) => {
    const endpoints = node.subnodes.filter(
      (child) => child.baseName === 'endpoint' || child.has('remote-endpoint'),
    );
    const { parent } = node;
    if (parent === undefined) {
      for (const child of endpoints)
        fail(node, undefined, `the root node has the endpoint ${child.name}, but the root cannot be a port`, {
          hint: 'move the endpoint into a port node',
          ...atName(child),
        });
      return;
    }
    if (endpoints.length === 0) return;
    buses.set(node, 'graph-port');
    // The parent of ports is the device itself, or a node "ports" of it.
    if (!buses.has(parent) && (parent.name === 'ports' || node.has('reg'))) buses.set(parent, 'graph-ports');
  });
}

/** The numbers of ports and endpoints: one cell, the same as the unit address. */
function checkNumber(node: LiveNode, { fail }: CheckContext): void {
  const property = node.property('reg');
  const { parent } = node;
  if (property === undefined || parent === undefined) return;
  const number = cellOf(node, 'reg');
  if (number === undefined) {
    fail(node, property, 'invalid reg of a port or endpoint: expected one cell', {
      hint: 'write its number',
    });
    return;
  }
  if (node.unitAddress !== hex(number))
    fail(node, undefined, `the unit address does not match reg: expected "${hex(number)}"`, {
      ...atName(node),
      hint: `name the node ${node.baseName}@${hex(number)}, or correct reg`,
    });
  for (const [name, wanted] of [
    ['#address-cells', 1],
    ['#size-cells', 0],
  ] as const) {
    const found = cellOf(parent, name);
    if (found !== wanted)
      fail(
        node,
        undefined,
        `${parent.path} has ${found === undefined ? `no ${name}` : `${name} = <${found}>`}`,
        {
          ...atName(node),
          hint: `for numbered ports or endpoints, write ${name} = <${wanted}> there`,
        },
      );
  }
}

function graphPort(buses: Buses): Check {
  return warning('graph_port', ['graph_nodes'], (node, context) => {
    if (buses.get(node) !== 'graph-port') return;
    checkNumber(node, context);
    if (!context.tree.plugin && node.baseName !== 'port')
      context.fail(node, undefined, 'a node with endpoints is not named port', {
        ...atName(node),
        hint: `rename it to port${node.unitAddress === '' ? '' : `@${node.unitAddress}`}`,
      });
  });
}

function graphEndpoint(buses: Buses, phandles: PhandleIndex): Check {
  const remoteOf = (node: LiveNode, { tree, fail }: CheckContext): LiveNode | undefined => {
    const property = node.property('remote-endpoint');
    const phandle = cellOf(node, 'remote-endpoint');
    // In an overlay the other end may be in the base.
    if (property === undefined || (phandle !== undefined && !isPhandle(phandle))) return undefined;
    const remote = phandle === undefined ? undefined : phandles.node(tree, phandle);
    if (remote === undefined)
      fail(node, property, 'invalid remote-endpoint: expected the phandle of a node', {
        hint: 'write <&label> of the other end',
      });
    return remote;
  };
  return warning('graph_endpoint', ['graph_nodes'], (node, context) => {
    if (node.parent === undefined || buses.get(node.parent) !== 'graph-port') return;
    checkNumber(node, context);
    if (context.tree.plugin) return;
    if (node.baseName !== 'endpoint')
      context.fail(node, undefined, 'a node with remote-endpoint is not named endpoint', {
        ...atName(node),
        hint: `rename it to endpoint${node.unitAddress === '' ? '' : `@${node.unitAddress}`}`,
      });
    const remote = remoteOf(node, context);
    if (remote !== undefined && remoteOf(remote, context) !== node)
      context.fail(node, node.property('remote-endpoint'), `${remote.path} does not point back`, {
        hint: `give ${remote.path} a remote-endpoint that points at ${node.path}`,
      });
  });
}

/** dtc's checks of ports and endpoints (Devicetree Specification 4.1; Linux graph.yaml). */
export function graphChecks(buses: Buses, phandles: PhandleIndex): readonly Check[] {
  return [among('parents', graphNodes(buses)), graphPort(buses), graphEndpoint(buses, phandles)];
}
