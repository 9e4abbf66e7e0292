import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PropertyValue } from '../../../src/sim/index.ts';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { propertyOf, runSteps, type Steps, step } from './steps.ts';

/** Linux's tcpci and its port manager: what is plugged in has its roles, orientation and current in /sys/class/typec. */

const connector = (label: string, roles: string) =>
  `connector { compatible = "usb-c-connector"; label = "${label}"; ${roles} };`;
const SINK = 'power-role = "sink"; data-role = "device"; pd-disable; typec-power-opmode = "default";';
const DUAL =
  'power-role = "dual"; data-role = "dual"; try-power-role = "sink"; pd-disable; typec-power-opmode = "1.5A";';
const BOARD = `/dts-v1/; / {
  aliases { i2c0 = &bus; };
  bus: i2c {
    compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    sink: tcpc@50 { compatible = "nxp,ptn5110", "tcpci"; reg = <0x50>; interrupts-extended = <&gpio 0 8>;
      ${connector('sink', SINK)} };
    dual: tcpc@52 { compatible = "nxp,ptn5110", "tcpci"; reg = <0x52>; interrupts-extended = <&gpio 1 8>;
      ${connector('dual', DUAL)} };
  };
  gpio: gpio {
    compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
    interrupt-controller; #interrupt-cells = <2>; ngpios = <2>;
  };
};`;

const COMMANDS = `
for d in /sys/bus/i2c/devices/0-*; do echo $(basename $d) $(basename $(readlink $d/driver)); done
partners() { ls -d /sys/class/typec/port?-partner 2>/dev/null | wc -l; }
ports() {
  for p in /sys/class/typec/port?; do
    node=$(basename $(readlink -f $p/device/of_node))
    [ -e $p/\${p##*/}-partner ] && partner=partner || partner=none
    echo "$1 $node $(cat $p/data_role) $(cat $p/power_role) $(cat $p/power_operation_mode) $(cat $p/orientation) $partner"
  done
}
sleep 0.5
ports empty
${step('plug', '[ $(partners) = 2 ]')}
sleep 0.3
ports in
${step('look', 'true')}
${step('unplug', '[ $(partners) = 0 ]')}
sleep 0.3
ports out
${step('turned', '[ $(partners) = 1 ]')}
sleep 0.3
ports turned
${step('end', 'true')}
for f in /sys/kernel/debug/usb/tcpm-*; do echo "log $f"; tail -60 $f | sed 's/^/log /'; done 2>/dev/null`;

const STEPS: Steps = {
  plug: [
    ['&sink', { cc2: 'Rp 3 A', vbus: 5 }],
    ['&dual', { cc1: 'Rd' }],
  ],
  unplug: [
    ['&sink', { cc2: 'open', vbus: 0 }],
    ['&dual', { cc1: 'open' }],
  ],
  turned: [['&dual', { cc2: 'Rp 1.5 A', vbus: 5 }]],
};

describe.skipIf(NO_UML)(`Linux's tcpci${NO_UML || ''}`, () => {
  let said: ReadonlySet<string>;
  const seen = new Map<string, PropertyValue>();
  beforeAll(async () => {
    const output = await runSteps(BOARD, COMMANDS, STEPS, (board, name) => {
      for (const part of ['&sink', '&dual']) {
        for (const property of ['attached', 'sourcing', 'sinking', 'flipped'])
          seen.set(`${name} ${part} ${property}`, propertyOf(board, part, property));
      }
    });
    said = new Set(output.split('\n').map((line) => line.trim()));
  });

  afterAll(() =>
    keepLinuxResults('typec', [
      {
        compatible: 'nxp,ptn5110',
        driver: said.has('0-0050 tcpci') ? 'tcpci' : '',
        found: [
          {
            what: 'a charger upside down is a partner with 3 A',
            right: said.has('in tcpc@50 [device] [sink] 3.0A reverse partner'),
          },
          {
            what: 'a device is a partner of a host that supplies it',
            right: said.has('in tcpc@52 [host] device [source] sink 1.5A normal partner'),
          },
        ],
      },
    ]),
  );

  it.each(['0-0050 tcpci', '0-0052 tcpci'])('%s binds', (line) => expect(said).toContain(line));

  it('a port without a cable has no partner, and no orientation', () => {
    expect(said).toContain('empty tcpc@50 [device] [sink] default unknown none');
  });

  it('a charger upside down makes a sink draw 3 A; a device makes the other port the host that supplies it', () => {
    expect(said).toContain('in tcpc@50 [device] [sink] 3.0A reverse partner');
    expect(said).toContain('in tcpc@52 [host] device [source] sink 1.5A normal partner');
  });

  it('Linux told the parts so: polarity, and who supplies VBUS', () => {
    const of = (part: string) =>
      ['attached', 'sourcing', 'sinking', 'flipped'].map((property) => seen.get(`look ${part} ${property}`));
    expect(of('&sink')).toEqual([true, false, true, true]);
    expect(of('&dual')).toEqual([true, true, false, false]);
  });

  it('a plug that is pulled takes the partner away, and VBUS; Linux leaves the current as it was', () => {
    expect(said).toContain('out tcpc@50 [device] [sink] 3.0A unknown none');
    expect(['attached', 'sourcing', 'sinking'].map((each) => seen.get(`turned &dual ${each}`))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('a charger at the port with two roles makes it a device that draws 1.5 A, upside down', () => {
    expect(said).toContain('turned tcpc@52 host [device] source [sink] 1.5A reverse partner');
  });
});
