/** A tree with something wrong, and what dtc 1.8.1 says of it: the checks that fail, with the nodes they fail at. */
export interface CheckCase {
  readonly name: string;
  /** Options of the command line. */
  readonly options: readonly string[];
  readonly source: string;
  /** `check /node`, sorted; as often as dtc says it. */
  readonly expected: readonly string[];
  readonly exitCode: number;
}

export const CHECK_CASES: readonly CheckCase[] = [
  {
    name: 'duplicate_node_names',
    options: [],
    source: `/dts-v1/;
/ {
a { };
a { };
};
`,
    expected: ['duplicate_node_names /a'],
    exitCode: 2,
  },
  {
    name: 'duplicate_property_names',
    options: [],
    source: `/dts-v1/;
/ {
p = <1>;
p = <2>;
};
`,
    expected: ['duplicate_property_names /'],
    exitCode: 2,
  },
  {
    name: 'node_name_not_empty',
    options: [],
    source: `/dts-v1/;
/ {
@1 { reg = <1 1>; };
};
`,
    expected: ['node_name_not_empty /@1'],
    exitCode: 2,
  },
  {
    name: 'node_name_format',
    options: [],
    source: `/dts-v1/;
/ {
a@1@2 { reg = <1 1>; };
};
`,
    expected: ['node_name_format /a@1@2'],
    exitCode: 2,
  },
  {
    name: 'node_name_vs_property_name',
    options: [],
    source: `/dts-v1/;
/ {
a = <1>;
a { };
};
`,
    expected: ['node_name_vs_property_name /a'],
    exitCode: 0,
  },
  {
    name: 'name_is_string',
    options: [],
    source: `/dts-v1/;
/ {
a { name = <1 2>; };
};
`,
    expected: ['name_is_string /a'],
    exitCode: 2,
  },
  {
    name: 'name_properties',
    options: [],
    source: `/dts-v1/;
/ {
a { name = "b"; };
};
`,
    expected: ['name_properties /a'],
    exitCode: 2,
  },
  {
    name: 'duplicate_label on two nodes',
    options: [],
    source: `/dts-v1/;
/ {
l: a { };
l: b { };
};
`,
    expected: ['duplicate_label /b'],
    exitCode: 2,
  },
  {
    name: 'duplicate_label on a property',
    options: [],
    source: `/dts-v1/;
/ {
l: a { };
b { l: p; };
};
`,
    expected: ['duplicate_label /b'],
    exitCode: 2,
  },
  {
    name: 'duplicate_label inside a value',
    options: [],
    source: `/dts-v1/;
/ {
l: a { };
b { p = <1 l: 2>; };
};
`,
    expected: ['duplicate_label /b'],
    exitCode: 2,
  },
  {
    name: 'explicit_phandles twice',
    options: [],
    source: `/dts-v1/;
/ {
a { phandle = <1>; };
b { phandle = <1>; };
};
`,
    expected: ['explicit_phandles /b'],
    exitCode: 2,
  },
  {
    name: 'explicit_phandles of a wrong length',
    options: [],
    source: `/dts-v1/;
/ {
a { phandle = <1 2>; };
};
`,
    expected: ['explicit_phandles /a'],
    exitCode: 2,
  },
  {
    name: 'explicit_phandles 0',
    options: [],
    source: `/dts-v1/;
/ {
a { phandle = <0>; };
};
`,
    expected: ['explicit_phandles /a'],
    exitCode: 2,
  },
  {
    name: 'explicit_phandles that disagree',
    options: [],
    source: `/dts-v1/;
/ {
a { phandle = <1>; linux,phandle = <2>; };
};
`,
    expected: ['explicit_phandles /a'],
    exitCode: 2,
  },
  {
    name: 'explicit_phandles of another node',
    options: [],
    source: `/dts-v1/;
/ {
a { phandle = <&l>; };
l: b { };
};
`,
    expected: ['explicit_phandles /a'],
    exitCode: 2,
  },
  {
    name: 'phandle_references',
    options: [],
    source: `/dts-v1/;
/ {
a { p = <&gone>; };
};
`,
    expected: ['phandle_references /a'],
    exitCode: 2,
  },
  {
    name: 'path_references',
    options: [],
    source: `/dts-v1/;
/ {
a { p = &gone; };
};
`,
    expected: ['path_references /a'],
    exitCode: 2,
  },
  {
    name: 'address_cells_is_cell',
    options: [],
    source: `/dts-v1/;
/ {
a { #address-cells = <1 2>; };
};
`,
    expected: ['address_cells_is_cell /a'],
    exitCode: 0,
  },
  {
    name: 'size_cells_is_cell',
    options: [],
    source: `/dts-v1/;
/ {
a { #size-cells; };
};
`,
    expected: ['size_cells_is_cell /a'],
    exitCode: 0,
  },
  {
    name: 'device_type_is_string',
    options: [],
    source: `/dts-v1/;
/ {
a { device_type = <1>; };
};
`,
    expected: ['device_type_is_string /a'],
    exitCode: 0,
  },
  {
    name: 'model_is_string',
    options: [],
    source: `/dts-v1/;
/ {
model = "a", "b";
};
`,
    expected: ['model_is_string /'],
    exitCode: 0,
  },
  {
    name: 'status_is_string',
    options: [],
    source: `/dts-v1/;
/ {
a { status = <0x6f6b0000>; };
};
`,
    expected: ['status_is_string /a'],
    exitCode: 0,
  },
  {
    name: 'label_is_string',
    options: [],
    source: `/dts-v1/;
/ {
a { label; };
};
`,
    expected: ['label_is_string /a'],
    exitCode: 0,
  },
  {
    name: 'compatible_is_string_list',
    options: [],
    source: `/dts-v1/;
/ {
compatible = [61 62];
};
`,
    expected: ['compatible_is_string_list /'],
    exitCode: 0,
  },
  {
    name: 'names_is_string_list',
    options: [],
    source: `/dts-v1/;
/ {
a { clock-names = <1>; reg-names = "x", "y"; };
};
`,
    expected: ['names_is_string_list /a'],
    exitCode: 0,
  },
  {
    name: 'property_name_chars_strict',
    options: ['-Wproperty_name_chars_strict'],
    source: `/dts-v1/;
/ {
a_b; device_type = "x"; #size; ibm,#x; x#; a,b-c;
};
`,
    expected: ['property_name_chars_strict /', 'property_name_chars_strict /'],
    exitCode: 0,
  },
  {
    name: 'node_name_chars_strict',
    options: ['-Wnode_name_chars_strict'],
    source: `/dts-v1/;
/ {
a_b { };
a,b { };
};
`,
    expected: ['node_name_chars_strict /a_b'],
    exitCode: 0,
  },
  {
    name: 'reg_format of the root',
    options: [],
    source: `/dts-v1/;
/ {
reg = <1>;
};
`,
    expected: ['reg_format /', 'unit_address_vs_reg /'],
    exitCode: 0,
  },
  {
    name: 'reg_format empty',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
a@0 { reg; };
};
`,
    expected: ['reg_format /a@0'],
    exitCode: 0,
  },
  {
    name: 'reg_format of a wrong length',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <1>;
a@0 { reg = <0>; };
};
`,
    expected: ['reg_format /a@0'],
    exitCode: 0,
  },
  {
    name: 'ranges_format of the root',
    options: [],
    source: `/dts-v1/;
/ {
ranges;
};
`,
    expected: ['ranges_format /'],
    exitCode: 0,
  },
  {
    name: 'ranges_format empty between different cells',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <1>;
a { #address-cells = <2>; #size-cells = <2>; ranges; };
};
`,
    expected: ['ranges_format /a', 'ranges_format /a'],
    exitCode: 0,
  },
  {
    name: 'ranges_format of a wrong length',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <1>;
a@0 { #address-cells = <1>; #size-cells = <1>; ranges = <0 0>; };
};
`,
    expected: ['ranges_format /a@0'],
    exitCode: 0,
  },
  {
    name: 'dma_ranges_format',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <1>;
a { #address-cells = <1>; #size-cells = <1>; dma-ranges = <0 0>; };
};
`,
    expected: ['dma_ranges_format /a'],
    exitCode: 0,
  },
  {
    name: 'unit_address_vs_reg both ways',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
a { reg = <0>; };
b@1 { };
fragment@2 { __overlay__ { }; };
};
`,
    expected: ['unit_address_vs_reg /a', 'unit_address_vs_reg /b@1'],
    exitCode: 0,
  },
  {
    name: 'unit_address_format',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
a@0x1 { reg = <1>; };
b@02 { reg = <2>; };
c@0x03 { reg = <3>; };
};
`,
    expected: [
      'unit_address_format /a@0x1',
      'unit_address_format /b@02',
      'unit_address_format /c@0x03',
      'unit_address_format /c@0x03',
    ],
    exitCode: 0,
  },
  {
    name: 'pci_bridge',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <1>;
host@0 { device_type = "pci"; reg = <0 1>; #address-cells = <2>; #size-cells = <1>; bus-range = <3 2>; };
pci@1 { device_type = "pci"; reg = <1 1>; ranges; #address-cells = <3>; #size-cells = <2>; bus-range = <0>; };
pcie@2 { device_type = "pci"; reg = <2 1>; ranges = <0 0 0 0 0 0>; #address-cells = <3>; #size-cells = <2>; bus-range = <0 256>; };
};
`,
    expected: [
      'pci_bridge /host@0',
      'pci_bridge /host@0',
      'pci_bridge /host@0',
      'pci_bridge /host@0',
      'pci_bridge /host@0',
      'pci_bridge /pci@1',
      'pci_bridge /pcie@2',
      'ranges_format /pci@1',
      'ranges_format /pci@1',
    ],
    exitCode: 0,
  },
  {
    name: 'pci devices',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <1>;
pci@0 { device_type = "pci"; reg = <0 1>; ranges = <0 0 0 0 0 0>; #address-cells = <3>; #size-cells = <2>; bus-range = <0 1>;
a@1 { reg = <0x800 0 0 0 0>; };
b@2,1 { reg = <0x1100 0 0 0 0>; };
c@2 { reg = <0x1100 0 0 0 0>; };
d@3 { reg = <0x1800 1 0 0 0>; };
e@4 { reg = <0x02002001 0 0 0 0>; };
f@5 { reg = <0x052800 0 0 0 0>; };
};
};
`,
    expected: [
      'pci_device_bus_num /pci@0/f@5',
      'pci_device_reg /pci@0/c@2',
      'pci_device_reg /pci@0/d@3',
      'pci_device_reg /pci@0/e@4',
      'pci_device_reg /pci@0/e@4',
    ],
    exitCode: 0,
  },
  {
    name: 'simple-bus',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <1>;
soc { compatible = "simple-bus"; ranges; #address-cells = <1>; #size-cells = <1>;
a@10 { reg = <0x10 1>; };
b@20 { reg = <0x30 1>; };
c { };
d { compatible = "x", "simple-bus"; ranges; #address-cells = <1>; #size-cells = <1>; };
e@40 { ranges = <0 0x40 1>; #address-cells = <1>; #size-cells = <1>; };
f@fff { reg = <0xffe 1>; };
};
};
`,
    expected: ['simple_bus_reg /soc/b@20', 'simple_bus_reg /soc/c', 'simple_bus_reg /soc/f@fff'],
    exitCode: 0,
  },
  {
    name: 'simple-bus with two address cells',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <2>; #size-cells = <2>;
soc { compatible = "simple-bus"; ranges; #address-cells = <2>; #size-cells = <2>;
a@100000010 { reg = <1 0x10 0 1>; };
b@10 { reg = <1 0x10 0 1>; };
};
};
`,
    expected: ['simple_bus_reg /soc/b@10'],
    exitCode: 0,
  },
  {
    name: 'i2c_bus_reg',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
i2c@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>;
a@48 { reg = <0x48>; };
b@49 { reg = <0x4a>; };
c { };
d@80 { reg = <0x80>; };
e@80000123 { reg = <0x80000123>; };
f@80000400 { reg = <0x80000400>; };
g@64 { reg = <0x40000064>; };
h@20 { reg = <0x20 0x190>; };
};
i2c@2 { reg = <2>; i2c-bus { #address-cells = <1>; #size-cells = <0>; y@100 { reg = <0x100>; }; }; };
i2c@3 { reg = <3>; };
i2c@4 { reg = <4>; #address-cells = <1>; #size-cells = <0>; i2c-arb { #address-cells = <1>; #size-cells = <0>; z@90 { reg = <0x90>; }; }; };
};
`,
    expected: [
      'avoid_unnecessary_addr_size /i2c@4',
      'i2c_bus_reg /i2c@0/b@49',
      'i2c_bus_reg /i2c@0/c',
      'i2c_bus_reg /i2c@0/d@80',
      'i2c_bus_reg /i2c@0/f@80000400',
      'i2c_bus_reg /i2c@0/h@20',
      'i2c_bus_reg /i2c@2/i2c-bus/y@100',
      'i2c_bus_reg /i2c@4/i2c-arb',
      'i2c_bus_reg /i2c@4/i2c-arb/z@90',
    ],
    exitCode: 0,
  },
  {
    name: 'i2c_bus_bridge',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
i2c@1 { reg = <1>; #address-cells = <2>; #size-cells = <1>; x@0 { reg = <0 0 1>; }; };
i2c@2 { reg = <2>; };
};
`,
    expected: ['i2c_bus_bridge /i2c@1', 'i2c_bus_bridge /i2c@1'],
    exitCode: 0,
  },
  {
    name: 'spi_bus_reg',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
spi@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>;
a@0 { reg = <0>; };
b@1 { reg = <2>; };
c { };
};
spi@2 { reg = <2>; spi-slave; #address-cells = <0>; #size-cells = <0>; slave { }; };
other { #address-cells = <1>; #size-cells = <0>; f@0 { reg = <1>; spi-cpol; }; };
};
`,
    expected: [
      'avoid_unnecessary_addr_size /spi@2',
      'spi_bus_reg /other',
      'spi_bus_reg /other/f@0',
      'spi_bus_reg /spi@0/b@1',
      'spi_bus_reg /spi@0/c',
    ],
    exitCode: 0,
  },
  {
    name: 'spi_bus_bridge',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
spi@1 { reg = <1>; #address-cells = <2>; #size-cells = <1>; x@0 { reg = <0 0 1>; }; };
spi@2 { reg = <2>; spi-slave; #address-cells = <1>; #size-cells = <0>; slave@0 { reg = <0>; }; };
qspi@3 { reg = <3>; #address-cells = <1>; #size-cells = <0>; f@0 { reg = <0>; spi-max-frequency = <1>; }; };
};
`,
    expected: [
      'spi_bus_bridge /qspi@3',
      'spi_bus_bridge /spi@1',
      'spi_bus_bridge /spi@1',
      'spi_bus_bridge /spi@2',
    ],
    exitCode: 0,
  },
  {
    name: 'avoid_default_addr_size',
    options: [],
    source: `/dts-v1/;
/ {
a { b@0 { reg = <0 0 1>; }; };
};
`,
    expected: ['avoid_default_addr_size /a/b@0', 'avoid_default_addr_size /a/b@0'],
    exitCode: 0,
  },
  {
    name: 'avoid_unnecessary_addr_size',
    options: [],
    source: `/dts-v1/;
/ {
a { #address-cells = <1>; #size-cells = <0>; b { }; };
c { #address-cells = <1>; #size-cells = <0>; };
d { #address-cells = <1>; #size-cells = <0>; e@1 { reg = <1>; }; };
};
`,
    expected: ['avoid_unnecessary_addr_size /a'],
    exitCode: 0,
  },
  {
    name: 'unique_unit_address',
    options: [],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
a@1 { reg = <1>; };
b@1 { reg = <1>; };
c@1 { reg = <1>; status = "disabled"; };
};
`,
    expected: ['unique_unit_address /a@1', 'unique_unit_address /a@1', 'unique_unit_address /b@1'],
    exitCode: 0,
  },
  {
    name: 'unique_unit_address_if_enabled',
    options: ['-Wno-unique_unit_address', '-Wunique_unit_address_if_enabled'],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
a@1 { reg = <1>; };
b@1 { reg = <1>; };
c@1 { reg = <1>; status = "disabled"; };
};
`,
    expected: ['unique_unit_address_if_enabled /a@1'],
    exitCode: 0,
  },
  {
    name: 'chosen',
    options: [],
    source: `/dts-v1/;
/ {
chosen { bootargs = <1>; linux,stdout-path = "x"; };
a { chosen { stdout-path = <1>; }; };
};
`,
    expected: [
      'chosen_node_bootargs /chosen',
      'chosen_node_is_root /a/chosen',
      'chosen_node_stdout_path /a/chosen',
      'chosen_node_stdout_path /chosen',
    ],
    exitCode: 0,
  },
  {
    name: 'clocks',
    options: [],
    source: `/dts-v1/;
/ {
c: clk { #clock-cells = <1>; };
n: none { };
a { clocks = <&c 1>, <&c 2>; };
b { clocks = <&c>; };
d { clocks = <&n 1>; };
e { clocks = <1 2>; };
f { clocks = [01]; };
g { clocks = <0>, <&c 1>; };
h { clocks = <77>; };
i { clocks = <&c 1 2>; };
};
`,
    expected: [
      'clocks_property /b',
      'clocks_property /d',
      'clocks_property /e',
      'clocks_property /f',
      'clocks_property /h',
      'clocks_property /h',
      'clocks_property /i',
      'clocks_property /i',
    ],
    exitCode: 0,
  },
  {
    name: 'clocks_is_cell',
    options: [],
    source: `/dts-v1/;
/ {
c: clk { #clock-cells = <1 2>; };
a { clocks = <&c 1>; };
};
`,
    expected: ['clocks_is_cell /clk'],
    exitCode: 0,
  },
  {
    name: 'msi-parent needs no cells',
    options: [],
    source: `/dts-v1/;
/ {
m: msi { };
n: msi2 { #msi-cells = <1>; };
a { msi-parent = <&m>; };
b { msi-parent = <&n>; };
};
`,
    expected: ['msi_parent_property /b'],
    exitCode: 0,
  },
  {
    name: 'other providers',
    options: [],
    source: `/dts-v1/;
/ {
n: none { };
a { cooling-device = <&n>; };
b { dmas = <&n>; };
c { hwlocks = <&n>; };
d { interrupts-extended = <&n>; };
e { io-channels = <&n>; };
f { iommus = <&n>; };
g { mboxes = <&n>; };
h { mux-controls = <&n>; };
i { phys = <&n>; };
j { power-domains = <&n>; };
k { pwms = <&n>; };
l { resets = <&n>; };
m { sound-dai = <&n>; };
o { thermal-sensors = <&n>; };
};
`,
    expected: [
      'cooling_device_property /a',
      'dmas_property /b',
      'hwlocks_property /c',
      'interrupts_extended_property /d',
      'io_channels_property /e',
      'iommus_property /f',
      'mboxes_property /g',
      'mux_controls_property /h',
      'phys_property /i',
      'power_domains_property /j',
      'pwms_property /k',
      'resets_property /l',
      'sound_dai_property /m',
      'thermal_sensors_property /o',
    ],
    exitCode: 0,
  },
  {
    name: 'gpios',
    options: ['-Wdeprecated_gpio_property'],
    source: `/dts-v1/;
/ {
g: gpio { #gpio-cells = <2>; gpio-hog; };
a { gpios = <&g 1>; };
b { reset-gpio = <&g 1 2>; };
c { x,nr-gpios = <5>; };
d { gpio-hog; gpios = <5 6>; };
e { enable-gpios = <&g 1 2 &g 3 4>; };
};
`,
    expected: ['deprecated_gpio_property /b', 'gpios_property /a'],
    exitCode: 0,
  },
  {
    name: 'interrupts',
    options: [],
    source: `/dts-v1/;
/ {
interrupt-parent = <&pic>;
pic: pic { interrupt-controller; #interrupt-cells = <2>; };
odd: odd { };
a { interrupts = <1 2>; };
b { interrupts = <1>; };
c { interrupt-parent = <&odd>; interrupts = <1>; };
d { interrupt-parent = <99>; interrupts = <1>; };
e { interrupts = [01]; };
f { interrupt-controller; #interrupt-cells = <1>; g { interrupts = <5>; }; };
};
`,
    expected: [
      'interrupts_property /b',
      'interrupts_property /d',
      'interrupts_property /e',
      'interrupts_property /e',
      'interrupts_property /odd',
    ],
    exitCode: 0,
  },
  {
    name: 'interrupts without parent',
    options: [],
    source: `/dts-v1/;
/ {
a { interrupts = <1>; };
};
`,
    expected: ['interrupts_property /a'],
    exitCode: 0,
  },
  {
    name: 'interrupt_provider',
    options: [],
    source: `/dts-v1/;
/ {
a { interrupt-controller; };
b { #interrupt-cells = <1>; };
};
`,
    expected: ['interrupt_provider /a', 'interrupt_provider /b'],
    exitCode: 0,
  },
  {
    name: 'interrupt_map',
    options: [],
    source: `/dts-v1/;
/ {
pic: pic { interrupt-controller; #interrupt-cells = <1>; #address-cells = <0>; };
pic2: pic2 { interrupt-controller; #interrupt-cells = <1>; };
no: no { };
a { #address-cells = <1>; #interrupt-cells = <1>; interrupt-map-mask = <1 1>; interrupt-map = <0 1 &pic 5>, <0 2 &pic 6>; };
b { #interrupt-cells = <1>; interrupt-map = <1 &pic 5>; };
c { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map-mask = <1 2>; interrupt-map = <1 &pic2 5>; };
d { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 &no 5>; };
e { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 0 5>; };
f { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 66 5>; };
g { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1>; };
h { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 &pic>; };
i { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = [01]; };
};
`,
    expected: [
      'interrupt_map /b',
      'interrupt_map /c',
      'interrupt_map /c',
      'interrupt_map /d',
      'interrupt_map /e',
      'interrupt_map /f',
      'interrupt_map /g',
      'interrupt_map /h',
      'interrupt_map /i',
    ],
    exitCode: 0,
  },
  {
    name: 'alias_paths',
    options: [],
    source: `/dts-v1/;
/ {
aliases { a = "/n"; b = "/gone"; c = &n; D = "/n"; e; phandle = <9>; };
n: n { };
};
`,
    expected: ['alias_paths /aliases', 'alias_paths /aliases', 'alias_paths /aliases'],
    exitCode: 0,
  },
  {
    name: 'graph',
    options: [],
    source: `/dts-v1/;
/ {
a { ports { #address-cells = <1>; #size-cells = <0>;
port@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>; e0: endpoint@0 { reg = <0>; remote-endpoint = <&e1>; }; };
port@1 { reg = <2>; endpoint { remote-endpoint = <&e2>; }; };
plug@3 { reg = <3>; end { remote-endpoint = <&e0>; }; };
}; };
b { port { e1: endpoint { remote-endpoint = <&e0>; }; }; };
c { port { e2: endpoint { remote-endpoint = <&e1>; }; }; };
d { port { endpoint { remote-endpoint = <88>; }; }; };
};
`,
    expected: [
      'graph_endpoint /a/ports/plug@3/end',
      'graph_endpoint /a/ports/plug@3/end',
      'graph_endpoint /a/ports/port@1/endpoint',
      'graph_endpoint /c/port/endpoint',
      'graph_endpoint /d/port/endpoint',
      'graph_port /a/ports/plug@3',
      'graph_port /a/ports/port@1',
    ],
    exitCode: 0,
  },
  {
    name: 'graph_nodes at the root',
    options: [],
    source: `/dts-v1/;
/ {
endpoint { };
};
`,
    expected: ['graph_nodes /'],
    exitCode: 0,
  },
  {
    name: 'graph without cells',
    options: [],
    source: `/dts-v1/;
/ {
a { port@0 { reg = <0>; endpoint { }; }; port@1 { reg = <1 2>; endpoint { }; }; };
};
`,
    expected: [
      'avoid_default_addr_size /a/port@0',
      'avoid_default_addr_size /a/port@0',
      'avoid_default_addr_size /a/port@1',
      'avoid_default_addr_size /a/port@1',
      'graph_port /a/port@0',
      'graph_port /a/port@0',
      'graph_port /a/port@1',
      'reg_format /a/port@0',
      'reg_format /a/port@1',
    ],
    exitCode: 0,
  },
  {
    name: 'always_fail',
    options: ['-Walways_fail'],
    source: `/dts-v1/;
/ {
a { };
};
`,
    expected: ['always_fail /', 'always_fail /a'],
    exitCode: 0,
  },
  {
    name: 'an overlay may refer to what it does not have',
    options: [],
    source: `/dts-v1/;
/plugin/;
/ { aliases { x = "/base/node"; }; };
&base {
interrupt-parent = <&pic>; interrupts = <1>; clocks = <&clk 1>; gpios = <&gpio 1 2>;
port { endpoint { remote-endpoint = <&other>; }; };
map { #address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 &pic 5>; };
};
`,
    expected: [],
    exitCode: 0,
  },
  {
    name: 'switched off by -W',
    options: ['-Wno-reg_format'],
    source: `/dts-v1/;
/ {
a@0 { reg = <0>; };
};
`,
    expected: ['avoid_default_addr_size /a@0', 'avoid_default_addr_size /a@0'],
    exitCode: 0,
  },
  {
    name: 'switched off with what requires it',
    options: ['-Wno_addr_size_cells'],
    source: `/dts-v1/;
/ {
#address-cells = <1>; #size-cells = <0>;
a@0 { reg = <0 1>; };
b@1 { };
};
`,
    expected: ['unit_address_vs_reg /b@1'],
    exitCode: 0,
  },
  {
    name: 'made an error by -E',
    options: ['-Eunit_address_vs_reg'],
    source: `/dts-v1/;
/ {
b@1 { };
};
`,
    expected: ['unit_address_vs_reg /b@1'],
    exitCode: 2,
  },
  {
    name: 'errors by -E reach the prerequisites',
    options: ['-Ereg_format'],
    source: `/dts-v1/;
/ {
#address-cells = <1 2>;
};
`,
    expected: ['address_cells_is_cell /'],
    exitCode: 2,
  },
  {
    name: 'an error made a warning',
    options: ['-Eunit_address_vs_reg', '-Eno-unit_address_vs_reg'],
    source: `/dts-v1/;
/ {
b@1 { };
};
`,
    expected: ['unit_address_vs_reg /b@1'],
    exitCode: 0,
  },
  {
    name: '-W has no power over an error',
    options: ['-Wno-duplicate_node_names'],
    source: `/dts-v1/;
/ {
a { };
a { };
};
`,
    expected: ['duplicate_node_names /a'],
    exitCode: 2,
  },
  {
    name: '-E switches an error off',
    options: ['-Eno-duplicate_property_names'],
    source: `/dts-v1/;
/ {
p = <1>;
p = <2>;
};
`,
    expected: [],
    exitCode: 0,
  },
];
