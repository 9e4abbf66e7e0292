/**
 * What is told of a part in the guest: everything that its driver has in sysfs, whatever the class, as
 * `compatible file=value`.
 */
export const commands = (wanted: readonly string[]) => `
wanted='${wanted.join(' ')}'
mount -t debugfs none /sys/kernel/debug 2>/dev/null
# Without other programs, which take most of the time here. The names of these parts have one string each.
nameOf() { name=''; read -r name < "$1/of_node/compatible"; [ -n "$name" ]; }
probe() { for d in /sys/bus/i2c/devices/*-*; do [ -e "$d/driver" ] || echo "\${d##*/}" > /sys/bus/i2c/drivers_probe; done 2>/dev/null; }
drivers() { # OF_THESE: which driver has what
  for d in /sys/bus/i2c/drivers/\${1:-*}/*-*; do
    at=\${d%/*}; [ -f "$d/of_node/compatible" ] && nameOf "$d" && echo "$name driver=\${at##*/}"
  done
}
tell() { # CLASS_DEVICE
  for file in $1/*_input $1/in_*raw $1/in_*_scale $1/in_*_offset $1/capacity $1/voltage_now $1/temp $1/date; do
    [ -f "$file" ] && value='' && read -r value 2>/dev/null < "$file" && echo "$name \${file##*/}=$value"
  done
}
probe
drivers
for l in /sys/class/leds/* /sys/class/backlight/*; do [ -f "$l/brightness" ] && echo 100 > "$l/brightness"; done 2>/dev/null
for d in /sys/bus/i2c/devices/*-*; do
  [ -e "$d/driver" ] && [ -f "$d/of_node/compatible" ] && nameOf "$d" || continue
  case " $wanted " in *" $name "*) ;; *) continue ;; esac
  for e in $d/hwmon/hwmon* $d/rtc/rtc* $d/*/rtc/rtc* $d/power_supply/* $d/*/power_supply/* $d/iio:device*; do
    [ -d "$e" ] && tell "$e"
  done
done
for clock in si514 si570 pll1 clk_in; do
  value=''; [ -f "/sys/kernel/debug/clk/$clock/clk_rate" ] && read -r value < "/sys/kernel/debug/clk/$clock/clk_rate" && echo "clock $clock=$value"
done
# Both have a clock pll1: the second binds without the first.
for d in /sys/bus/i2c/drivers/vc3/*-*; do echo "\${d##*/}" > /sys/bus/i2c/drivers/vc3/unbind; done 2>/dev/null
for d in /sys/bus/i2c/devices/*-*; do
  [ -e "$d/driver" ] || ! nameOf "$d" || [ "$name" != ti,cdce706 ] || echo "\${d##*/}" > /sys/bus/i2c/drivers_probe
done 2>/dev/null
drivers cdce706
for d in /sys/bus/i2c/drivers/*; do echo "registered \${d##*/}"; done`;

const THEN = { time: '2031-07-04T05:06:07Z' };
const DATE = { date: '2031-07-04' };

/**
 * What is set on a part, and what its driver tells: the text of a file; or, of a channel of IIO (a number), its raw value
 * with scale and offset, to a hundredth: m/s², rad/s, G, m°C, kPa.
 */
