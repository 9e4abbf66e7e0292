import type { ChannelPlace, SimulatedI2c, SwitchRest } from '../../../hosts/simulated/index.ts';
import { type HostAdapter, wellFormed } from '../../bus/index.ts';
import type { Node } from '../../devicetree/index.ts';
import { type BusDescription, clientsOf, switchOf } from '../../frontend/index.ts';
import type { Hearers } from './ownership.ts';

/** No channel has this number. */
const NO_CHANNEL = -1;
/** `idle-state` of a multiplexer's controller (include/dt-bindings/mux/mux.h). */
const IDLE_AS_IS = 0xffffffff;

/** A bus that is bound, as far as its channels need it. */
interface Bound {
  readonly node: BusDescription;
  readonly simulatedI2c?: SimulatedI2c | undefined;
  readonly host: HostAdapter | undefined;
}

/** A channel's place, and whose turn it waits for: the bus that is switched in the end. */
export type BoundChannel = ChannelPlace & { readonly host: HostAdapter };

/** The bus that a channel hangs on; undefined for a bus that is no channel, or whose bus is not there. */
export function parentOf<Bus extends { readonly node: Node }>(
  channel: Node,
  buses: readonly Bus[],
): Bus | undefined {
  const parent = switchOf(channel)?.parent;
  if (parent === undefined) return undefined;
  return buses.find(({ node }) => node === parent) ?? buses.find(({ node }) => node.parent === parent);
}

/** The bus, what it hangs on, and what that hangs on. */
export function withParents<Bus extends { readonly node: Node }>(
  bus: Bus,
  buses: readonly Bus[],
): readonly Bus[] {
  const above = parentOf(bus.node, buses);
  return above === undefined ? [bus] : [bus, ...withParents(above, buses)];
}

/** Who can hear a transfer on a bus of a board. */
export function hearersOn(bus: BusDescription, buses: readonly BusDescription[]): Hearers {
  const clients = (all: readonly BusDescription[]) => all.flatMap(({ node }) => clientsOf(node));
  const below = buses.filter((each) => each !== bus && withParents(each, buses).includes(bus));
  return { bus: bus.node, clients: clients(withParents(bus, buses)), below: clients(below) };
}

/** Each bus behind the one that it hangs on. */
export function parentsFirst(buses: readonly BusDescription[]): readonly BusDescription[] {
  return [...buses].sort((a, b) => withParents(a, buses).length - withParents(b, buses).length);
}

/** Where a channel hangs, if its bus is simulated as a whole. */
export function channelPlace({ node }: BusDescription, bound: readonly Bound[]): BoundChannel | undefined {
  const mux = switchOf(node)?.mux;
  if (mux === undefined) return undefined;
  const above = parentOf(
    node,
    bound.map((binding) => ({ ...binding, node: binding.node.node })),
  );
  if (above?.simulatedI2c === undefined || above.host === undefined) return undefined;
  const channel = wellFormed(() => node.u32('reg')) ?? 0;
  const rest = restOf(mux, node, channel);
  return { parent: above.simulatedI2c, host: above.host, mux: mux.path, channel, rest };
}

/**
 * How Linux's drivers leave a multiplexer: i2c-mux-gpio and i2c-mux-reg as it was used last, or as `idle-state` says; the first of
 * the two connects its first channel when it comes up. i2c-mux-pinctrl lets go where its last state is called `idle`,
 * i2c-mux-gpmux as the controller of its multiplexer says. An arbiter or gate has one wire only.
 */
function restOf(mux: Node, node: Node, channel: number): SwitchRest {
  if (!node.has('reg')) return { first: channel, idle: channel };
  const idle = idleOf(mux);
  const siblings = node.parent?.children ?? [];
  const first = mux.compatible.includes('i2c-mux-gpio')
    ? siblings.find((each) => each.has('reg'))
    : undefined;
  return { first: idle ?? first?.u32('reg'), idle };
}

function idleOf(mux: Node): number | undefined {
  return wellFormed(() => {
    if (mux.compatible.includes('i2c-mux-pinctrl'))
      return mux.strings('pinctrl-names')?.at(-1) === 'idle' ? NO_CHANNEL : undefined;
    const holder = mux.has('mux-controls') ? mux.target('mux-controls') : mux;
    const state = holder?.u32s('idle-state')?.[0];
    return state === IDLE_AS_IS ? undefined : state;
  });
}
