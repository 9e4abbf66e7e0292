import { addressChecks } from './addresses.ts';
import { type Buses, busChecks } from './buses.ts';
import type { Check } from './check.ts';
import type { CheckLevel } from './check-runner.ts';
import { CHOSEN_CHECKS } from './chosen.ts';
import { onDemand } from './define.ts';
import { graphChecks } from './graph.ts';
import { interruptChecks } from './interrupts.ts';
import { NAME_CHECKS } from './names.ts';
import { PhandleIndex } from './phandles.ts';
import { providerChecks } from './providers.ts';
import { STRUCTURE_CHECKS } from './structure-checks.ts';
import { VALUE_FORM_CHECKS } from './value-forms.ts';

/**
 * The order in which dtc 1.8.1 runs its checks. It matters where one changes the tree (`name_properties`, the
 * references, `omit_unused_nodes`) or finds out what another uses (the kinds of buses). Those that end in `*` come in
 * pairs, `…_property` and `…_is_cell`.
 */
const ORDER = `
  duplicate_node_names duplicate_property_names node_name_chars node_name_format node_name_not_empty
  property_name_chars name_is_string name_properties node_name_vs_property_name duplicate_label
  explicit_phandles phandle_references path_references omit_unused_nodes
  address_cells_is_cell size_cells_is_cell device_type_is_string model_is_string status_is_string label_is_string
  compatible_is_string_list names_is_string_list property_name_chars_strict node_name_chars_strict
  addr_size_cells reg_format ranges_format dma_ranges_format unit_address_vs_reg unit_address_format
  pci_bridge pci_device_reg pci_device_bus_num simple_bus_bridge simple_bus_reg
  i2c_bus_bridge i2c_bus_reg spi_bus_bridge spi_bus_reg
  avoid_default_addr_size avoid_unnecessary_addr_size unique_unit_address unique_unit_address_if_enabled
  obsolete_chosen_interrupt_controller chosen_node_is_root chosen_node_bootargs chosen_node_stdout_path
  clocks* cooling_device* dmas* hwlocks* interrupts_extended* io_channels* iommus* mboxes* msi_parent* mux_controls*
  phys* power_domains* pwms* resets* sound_dai* thermal_sensors*
  deprecated_gpio_property gpios_property interrupts_property interrupt_provider interrupt_map
  alias_paths graph_nodes graph_port graph_endpoint always_fail
`;

const alwaysFail = onDemand('always_fail', [], (node, { fail }) =>
  fail(node, undefined, 'this check fails at every node', {
    hint: 'use it to test how checks are reported',
  }),
);

/** All of dtc's checks, in its order. A table serves one tree: it remembers what it has found out about it. */
export function dtcChecks(): readonly Check[] {
  const buses: Buses = new Map();
  const phandles = new PhandleIndex();
  const checks = [
    ...STRUCTURE_CHECKS,
    ...NAME_CHECKS,
    ...VALUE_FORM_CHECKS,
    ...addressChecks(buses),
    ...busChecks(buses),
    ...CHOSEN_CHECKS,
    ...providerChecks(phandles),
    ...interruptChecks(phandles),
    ...graphChecks(buses, phandles),
    alwaysFail,
  ];
  const byName = new Map(checks.map((check) => [check.name, check]));
  const names = ORDER.trim()
    .split(/\s+/)
    .flatMap((name) =>
      name.endsWith('*') ? [name.replace('*', '_property'), name.replace('*', '_is_cell')] : [name],
    );
  return names.map((name) => byName.get(name)).filter((check) => check !== undefined);
}

/** One `-W` or `-E` of the command line: `interrupt_map`, or `no-interrupt_map`. */
export interface CheckSwitch {
  readonly level: 'warning' | 'error';
  readonly name: string;
}

/**
 * Levels after the switches, in order, for those checks that differ from the table's. Switching a check on also
 * switches on what it requires; switching it off also switches off what requires it.
 * Throws `RangeError` for a check that there is not.
 */
export function checkLevels(
  table: readonly Check[],
  switches: readonly CheckSwitch[],
): ReadonlyMap<string, CheckLevel> {
  const on = new Map(
    table.map(({ name, level }) => [name, { warning: level === 'warning', error: level === 'error' }]),
  );
  const byName = new Map(table.map((check) => [check.name, check]));

  const set = (name: string, level: 'warning' | 'error', value: boolean): void => {
    const levels = on.get(name);
    if (levels === undefined || levels[level] === value) return;
    levels[level] = value;
    const others = value
      ? (byName.get(name)?.requires ?? [])
      : table.filter((check) => check.requires.includes(name)).map((check) => check.name);
    for (const other of others) set(other, level, value);
  };
  for (const { name: given, level } of switches) {
    const [, no, name = ''] = /^(no[-_])?(.*)$/s.exec(given) ?? [];
    if (!byName.has(name)) throw new RangeError(`unknown check "${name}"`);
    set(name, level, no === undefined);
  }
  const changed = new Map<string, CheckLevel>();
  for (const [name, { warning, error }] of on) {
    const level = error ? 'error' : warning ? 'warning' : 'off';
    if (level !== byName.get(name)?.level) changed.set(name, level);
  }
  return changed;
}