export const SENSED: readonly (readonly [
  compatible: string,
  set: Readonly<Record<string, number | string>>,
  says: Readonly<Record<string, string | number>>,
])[] = [
  ['adi,adt7410', { temperature: 31.5 }, { temp1_input: '31500' }],
  ['aosong,aht10', { temperature: 31.5, humidity: 25 }, { temp1_input: '31500', humidity1_input: '25000' }],
  ['microchip,emc2305', { tach1: 2000 }, { fan1_input: '3932' }],
  [
    'ti,ina237',
    { busVoltage: 12, current: 1.5, temperature: 31.5 },
    { in1_input: '12000', curr1_input: '1500', temp1_input: '31500' },
  ],
  [
    'ti,ina3221',
    { busVoltage1: 12, current1: 1.5, busVoltage2: 5 },
    { in1_input: '12000', curr1_input: '1500', in2_input: '5000' },
  ],
  ['ti,tmp103', { temperature: 31 }, { temp1_input: '31000' }],
  [
    'ti,bq27500',
    { temperature: 31.5, voltage: 3.7, charge: 42 },
    { voltage_now: '3700000', capacity: '42', temp: '315' },
  ],
  ['cellwise,cw2015', { voltage: 3.7, charge: 42 }, { voltage_now: '3696000', capacity: '42' }],
  ['maxim,max17040', { voltage: 3.7, charge: 42 }, { voltage_now: '3700000', capacity: '42' }],
  ['richtek,rt5033-battery', { voltage: 3.7, charge: 42 }, { voltage_now: '3700000', capacity: '42' }],
  [
    'maxim,max17042',
    { voltage: 3.7, charge: 42, temperature: 31.5 },
    { voltage_now: '3700000', capacity: '42', temp: '315' },
  ],
  ['ti,bq25890', { battery: 3.704 }, { voltage_now: '3704000' }],
  [
    'asahi-kasei,ak8963',
    { magnetX: 30, magnetY: -45, magnetZ: 12 },
    { in_magn_x: 0.3, in_magn_y: -0.45, in_magn_z: 0.12 },
  ],
  ['st,lsm303dlhc-accel', { accelX: 0.5, accelY: -0.25 }, { in_accel_x: 4.903, in_accel_y: -2.452 }],
  ['st,l3gd20-gyro', { gyroX: 10, gyroZ: -100 }, { in_anglvel_x: 0.17453, in_anglvel_z: -1.7453 }],
  ['st,lis3mdl-magn', { magnetX: 30, magnetY: -45 }, { in_magn_x: 0.3, in_magn_y: -0.45 }],
  [
    'fsl,mag3110',
    { magnetX: 30, magnetY: -45, temperature: 31 },
    { in_magn_x: 0.3, in_magn_y: -0.45, in_temp: 31_000 },
  ],
  ['maxim,max9611', { temperature: 31.2 }, { in_temp: 31_200 }],
  [
    'melexis,mlx90614',
    { temperature: 31.5, object: 180 },
    { in_temp_ambient_raw: '15232', in_temp_object_raw: '22658' },
  ],
  ['fsl,mpl3115', { temperature: 31.5, pressure: 98_765 }, { in_temp_raw: '504', in_pressure: 98.765 }],
  [
    'meas,ms5611',
    { temperature: 31.5, pressure: 98_765 },
    { in_temp_input: '31500', in_pressure_input: '98.765000' },
  ],
  ['sensirion,sgp40', { rawVoc: 27_182 }, { in_resistance_raw: '27182' }],
  ['ti,tmp117', { temperature: 31.5 }, { in_temp: 31_500 }],
  // This driver tells °C, not thousandths.
  ['st,hts221', { temperature: 31.5, humidity: 25 }, { in_temp: 31.5, in_humidityrelative: 25 }],
  ['renesas,isl28022', { busVoltage: 12 }, { in0_input: '12000' }],
  ['fsl,mma7660', { x: 4.5974, y: -2.2987 }, { in_accel_x_raw: '10', in_accel_y_raw: '-5' }],
  ['voltafield,af8133j', { x: 0.3, y: -0.45 }, { in_magn_x: 0.3, in_magn_y: -0.45 }],
  ['kionix,kx023-1025', { x: 4.903, y: -2.452 }, { in_accel_x: 4.903, in_accel_y: -2.452 }],
  ['memsic,mxc4005', { x: 4.903, y: -2.452 }, { in_accel_x: 4.903, in_accel_y: -2.452 }],
  ['adi,ad7291', { temperature: 31.5 }, { in_temp0_raw: '126' }],
  ['st,lsm9ds0-gyro', { gyroX: 10, gyroZ: -100 }, { in_anglvel_x: 0.17453, in_anglvel_z: -1.7453 }],
  ['nxp,p3t1755', { temperature: 31.5 }, { temp1_input: '31500' }],
  ['ti,hdc2010', { temperature: 42.5, humidity: 25 }, { in_temp: 42_500, in_humidityrelative_raw: '16384' }],
  ['dallas,ds1672', { seconds: 1_940_907_967 }, DATE],
  ['avago,apds9930', { proximity: 300 }, { in_proximity0_raw: '300' }],
  ['ti,opt3001', { illuminance: 1000 }, { in_illuminance_input: '1000.000000' }],
  [
    // Linux divides the proximity of this part by 16.
    'capella,cm36686',
    { illuminance: 1000, proximity: 300 },
    { in_illuminance: 1000, in_proximity_raw: '18.750000000' },
  ],
  ['st,vl53l0x', { distance: 437 }, { in_distance_raw: '437' }],
  ['microcrystal,rv3032', { ...THEN, temperature: 31.5 }, { ...DATE, temp1_input: '31500' }],
  // Its calendar has a 31 November: from 2016 on Linux counts them.
  ['rockchip,rk805', { time: '2016-07-04T05:06:07Z' }, { date: '2016-07-04' }],
  ['ti,bq32000', THEN, DATE],
  ['haoyu,hym8563', THEN, DATE],
  ['isil,isl12022', THEN, DATE],
  ['isil,isl12026', THEN, DATE],
  ['isil,isl1208', THEN, DATE],
  ['nxp,pcf85263', THEN, DATE],
  ['microcrystal,rv8803', THEN, DATE],
  ['epson,rx8010', THEN, DATE],
  ['epson,rx8111', THEN, DATE],
  ['epson,rx8571', THEN, DATE],
  ['nxp,pcf2127', THEN, DATE],
];

/** What a property of the part is after the guest has set it: 100 of 255 of a light, or the only voltage that the tree allows. */
export const SHOWN: readonly (readonly [
  compatible: string,
  property: string,
  value: number,
  tolerance: number,
])[] = [
  ['fcs,fan53526', 'output', 1, 0.01],
  ['maxim,max8973', 'output', 1.1, 0.01],
  ['rockchip,rk805', 'buck1', 1.1, 0.01],
  ['rohm,bd71837', 'buck1', 1.1, 0.01],
  ['nxp,pca9450a', 'buck1', 1.1, 0.01],
  ['fsl,pfuze100', 'sw1ab', 1.1, 0.01],
  ['awinic,aw2013', 'led1', 39.2, 0.1],
  ['ti,tlc59116', 'led1', 39.2, 0.1],
  ['ti,lm3630a', 'a', 39.2, 0.1],
  ['ti,lp8550', 'brightness', 39.2, 0.1],
];
