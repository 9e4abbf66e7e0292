/* Made from the data sheets by `npx vitest run test/parts/made.test.ts -u`: do not edit. */

interface SilSii9022 {
  /** Whether a screen is plugged in */
  plugged: boolean;
}

interface AdiAdv7511 {
  /** Whether a screen is plugged in */
  plugged: boolean;
  /** Events that have happened, a bit of register 96h each (0 to 255) */
  events: number;
}

interface FcsFusb302 {
  /** Whether VBUS is there */
  vbus: boolean;
  /** BC_LVL: what the measured CC line has (0 to 3) */
  level: number;
  /** Events that have happened, a bit of register 42h each (0 to 255) */
  events: number;
}

interface MmcSpiSlot {
  /** How long it starts, reads, writes and erases: 1 as cards do, 0 no time (0 to 1000) */
  timeScale: number;
  /** Its slider: the WP line says so, the card does not know */
  writeProtect: boolean;
  /** CSD says that it is protected, and each write is refused */
  locked: boolean;
  /** The whole memory; fewer bytes change its beginning */
  contents: Uint8Array;
}

interface DallasDs1338 {
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
  battery: boolean;
}

interface DallasDs3232 {
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
  battery: boolean;
  /** What the chip itself feels (-40 to 85 °C) */
  temperature: number;
}

interface DallasDs1672 {
  /** What it has counted: the seconds since 1970 by the clock of the machine at first (0 to 4294967295 s) */
  seconds: number;
  /** False: its battery is flat, so that a reset is the first power-up, which counts from 0 */
  battery: boolean;
}

interface MaximDs3231 {
  /** What its thermometer feels (-40 to 85 °C) */
  temperature: number;
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
  battery: boolean;
}

interface MicrocrystalRv3032 {
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
  battery: boolean;
  /** What the chip itself feels (-40 to 105 °C) */
  temperature: number;
}

interface TiAds1015 {
  /** Voltage at AIN0 (-0.3 to 6.3 V) */
  ain0: number;
  /** Voltage at AIN1 (-0.3 to 6.3 V) */
  ain1: number;
  /** Voltage at AIN2 (-0.3 to 6.3 V) */
  ain2: number;
  /** Voltage at AIN3 (-0.3 to 6.3 V) */
  ain3: number;
}

interface MicrochipMcp3002 {
  /** Voltage at CH0 (-0.6 to 6 V) */
  ch0: number;
  /** Voltage at CH1 (-0.6 to 6 V) */
  ch1: number;
  /** Reference voltage (0.25 to 6 V) */
  vref: number;
}

interface MicrochipMcp3004 {
  /** Voltage at CH0 (-0.6 to 6 V) */
  ch0: number;
  /** Voltage at CH1 (-0.6 to 6 V) */
  ch1: number;
  /** Voltage at CH2 (-0.6 to 6 V) */
  ch2: number;
  /** Voltage at CH3 (-0.6 to 6 V) */
  ch3: number;
  /** Reference voltage (0.25 to 6 V) */
  vref: number;
}

interface MicrochipMcp3008 {
  /** Voltage at CH0 (-0.6 to 6 V) */
  ch0: number;
  /** Voltage at CH1 (-0.6 to 6 V) */
  ch1: number;
  /** Voltage at CH2 (-0.6 to 6 V) */
  ch2: number;
  /** Voltage at CH3 (-0.6 to 6 V) */
  ch3: number;
  /** Voltage at CH4 (-0.6 to 6 V) */
  ch4: number;
  /** Voltage at CH5 (-0.6 to 6 V) */
  ch5: number;
  /** Voltage at CH6 (-0.6 to 6 V) */
  ch6: number;
  /** Voltage at CH7 (-0.6 to 6 V) */
  ch7: number;
  /** Reference voltage (0.25 to 6 V) */
  vref: number;
}

interface MicrochipMcp4725 {
  /** Supply, and so the full scale (2.7 to 5.5 V) */
  vdd: number;
  /** What the output gives (V) */
  readonly voltage: number;
  /** The DAC register (0 to 4095) */
  readonly code: number;
}

interface StHts221 {
  /** Relative humidity of the air (0 to 100 %RH) */
  humidity: number;
  /** What the sensor feels (-40 to 120 °C) */
  temperature: number;
}

interface RenesasIsl28022 {
  /** Voltage across the shunt, at the range after power-on (-0.32 to 0.32 V) */
  shuntVoltage: number;
  /** Voltage of the bus, at the range after power-on (0 to 60 V) */
  busVoltage: number;
}

interface TiAds7924 {
  /** Voltage at CH0, with a supply of 3.3 V (0 to 3.3 V) */
  ch0: number;
  /** Voltage at CH1, with a supply of 3.3 V (0 to 3.3 V) */
  ch1: number;
  /** Voltage at CH2, with a supply of 3.3 V (0 to 3.3 V) */
  ch2: number;
  /** Voltage at CH3, with a supply of 3.3 V (0 to 3.3 V) */
  ch3: number;
}

interface AdiAd7291 {
  /** Temperature of the die (-40 to 125 °C) */
  temperature: number;
}

interface CapellaCm32181 {
  /** What it counts of the light (0 to 65535) */
  counts: number;
}

interface DtbusHd44780Pcf8574 {
  /** What stands on the display */
  readonly text: string;
  /** Whether the backlight is on */
  readonly backlight: boolean;
}

interface SolomonSsd1306 {
  /** What the panel shows, as a PNG */
  readonly picture: Uint8Array;
  /** What the panel shows, for a terminal */
  readonly text: string;
  /** Of a lit dot, of the most: by contrast and fading (0 to 1) */
  readonly brightness: number;
  /** Contrast (0 to 255) */
  readonly contrast: number;
  /** Whether the panel is on */
  readonly on: boolean;
}

interface GoogleCrosEcSpi {
  /** Keys of the matrix that are down, two bytes each: row 0 to 7, column 0 to 12 */
  keys: Uint8Array;
  /** The power button is held down */
  powerButton: boolean;
  /** The volume-up button is held down */
  volumeUp: boolean;
  /** The volume-down button is held down */
  volumeDown: boolean;
  /** The lid is open */
  lidOpen: boolean;
  /** The keyboard is folded away */
  tabletMode: boolean;
  /** USB-C ports that it manages (0 to 4) */
  usbPorts: number;
  /** What a charger on port 0 gives; 0: none is plugged in (0 to 20 V) */
  charger: number;
  /** The most that this charger gives (0 to 5 A) */
  chargerCurrent: number;
  /** How full the battery is (0 to 100 %) */
  batteryCharge: number;
  /** How fast the fan turns (0 to 20000 1/min) */
  fanSpeed: number;
  /** Light of the keyboard (0 to 100 %) */
  readonly keyboardBacklight: number;
  /** Duty cycle of the display light, FFFFh is all (0 to 65535) */
  readonly displayBacklight: number;
  /** Whether the host said that it sleeps */
  readonly asleep: boolean;
  /** Events that the host has not fetched (0 to 32) */
  readonly waiting: number;
}

interface Renesas9fgv0241 {
  /** Outputs that are enabled, a bit each (0 to 255) */
  readonly outputs: number;
  /** Amplitude of the outputs (0.6 to 0.9 V) */
  readonly amplitude: number;
  /** How far spread spectrum lowers the frequency (-0.5 to 0 %) */
  readonly spread: number;
}

interface MicrochipMcp23008 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 255) */
  inputs: number;
  /** Pins that the outside drives, all once `inputs` is set; the others are pulled up by GPPU (0 to 255) */
  driven: number;
  /** Levels on the pins, outputs included (0 to 255) */
  readonly pins: number;
  /** Pins that the part drives (0 to 255) */
  readonly outputs: number;
}

interface MicrochipMcp23017 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 65535) */
  inputs: number;
  /** Pins that the outside drives, all once `inputs` is set; the others are pulled up by GPPU (0 to 65535) */
  driven: number;
  /** Levels on the pins, outputs included (0 to 65535) */
  readonly pins: number;
  /** Pins that the part drives (0 to 65535) */
  readonly outputs: number;
}

interface TiTca6424 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 16777215) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 16777215) */
  readonly pins: number;
  /** Pins that the part drives (0 to 16777215) */
  readonly outputs: number;
}

interface NxpPca9505 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 1099511627775) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 1099511627775) */
  readonly pins: number;
  /** Pins that the part drives (0 to 1099511627775) */
  readonly outputs: number;
}

interface NxpPca9554 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 255) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 255) */
  readonly pins: number;
  /** Pins that the part drives (0 to 255) */
  readonly outputs: number;
}

interface NxpPca9555 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 65535) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 65535) */
  readonly pins: number;
  /** Pins that the part drives (0 to 65535) */
  readonly outputs: number;
}

interface NxpPcal6408 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 255) */
  inputs: number;
  /** Pins that the outside drives, pin 0 in bit 0; the others have the level of their pull resistor (0 to 255) */
  driven: number;
  /** Levels on the pins, outputs included (0 to 255) */
  readonly pins: number;
  /** Pins that the part drives (0 to 255) */
  readonly outputs: number;
}

interface NxpPcal6416 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 65535) */
  inputs: number;
  /** Pins that the outside drives, pin 0 in bit 0; the others have the level of their pull resistor (0 to 65535) */
  driven: number;
  /** Levels on the pins, outputs included (0 to 65535) */
  readonly pins: number;
  /** Pins that the part drives (0 to 65535) */
  readonly outputs: number;
}

interface AvagoApds9930 {
  /** What the diode for visible and infrared light counts (0 to 65535) */
  ch0: number;
  /** What the diode for infrared light counts (0 to 65535) */
  ch1: number;
  /** What the proximity diode counts (0 to 65535) */
  proximity: number;
}

interface RohmBh1750 {
  /** Light on the sensor (0 to 100000 lx) */
  illuminance: number;
}

interface NxpPca9632 {
  /** How bright it is (%) */
  readonly led0: number;
  /** How bright it is (%) */
  readonly led1: number;
  /** How bright it is (%) */
  readonly led2: number;
  /** How bright it is (%) */
  readonly led3: number;
}

interface NxpPca9634 {
  /** How bright it is (%) */
  readonly led0: number;
  /** How bright it is (%) */
  readonly led1: number;
  /** How bright it is (%) */
  readonly led2: number;
  /** How bright it is (%) */
  readonly led3: number;
  /** How bright it is (%) */
  readonly led4: number;
  /** How bright it is (%) */
  readonly led5: number;
  /** How bright it is (%) */
  readonly led6: number;
  /** How bright it is (%) */
  readonly led7: number;
}

interface TiLp5562 {
  /** How bright it is (%) */
  readonly led0: number;
  /** How bright it is (%) */
  readonly led1: number;
  /** How bright it is (%) */
  readonly led2: number;
}

interface TiLp5521 {
  /** How bright it is (%) */
  readonly led0: number;
  /** How bright it is (%) */
  readonly led1: number;
  /** How bright it is (%) */
  readonly led2: number;
  /** How bright it is (%) */
  readonly led3: number;
  /** How bright it is (%) */
  readonly led4: number;
  /** How bright it is (%) */
  readonly led5: number;
  /** How bright it is (%) */
  readonly led6: number;
  /** How bright it is (%) */
  readonly led7: number;
  /** How bright it is (%) */
  readonly led8: number;
}

interface TiLp5012 {
  /** How bright it is (%) */
  readonly led0: number;
  /** How bright it is (%) */
  readonly led1: number;
  /** How bright it is (%) */
  readonly led2: number;
  /** How bright it is (%) */
  readonly led3: number;
  /** How bright it is (%) */
  readonly led4: number;
  /** How bright it is (%) */
  readonly led5: number;
  /** How bright it is (%) */
  readonly led6: number;
  /** How bright it is (%) */
  readonly led7: number;
  /** How bright it is (%) */
  readonly led8: number;
  /** How bright it is (%) */
  readonly led9: number;
  /** How bright it is (%) */
  readonly led10: number;
  /** How bright it is (%) */
  readonly led11: number;
}

interface IssiIs31fl3190 {
  /** How bright it is (%) */
  readonly led0: number;
  /** How bright it is (%) */
  readonly led1: number;
  /** How bright it is (%) */
  readonly led2: number;
  /** How bright it is (%) */
  readonly led3: number;
  /** How bright it is (%) */
  readonly led4: number;
  /** How bright it is (%) */
  readonly led5: number;
  /** How bright it is (%) */
  readonly led6: number;
  /** How bright it is (%) */
  readonly led7: number;
  /** How bright it is (%) */
  readonly led8: number;
  /** How bright it is (%) */
  readonly led9: number;
  /** How bright it is (%) */
  readonly led10: number;
  /** How bright it is (%) */
  readonly led11: number;
  /** How bright it is (%) */
  readonly led12: number;
  /** How bright it is (%) */
  readonly led13: number;
  /** How bright it is (%) */
  readonly led14: number;
  /** How bright it is (%) */
  readonly led15: number;
  /** How bright it is (%) */
  readonly led16: number;
  /** How bright it is (%) */
  readonly led17: number;
}

interface TiLm3630a {
  /** How bright it is (%) */
  readonly a: number;
  /** How bright it is (%) */
  readonly b: number;
}

interface TiLp8550 {
  /** How bright it is (%) */
  readonly brightness: number;
}

interface TiOpt3001 {
  /** Light on the sensor (0 to 200000 lx) */
  illuminance: number;
}

interface NxpPca9550 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 3) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 3) */
  readonly pins: number;
  /** Pins that the part drives (0 to 3) */
  readonly outputs: number;
  /** Share of the time that LED0 is lit */
  readonly led0: number;
  /** Share of the time that LED1 is lit */
  readonly led1: number;
}

interface NxpPca9551 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 255) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 255) */
  readonly pins: number;
  /** Pins that the part drives (0 to 255) */
  readonly outputs: number;
  /** Share of the time that LED0 is lit */
  readonly led0: number;
  /** Share of the time that LED1 is lit */
  readonly led1: number;
  /** Share of the time that LED2 is lit */
  readonly led2: number;
  /** Share of the time that LED3 is lit */
  readonly led3: number;
  /** Share of the time that LED4 is lit */
  readonly led4: number;
  /** Share of the time that LED5 is lit */
  readonly led5: number;
  /** Share of the time that LED6 is lit */
  readonly led6: number;
  /** Share of the time that LED7 is lit */
  readonly led7: number;
}

interface NxpPca9552 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 65535) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 65535) */
  readonly pins: number;
  /** Pins that the part drives (0 to 65535) */
  readonly outputs: number;
  /** Share of the time that LED0 is lit */
  readonly led0: number;
  /** Share of the time that LED1 is lit */
  readonly led1: number;
  /** Share of the time that LED2 is lit */
  readonly led2: number;
  /** Share of the time that LED3 is lit */
  readonly led3: number;
  /** Share of the time that LED4 is lit */
  readonly led4: number;
  /** Share of the time that LED5 is lit */
  readonly led5: number;
  /** Share of the time that LED6 is lit */
  readonly led6: number;
  /** Share of the time that LED7 is lit */
  readonly led7: number;
  /** Share of the time that LED8 is lit */
  readonly led8: number;
  /** Share of the time that LED9 is lit */
  readonly led9: number;
  /** Share of the time that LED10 is lit */
  readonly led10: number;
  /** Share of the time that LED11 is lit */
  readonly led11: number;
  /** Share of the time that LED12 is lit */
  readonly led12: number;
  /** Share of the time that LED13 is lit */
  readonly led13: number;
  /** Share of the time that LED14 is lit */
  readonly led14: number;
  /** Share of the time that LED15 is lit */
  readonly led15: number;
}

interface NxpPca9553 {
  /** Levels that the outside gives the pins, pin 0 in bit 0 (0 to 15) */
  inputs: number;
  /** Levels on the pins, outputs included (0 to 15) */
  readonly pins: number;
  /** Pins that the part drives (0 to 15) */
  readonly outputs: number;
  /** Share of the time that LED0 is lit */
  readonly led0: number;
  /** Share of the time that LED1 is lit */
  readonly led1: number;
  /** Share of the time that LED2 is lit */
  readonly led2: number;
  /** Share of the time that LED3 is lit */
  readonly led3: number;
}

interface NxpPca9685Pwm {
  /** Share of the time that LED0 is on */
  readonly duty0: number;
  /** Share of the time that LED1 is on */
  readonly duty1: number;
  /** Share of the time that LED2 is on */
  readonly duty2: number;
  /** Share of the time that LED3 is on */
  readonly duty3: number;
  /** Share of the time that LED4 is on */
  readonly duty4: number;
  /** Share of the time that LED5 is on */
  readonly duty5: number;
  /** Share of the time that LED6 is on */
  readonly duty6: number;
  /** Share of the time that LED7 is on */
  readonly duty7: number;
  /** Share of the time that LED8 is on */
  readonly duty8: number;
  /** Share of the time that LED9 is on */
  readonly duty9: number;
  /** Share of the time that LED10 is on */
  readonly duty10: number;
  /** Share of the time that LED11 is on */
  readonly duty11: number;
  /** Share of the time that LED12 is on */
  readonly duty12: number;
  /** Share of the time that LED13 is on */
  readonly duty13: number;
  /** Share of the time that LED14 is on */
  readonly duty14: number;
  /** Share of the time that LED15 is on */
  readonly duty15: number;
  /** Frequency of the outputs (Hz) */
  readonly frequency: number;
}

interface Atmel24c00 {
  /** Write cycle time (0 to 1000 ms) */
  writeTime: number;
  /** Level of the WP pin: high keeps the contents */
  writeProtect: boolean;
  /** The whole memory; fewer bytes change its beginning */
  contents: Uint8Array;
}

interface AtmelAt25 {
  /** Write cycle time (0 to 1000 ms) */
  writeTime: number;
  /** True while the WP pin is low */
  writeProtect: boolean;
  /** The whole memory; fewer bytes change its beginning */
  contents: Uint8Array;
}

interface JedecSpiNor {
  /** Share of the typical program and erase times; 0: all is done at once (0 to 100) */
  timeScale: number;
  /** True while the WP# pin is low */
  writeProtect: boolean;
  /** The whole memory; fewer bytes change its beginning */
  contents: Uint8Array;
}

interface AdiAdxl345 {
  /** Acceleration along X (-16 to 16 g) */
  accelX: number;
  /** Acceleration along Y (-16 to 16 g) */
  accelY: number;
  /** Acceleration along Z (-16 to 16 g) */
  accelZ: number;
}

interface AsahiKaseiAk8963 {
  /** Magnetic field along X of the magnetometer (-4912 to 4912 µT) */
  magnetX: number;
  /** Magnetic field along Y of the magnetometer (-4912 to 4912 µT) */
  magnetY: number;
  /** Magnetic field along Z of the magnetometer (-4912 to 4912 µT) */
  magnetZ: number;
}

interface StLis2de12 {
  /** Acceleration along x, at the range after power-on (-19.581918719999997 to 19.58132112726562 m/s²) */
  x: number;
  /** Acceleration along y, at the range after power-on (-19.581918719999997 to 19.58132112726562 m/s²) */
  y: number;
  /** Acceleration along z, at the range after power-on (-19.581918719999997 to 19.58132112726562 m/s²) */
  z: number;
}

interface StLis2hh12 {
  /** Acceleration along x, at the range after power-on (-19.602002739199996 to 19.601404533549996 m/s²) */
  x: number;
  /** Acceleration along y, at the range after power-on (-19.602002739199996 to 19.601404533549996 m/s²) */
  y: number;
  /** Acceleration along z, at the range after power-on (-19.602002739199996 to 19.601404533549996 m/s²) */
  z: number;
}

interface StLis2mdl {
  /** Field along x, at the range after power-on (-49.152 to 49.1505 G) */
  x: number;
  /** Field along y, at the range after power-on (-49.152 to 49.1505 G) */
  y: number;
  /** Field along z, at the range after power-on (-49.152 to 49.1505 G) */
  z: number;
}

interface StLsm9ds1Magn {
  /** Field along x, at the range after power-on (-4.58752 to 4.58738 G) */
  x: number;
  /** Field along y, at the range after power-on (-4.58752 to 4.58738 G) */
  y: number;
  /** Field along z, at the range after power-on (-4.58752 to 4.58738 G) */
  z: number;
}

interface StLsm9ds0Imu {
  /** Acceleration along x, at the range after power-on (-19.602002739199996 to 19.601404533549996 m/s²) */
  x: number;
  /** Acceleration along y, at the range after power-on (-19.602002739199996 to 19.601404533549996 m/s²) */
  y: number;
  /** Acceleration along z, at the range after power-on (-19.602002739199996 to 19.601404533549996 m/s²) */
  z: number;
  /** Field along x, at the range after power-on (-5.24288 to 5.24272 G) */
  magnetX: number;
  /** Field along y, at the range after power-on (-5.24288 to 5.24272 G) */
  magnetY: number;
  /** Field along z, at the range after power-on (-5.24288 to 5.24272 G) */
  magnetZ: number;
}

interface MemsicMxc4005 {
  /** Acceleration along x, at the range after power-on (-19.6133 to 19.61270144958496 m/s²) */
  x: number;
  /** Acceleration along y, at the range after power-on (-19.6133 to 19.61270144958496 m/s²) */
  y: number;
  /** Acceleration along z, at the range after power-on (-19.6133 to 19.61270144958496 m/s²) */
  z: number;
}

interface FslMma7660 {
  /** Acceleration along x (-14.709975 to 14.709975 m/s²) */
  x: number;
  /** Acceleration along y (-14.709975 to 14.709975 m/s²) */
  y: number;
  /** Acceleration along z (-14.709975 to 14.709975 m/s²) */
  z: number;
}

interface VoltafieldAf8133j {
  /** Field along x, at the range after power-on (-12 to 11.9996337890625 G) */
  x: number;
  /** Field along y, at the range after power-on (-12 to 11.9996337890625 G) */
  y: number;
  /** Field along z, at the range after power-on (-12 to 11.9996337890625 G) */
  z: number;
}

interface HoneywellHmc5883l {
  /** Magnetic field along X (-800 to 800 µT) */
  magnetX: number;
  /** Magnetic field along Y (-800 to 800 µT) */
  magnetY: number;
  /** Magnetic field along Z (-800 to 800 µT) */
  magnetZ: number;
}

interface KionixKx0231025 {
  /** Acceleration along x, beyond the range its end (-78.4532 to 78.4532 m/s²) */
  x: number;
  /** Acceleration along y, beyond the range its end (-78.4532 to 78.4532 m/s²) */
  y: number;
  /** Acceleration along z, beyond the range its end (-78.4532 to 78.4532 m/s²) */
  z: number;
}

interface StL3gd20Gyro {
  /** Rotation about X (-2000 to 2000 °/s) */
  gyroX: number;
  /** Rotation about Y (-2000 to 2000 °/s) */
  gyroY: number;
  /** Rotation about Z (-2000 to 2000 °/s) */
  gyroZ: number;
  /** Temperature of the die (-40 to 85 °C) */
  temperature: number;
}

interface StLis3mdlMagn {
  /** Magnetic field along X (-1600 to 1600 µT) */
  magnetX: number;
  /** Magnetic field along Y (-1600 to 1600 µT) */
  magnetY: number;
  /** Magnetic field along Z (-1600 to 1600 µT) */
  magnetZ: number;
  /** Temperature of the die (-40 to 85 °C) */
  temperature: number;
}

interface FslMag3110 {
  /** Magnetic field along X (-1000 to 1000 µT) */
  magnetX: number;
  /** Magnetic field along Y (-1000 to 1000 µT) */
  magnetY: number;
  /** Magnetic field along Z (-1000 to 1000 µT) */
  magnetZ: number;
  /** Temperature of the die (-40 to 125 °C) */
  temperature: number;
}

interface FslMma8451 {
  /** Acceleration along X (-8 to 8 g) */
  accelX: number;
  /** Acceleration along Y (-8 to 8 g) */
  accelY: number;
  /** Acceleration along Z (-8 to 8 g) */
  accelZ: number;
}

interface InvensenseMpu6050 {
  /** Acceleration along X (-16 to 16 g) */
  accelX: number;
  /** Acceleration along Y (-16 to 16 g) */
  accelY: number;
  /** Acceleration along Z (-16 to 16 g) */
  accelZ: number;
  /** Rotation about X (-2000 to 2000 °/s) */
  gyroX: number;
  /** Rotation about Y (-2000 to 2000 °/s) */
  gyroY: number;
  /** Rotation about Z (-2000 to 2000 °/s) */
  gyroZ: number;
  /** Temperature of the die (-40 to 85 °C) */
  temperature: number;
}

interface InvensenseMpu9250 {
  /** Acceleration along X (-16 to 16 g) */
  accelX: number;
  /** Acceleration along Y (-16 to 16 g) */
  accelY: number;
  /** Acceleration along Z (-16 to 16 g) */
  accelZ: number;
  /** Rotation about X (-2000 to 2000 °/s) */
  gyroX: number;
  /** Rotation about Y (-2000 to 2000 °/s) */
  gyroY: number;
  /** Rotation about Z (-2000 to 2000 °/s) */
  gyroZ: number;
  /** Temperature of the die (-40 to 85 °C) */
  temperature: number;
  /** Magnetic field along X of the magnetometer (-4912 to 4912 µT) */
  magnetX: number;
  /** Magnetic field along Y of the magnetometer (-4912 to 4912 µT) */
  magnetY: number;
  /** Magnetic field along Z of the magnetometer (-4912 to 4912 µT) */
  magnetZ: number;
}

interface NxpPca9541 {
  /** NMYBUS as the other master leaves it: unlike MYBUS, that master has the bus */
  otherMyBus: boolean;
  /** NBUSON as the other master leaves it: like BUSON, the bus is off */
  otherBusOn: boolean;
  /** The other master has set NTESTON: it asks for the bus */
  otherTest: boolean;
  /** INT_IN is low: a part behind it asks for attention */
  interruptInput: boolean;
  /** This master is connected to the bus behind it */
  readonly connected: boolean;
}

interface NxpPca9548 {
  /** Control register: what is connected */
  readonly control: number;
}

interface SpiNand {
  /** How long it reads, programs and erases: 1 as its data sheet says, 0 no time (0 to 1000) */
  timeScale: number;
  /** Numbers of blocks that are bad, with blanks between: they bear their mark */
  badBlocks: string;
  /** Bits of a page that are read wrong: 1 is corrected, 2 are too many (0 to 2) */
  bitErrors: number;
  /** True while the WP pin is low: the protection register keeps its value */
  writeProtect: boolean;
  /** How many blocks were erased since power-on (0 to 9007199254740991) */
  readonly erased: number;
}

interface GwGsc {
  /** Events that have happened, a bit of IRQ_STATUS each (0 to 255) */
  events: number;
}

interface KontronSl28cpld {
  /** How fast the fan turns, with two pulses a turn (0 to 3810 rpm) */
  fan: number;
}

interface KhadasMcu {
  /** How fast the fan was asked to turn: 0 to 3, or in % */
  readonly fan: number;
}

interface SophgoSg2042HwmonMcu {
  /** Temperature of the processor (0 to 127 °C) */
  soc: number;
  /** Temperature of the board (0 to 127 °C) */
  board: number;
}

interface MicrochipMcp2515 {
  /** A frame that another node sends on the bus: 123#0102, 12345678#01 with a number of 29 bits, 123#R is a request */
  received: string;
  /** The frame that it sent last */
  readonly sent: string;
  /** The mode: 0 normal, 1 sleep, 2 loopback, 3 listens only, 4 configuration (0 to 7) */
  readonly mode: number;
}

interface MicrochipMcp2518fd {
  /** The mode: 0 normal, 1 sleep, 2 loopback, 4 configuration, 6 CAN 2.0 (0 to 7) */
  readonly mode: number;
  /** Writes that were refused for a wrong checksum (0 to 1000000) */
  readonly crcErrors: number;
}

interface NxpNxpNciI2c {
  /** A tag is before the antenna */
  tag: boolean;
  /** Pages of four bytes of the tag: the UID in the first two, from the fifth on what is written */
  memory: Uint8Array;
  /** Idle, discovery, or active: a tag was found */
  readonly state: string;
  /** Packets that the host has not read (0 to 32) */
  readonly waiting: number;
}

interface XPowersAxp209 {
  /** Whether there is a mains adapter */
  acin: boolean;
  /** Whether there is power at USB */
  vbus: boolean;
  /** Whether there is a battery */
  battery: boolean;
  /** Voltage of the battery (0 to 4.5045 V) */
  batteryVoltage: number;
  /** What the chip itself feels (-144.7 to 264.8 °C) */
  temperature: number;
  /** What is left in the battery (0 to 100 %) */
  charge: number;
  /** Output voltage, as its selector says (V) */
  readonly dcdc2: number;
  /** Output voltage, as its selector says (V) */
  readonly dcdc3: number;
}

interface XPowersAxp221 {
  /** Whether there is a mains adapter */
  acin: boolean;
  /** Whether there is power at USB */
  vbus: boolean;
  /** Whether there is a battery */
  battery: boolean;
  /** What is left in the battery (0 to 100 %) */
  charge: number;
}

interface FcsFan53555 {
  /** Output voltage, as its selector says (V) */
  readonly output: number;
  /** Output voltage, as its selector says (V) */
  readonly standby: number;
}

interface RockchipRk8602 {
  /** Output voltage, as its selector says (0 to 1.49375 V) */
  readonly output: number;
  /** Output voltage, as its selector says (0 to 1.49375 V) */
  readonly standby: number;
}

interface MaximMax77621 {
  /** Output voltage, as its selector says (V) */
  readonly output: number;
}

interface DlgSlg51000 {
  /** Output voltage, as its selector says (V) */
  readonly ldo1: number;
  /** Output voltage, as its selector says (V) */
  readonly ldo2: number;
  /** Output voltage, as its selector says (V) */
  readonly ldo3: number;
  /** Output voltage, as its selector says (V) */
  readonly ldo4: number;
  /** Output voltage, as its selector says (V) */
  readonly ldo5: number;
  /** Output voltage, as its selector says (V) */
  readonly ldo6: number;
  /** Output voltage, as its selector says (V) */
  readonly ldo7: number;
}

interface TiTps65185 {
  /** Temperature of the panel, which a thermistor feels (-10 to 85 °C) */
  temperature: number;
}

interface NxpPca9450a {
  /** Events that have happened, a bit of INT1 each (0 to 255) */
  events: number;
  /** Output voltage, as its selector says (V) */
  readonly buck1: number;
  /** Output voltage, as its selector says (V) */
  readonly buck2: number;
  /** Output voltage, as its selector says (V) */
  readonly buck4: number;
  /** Output voltage, as its selector says (V) */
  readonly buck5: number;
  /** Output voltage, as its selector says (V) */
  readonly buck6: number;
}

interface FslPfuze100 {
  /** Output voltage, as its selector says (V) */
  readonly sw1ab: number;
  /** Output voltage, as its selector says (V) */
  readonly sw1c: number;
  /** Output voltage, as its selector says (V) */
  readonly sw3a: number;
}

interface RohmBd71847 {
  /** Output voltage, as its selector says (V) */
  readonly buck1: number;
  /** Output voltage, as its selector says (V) */
  readonly buck2: number;
}

interface RockchipRk808 {
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
  battery: boolean;
  /** Events that have happened, a bit of INT_STS1 each (0 to 255) */
  events1: number;
  /** Events that have happened, a bit of INT_STS2 each (0 to 255) */
  events2: number;
  /** Output voltage, as its selector says (V) */
  readonly buck1: number;
  /** Output voltage, as its selector says (V) */
  readonly buck2: number;
}

interface RockchipRk805 {
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
  battery: boolean;
  /** Output voltage, as its selector says (V) */
  readonly buck1: number;
  /** Output voltage, as its selector says (V) */
  readonly buck2: number;
}

interface RockchipRk809 {
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
  battery: boolean;
  /** Events that have happened, a bit of INT_STS0 each (0 to 255) */
  events0: number;
  /** Events that have happened, a bit of INT_STS1 each (0 to 255) */
  events1: number;
  /** Events that have happened, a bit of INT_STS2 each (0 to 255) */
  events2: number;
  /** Output voltage, as its selector says (V) */
  readonly buck1: number;
  /** Output voltage, as its selector says (V) */
  readonly buck2: number;
  /** Output voltage, as its selector says (V) */
  readonly buck3: number;
  /** Output voltage, as its selector says (V) */
  readonly buck4: number;
}

interface RockchipRk806 {
  /** Output voltage, as its selector says (V) */
  readonly buck1: number;
  /** Output voltage, as its selector says (V) */
  readonly buck2: number;
  /** Output voltage, as its selector says (V) */
  readonly buck3: number;
  /** Output voltage, as its selector says (V) */
  readonly buck4: number;
  /** Output voltage, as its selector says (V) */
  readonly buck5: number;
  /** Output voltage, as its selector says (V) */
  readonly buck6: number;
  /** Output voltage, as its selector says (V) */
  readonly buck7: number;
  /** Output voltage, as its selector says (V) */
  readonly buck8: number;
  /** Output voltage, as its selector says (V) */
  readonly buck9: number;
  /** Output voltage, as its selector says (V) */
  readonly buck10: number;
}

interface AdiAdm1275 {
  /** Voltage at the SENSE+ pin (0 to 20 V) */
  vin: number;
  /** Voltage at the VOUT pin (0 to 20 V) */
  vout: number;
  /** Current through the sense resistor (-1000 to 1000 A) */
  iout: number;
  /** Bits that STATUS_MFR_SPECIFIC has beside that of IOUT_WARN2_LIMIT (0 to 255) */
  makerFaults: number;
  /** Whether OPERATION has the switch on */
  readonly on: boolean;
}

interface TiBq27541 {
  /** Temperature of the battery (-40 to 100 °C) */
  temperature: number;
  /** Voltage of the battery (0 to 65.535 V) */
  voltage: number;
  /** What is left in the battery (0 to 100 %) */
  charge: number;
}

interface MaximMax17042 {
  /** Temperature of the battery (-40 to 85 °C) */
  temperature: number;
  /** Voltage of the cell (0 to 5.11 V) */
  voltage: number;
  /** What is left in the battery (0 to 100 %) */
  charge: number;
}

interface MaximMax17040 {
  /** Voltage of the cell (0 to 5.11 V) */
  voltage: number;
  /** What is left in the battery (0 to 100 %) */
  charge: number;
}

interface CellwiseCw2015 {
  /** Voltage of the cell (0 to 4.99 V) */
  voltage: number;
  /** What is left in the battery (0 to 100 %) */
  charge: number;
}

interface TiBq25890 {
  /** Whether the supply is good */
  good: boolean;
  /** 0 not, 1 pre-charge, 2 fast, 3 done (0 to 3) */
  charging: number;
  /** Voltage of the battery (2.304 to 4.844 V) */
  battery: number;
}

interface TiLm25066 {
  /** Input voltage (0 to 100 V) */
  vin: number;
  /** Output voltage (0 to 100 V) */
  vout: number;
  /** Current through the sense resistor (0 to 1000 A) */
  iin: number;
  /** Voltage at the VAUX pin (0 to 5 V) */
  vaux: number;
  /** What the diode feels (-256 to 255 °C) */
  temperature: number;
  /** Bits of STATUS_MFR_SPECIFIC: 80h is its circuit breaker, 40h a shorted MOSFET (0 to 255) */
  makerFaults: number;
  /** Bits that STATUS_CML has beside those that it sets (0 to 255) */
  communicationFaults: number;
  /** Whether OPERATION has the switch on */
  readonly on: boolean;
}

interface TiIna219 {
  /** Voltage of the load (0 to 85 V) */
  busVoltage: number;
  /** Current through the shunt (-1000 to 1000 A) */
  current: number;
}

interface TiIna238 {
  /** Voltage of the load (0 to 85 V) */
  busVoltage: number;
  /** Current through the shunt (-1000 to 1000 A) */
  current: number;
  /** Temperature of the die (-40 to 125 °C) */
  temperature: number;
}

interface TiIna3221 {
  /** Voltage of channel 1 at IN- (0 to 26 V) */
  busVoltage1: number;
  /** Voltage of channel 2 at IN- (0 to 26 V) */
  busVoltage2: number;
  /** Voltage of channel 3 at IN- (0 to 26 V) */
  busVoltage3: number;
  /** Current through the shunt of channel 1 (-1000 to 1000 A) */
  current1: number;
  /** Current through the shunt of channel 2 (-1000 to 1000 A) */
  current2: number;
  /** Current through the shunt of channel 3 (-1000 to 1000 A) */
  current3: number;
}

interface MaximMax15301 {
  /** Input voltage (0 to 80 V) */
  vin: number;
  /** Output voltage of page 0 (0 to 30 V) */
  vout: number;
  /** Output current of page 0 (0 to 200 A) */
  iout: number;
  /** What its first thermometer feels (-50 to 200 °C) */
  temperature: number;
  /** Output voltage of page 1, where there is one (0 to 30 V) */
  vout1: number;
  /** Output current of page 1, where there is one (0 to 200 A) */
  iout1: number;
  /** Bits that STATUS_CML has beside those that it sets: 10h is a fault of its memory (0 to 255) */
  communicationFaults: number;
  /** Bits of STATUS_MFR_SPECIFIC (0 to 255) */
  makerFaults: number;
  /** Whether OPERATION has page 0 on */
  readonly on: boolean;
  /** What VOUT_COMMAND asks of page 0 (0 to 30 V) */
  readonly commandedVout: number;
}

interface BoschBmp280 {
  /** What the sensor feels (-40 to 85 °C) */
  temperature: number;
  /** Pressure of the air (30000 to 110000 Pa) */
  pressure: number;
}

interface BoschBme280 {
  /** What the sensor feels (-40 to 85 °C) */
  temperature: number;
  /** Pressure of the air (30000 to 110000 Pa) */
  pressure: number;
  /** Relative humidity of the air (0 to 100 %RH) */
  humidity: number;
}

interface FslMpl3115 {
  /** What the sensor feels (-40 to 85 °C) */
  temperature: number;
  /** Pressure of the air (20000 to 110000 Pa) */
  pressure: number;
}

interface MeasMs5611 {
  /** What the sensor feels (-40 to 85 °C) */
  temperature: number;
  /** Pressure of the air (1000 to 120000 Pa) */
  pressure: number;
}

interface AdiAdt7410 {
  /** What the sensor feels (-55 to 150 °C) */
  temperature: number;
}

interface AosongAht10 {
  /** What the sensor feels (-40 to 85 °C) */
  temperature: number;
  /** Relative humidity of the air (0 to 100 %RH) */
  humidity: number;
}

interface TiHdc1080 {
  /** What the sensor feels (-40 to 125 °C) */
  temperature: number;
  /** Relative humidity of the air (0 to 100 %RH) */
  humidity: number;
}

interface TiAmc6821 {
  /** What the chip itself feels (-55 to 127 °C) */
  temperature: number;
  /** What the remote diode feels (-55 to 127 °C) */
  remote: number;
  /** Periods of 10 us that a turn of the fan takes (0 to 65535) */
  tach: number;
  /** Duty cycle of the fan (%) */
  readonly duty: number;
}

interface MaximMax31790 {
  /** Count of the tachometer of fan 1 (0 to 2047) */
  tach1: number;
  /** Count of the tachometer of fan 2 (0 to 2047) */
  tach2: number;
  /** Count of the tachometer of fan 3 (0 to 2047) */
  tach3: number;
  /** Count of the tachometer of fan 4 (0 to 2047) */
  tach4: number;
  /** Count of the tachometer of fan 5 (0 to 2047) */
  tach5: number;
  /** Count of the tachometer of fan 6 (0 to 2047) */
  tach6: number;
  /** Duty cycle of fan 1 (%) */
  readonly pwm1: number;
  /** Duty cycle of fan 2 (%) */
  readonly pwm2: number;
  /** Duty cycle of fan 3 (%) */
  readonly pwm3: number;
  /** Duty cycle of fan 4 (%) */
  readonly pwm4: number;
  /** Duty cycle of fan 5 (%) */
  readonly pwm5: number;
  /** Duty cycle of fan 6 (%) */
  readonly pwm6: number;
}

interface MaximMax9611 {
  /** What the chip itself feels (-40 to 122 °C) */
  temperature: number;
}

interface MicrochipEmc2305 {
  /** Count of the tachometer of fan 1 (0 to 8191) */
  tach1: number;
  /** Duty cycle of fan 1 (%) */
  readonly duty1: number;
}

interface NationalLm96163 {
  /** What the chip itself feels (-55 to 127 °C) */
  temperature: number;
  /** What the remote diode feels (-55 to 127 °C) */
  remote: number;
}

interface TiTmp103 {
  /** What the sensor feels (-55 to 127 °C) */
  temperature: number;
}

interface VishayVcnl4040 {
  /** Light that falls in, at the shortest integration time (0 to 6553.5 lx) */
  illuminance: number;
  /** Counts of the proximity sensor (0 to 65535) */
  proximity: number;
}

interface SensortekStk3310 {
  /** Counts of the light sensor (0 to 65535) */
  light: number;
  /** Counts of the proximity sensor (0 to 65535) */
  proximity: number;
}

interface AdiAdt7461 {
  /** What the chip itself feels (-55 to 127 °C) */
  temperature: number;
  /** What the remote diode feels (-55 to 127 °C) */
  remote: number;
  /** Whether the remote diode is missing */
  open: boolean;
}

interface MaximMax31855k {
  /** The hot end of the thermocouple (-270 to 1800 °C) */
  thermocouple: number;
  /** The cold end: the die (-40 to 125 °C) */
  temperature: number;
  /** The thermocouple is not connected */
  open: boolean;
  /** The thermocouple touches GND */
  shortToGround: boolean;
  /** The thermocouple touches VCC */
  shortToSupply: boolean;
}

interface MaximMax6675 {
  /** The hot end of the thermocouple (0 to 1023.75 °C) */
  thermocouple: number;
  /** The thermocouple is not connected */
  open: boolean;
}

interface MicrochipMcp9808 {
  /** What the sensor feels (-40 to 125 °C) */
  temperature: number;
}

interface MelexisMlx90614 {
  /** Temperature of the sensor itself (-40 to 125 °C) */
  temperature: number;
  /** Temperature of what it looks at (-70 to 380 °C) */
  object: number;
  /** Emissivity of what it looks at (0.1 to 1) */
  emissivity: number;
}

interface SensirionSgp40 {
  /** Raw signal SRAW_VOC: by the logarithm of the resistance, less with more gas (0 to 65535 ticks) */
  rawVoc: number;
}

interface SensirionSht3x {
  /** What the sensor feels (-45 to 130 °C) */
  temperature: number;
  /** Relative humidity of the air (0 to 100 %RH) */
  humidity: number;
}

interface TiTmp421 {
  /** What the chip itself feels (-55 to 150 °C) */
  temperature: number;
  /** What remote diode 1 feels (-55 to 150 °C) */
  remote0: number;
}

interface TiTmp422 {
  /** What the chip itself feels (-55 to 150 °C) */
  temperature: number;
  /** What remote diode 1 feels (-55 to 150 °C) */
  remote0: number;
  /** What remote diode 2 feels (-55 to 150 °C) */
  remote1: number;
}

interface TiTmp423 {
  /** What the chip itself feels (-55 to 150 °C) */
  temperature: number;
  /** What remote diode 1 feels (-55 to 150 °C) */
  remote0: number;
  /** What remote diode 2 feels (-55 to 150 °C) */
  remote1: number;
  /** What remote diode 3 feels (-55 to 150 °C) */
  remote2: number;
}

interface StVl53l0x {
  /** Distance of the target; beyond 2 m it sees none (0 to 10000 mm) */
  distance: number;
}

interface ElanEkth3000 {
  /** A finger is on the pad */
  touching: boolean;
  /** Where the finger is; a change is reported while it touches (0 to 3052) */
  x: number;
  /** Where the finger is, from above; a change is reported while it touches (0 to 1888) */
  y: number;
  /** How hard it presses (0 to 255) */
  pressure: number;
  /** The pad is pressed down: the left button */
  button: boolean;
  /** Whether the host asked for positions */
  readonly absolute: boolean;
  /** Whether the host sent it to sleep */
  readonly asleep: boolean;
  /** Reports that the host has not read (0 to 32) */
  readonly waiting: number;
}

interface ElanEkth3500 {
  /** A finger is on the screen */
  touching: boolean;
  /** Where the finger is; a change is reported while it touches (0 to 2560) */
  x: number;
  /** Where the finger is; a change is reported while it touches (0 to 4095) */
  y: number;
  /** How hard it presses (0 to 255) */
  pressure: number;
  /** Whether the host sent it to sleep */
  readonly asleep: boolean;
  /** Reports that the host has not read (0 to 32) */
  readonly waiting: number;
}

interface HidOverI2c {
  /** A finger is on the screen */
  touching: boolean;
  /** Where the finger is; a change is reported while it touches (0 to 4095) */
  x: number;
  /** Where the finger is; a change is reported while it touches (0 to 4095) */
  y: number;
  /** Usages of the keys that are down: 04h is A, E1h the left shift; at most six, and modifiers */
  keys: Uint8Array;
  /** An input report of your own, with its id: it is sent as it is set, 62 bytes at most */
  report: Uint8Array;
  /** A report descriptor of your own; without bytes, the built-in one */
  reportDescriptor: Uint8Array;
  /** The last output or feature report that the host sent, with its id */
  readonly outputReport: Uint8Array;
  /** Whether the host sent it to sleep */
  readonly asleep: boolean;
  /** Input reports that the host has not read (0 to 64) */
  readonly waiting: number;
}

interface EdtEdtFt5206 {
  /** Fingers on the screen (0 to 1) */
  fingers: number;
  /** 0 put down, 1 lifted, 2 stays (0 to 3) */
  event: number;
  /** Where the finger is (0 to 4095) */
  x: number;
  /** Where the finger is (0 to 4095) */
  y: number;
}

interface CoreriverTc360Touchkey {
  /** The key that was touched last, from 1 on (0 to 7) */
  key: number;
  /** Whether it was let go */
  released: boolean;
}

interface TiAds7846 {
  /** A pen presses the two sheets together */
  touching: boolean;
  /** Where the pen is, as a code of 12 bits (0 to 4095) */
  x: number;
  /** Where the pen is, as a code of 12 bits (0 to 4095) */
  y: number;
  /** Cross panel measurement Z1: more as it is pressed harder (0 to 4095) */
  z1: number;
  /** Cross panel measurement Z2: less as it is pressed harder (0 to 4095) */
  z2: number;
  /** Temperature of the die (-40 to 85 °C) */
  temperature: number;
  /** Voltage at AUX (0 to 6 V) */
  aux: number;
  /** Voltage at VBAT, which is divided by 4 (0 to 6 V) */
  battery: number;
  /** Reference voltage, while the internal one is off (1 to 5.25 V) */
  vref: number;
}

interface TiTsc2007 {
  /** A pen presses the two sheets together */
  touching: boolean;
  /** Where the pen is, as a code of 12 bits (0 to 4095) */
  x: number;
  /** Where the pen is, as a code of 12 bits (0 to 4095) */
  y: number;
  /** Cross panel measurement Z1: more as it is pressed harder (0 to 4095) */
  z1: number;
  /** Cross panel measurement Z2: less as it is pressed harder (0 to 4095) */
  z2: number;
  /** Temperature of the die (-40 to 85 °C) */
  temperature: number;
  /** Voltage at AUX (0 to 6 V) */
  aux: number;
  /** Reference voltage, while the internal one is off (1 to 5.25 V) */
  vref: number;
}

interface SynaRmi4I2c {
  /** A finger touches */
  touching: boolean;
  /** Where the finger is; a change is reported while it touches (0 to 4095) */
  x: number;
  /** Where the finger is; a change is reported while it touches (0 to 4095) */
  y: number;
  /** How hard it presses (z) (0 to 255) */
  pressure: number;
  /** Whether the host has set it up since power-on */
  readonly configured: boolean;
  /** Whether the host has to read what has happened */
  readonly waiting: boolean;
}

interface SamsungS6sy761 {
  /** A finger is on the screen */
  touching: boolean;
  /** Where the finger is; a change is reported while it touches (0 to 4095) */
  x: number;
  /** Where the finger is; a change is reported while it touches (0 to 4095) */
  y: number;
  /** How hard it presses (0 to 63) */
  pressure: number;
  /** Whether the host has to read what has happened */
  readonly waiting: boolean;
}

interface GoogleCr50 {
  /** What its random numbers follow from (0 to 4294967295) */
  seed: number;
  /** How long a command takes (0 to 60000 ms) */
  executionTime: number;
  /** Its self test finds a fault: commands end with TPM_RC_FAILURE */
  selfTestFails: boolean;
  /** Bytes that it lets the host wait before data (0 to 100) */
  waitBytes: number;
  /** Whether TPM2_Startup was sent since power-on */
  readonly started: boolean;
  /** TPM_CC of the last command (0 to 4294967295) */
  readonly lastCommand: number;
  /** TPM_RC of the last response (0 to 4294967295) */
  readonly lastResponse: number;
}

interface InfineonSlb9673 {
  /** What its random numbers follow from (0 to 4294967295) */
  seed: number;
  /** How long a command takes (0 to 60000 ms) */
  executionTime: number;
  /** Its self test finds a fault: commands end with TPM_RC_FAILURE */
  selfTestFails: boolean;
  /** Whether TPM2_Startup was sent since power-on */
  readonly started: boolean;
  /** TPM_CC of the last command (0 to 4294967295) */
  readonly lastCommand: number;
  /** TPM_RC of the last response (0 to 4294967295) */
  readonly lastResponse: number;
}

interface IteIt5205 {
  /** Whether the plug was said to be the other way round */
  readonly reversed: boolean;
  /** What is connected: 7 USB, 3 USB and DisplayPort, 15 DisplayPort */
  readonly mode: number;
}

interface WillsemiWusb3801 {
  /** Whether there is VBUS */
  vbus: boolean;
  /** 0 none, 1 as USB has it, 2 1.5 A, 3 3 A (0 to 3) */
  current: number;
  /** 0 none, 1 sink, 2 source, 3 audio, 4 debug (0 to 7) */
  partner: number;
  /** 0 none, 1 CC1, 2 CC2, 3 both (0 to 3) */
  orientation: number;
  /** Event: a partner was attached */
  attached: boolean;
  /** Event: it was detached */
  detached: boolean;
}

interface NxpPtn5110 {
  /** What the cable has at CC1: open, Ra, Rd, Rp (default current), "Rp 1.5 A" or "Rp 3 A" */
  cc1: string;
  /** The same of CC2: the plug is upside down */
  cc2: string;
  /** What the partner supplies at VBUS (0 to 25 V) */
  vbus: number;
  /** The partner acknowledges messages of Power Delivery */
  partnerAnswers: boolean;
  /** A message that the partner sends now: its header (two bytes), then up to seven objects of four */
  received: Uint8Array;
  /** How many hard resets the partner has sent (0 to 255) */
  hardResets: number;
  /** Whether what the port presents and what the cable has are a connection */
  readonly attached: boolean;
  /** Whether it supplies VBUS */
  readonly sourcing: boolean;
  /** Whether it draws from VBUS */
  readonly sinking: boolean;
  /** Whether it supplies VCONN */
  readonly vconn: boolean;
  /** Whether the driver took CC2 */
  readonly flipped: boolean;
  /** The last message that the driver sent, header and objects */
  readonly sent: Uint8Array;
  /** How many hard resets the driver sent (0 to 65535) */
  readonly sentHardResets: number;
}

interface TiTps6598x {
  /** A cable with a partner is in the port */
  plugged: boolean;
  /** The plug is upside down */
  flipped: boolean;
  /** What the partner is when it is plugged in: source (a charger) or sink (a device) */
  partner: string;
  /** What a source offers: 0 default, 1 1.5 A, 2 3 A, 3 by a contract of Power Delivery (0 to 3) */
  current: number;
  /** Source, sink, or empty while nothing is plugged in */
  readonly powerRole: string;
  /** Host, device, or empty while nothing is plugged in */
  readonly dataRole: string;
  /** The last task that the host asked for, four characters */
  readonly lastTask: string;
  /** The state that the host named: 0 is S0 (0 to 255) */
  readonly systemPowerState: number;
}

/** What a test can set, and look at, on a simulated part, by its compatible. */
export interface PartTypes {
  'analogix,anx7625': object;
  'analogix,anx6345': object;
  'analogix,anx7808': object;
  'analogix,anx7812': object;
  'analogix,anx7814': object;
  'analogix,anx7816': object;
  'analogix,anx7818': object;
  'ti,sn65dsi86': object;
  'ti,sn65dsi83': object;
  'ti,sn65dsi84': object;
  'ti,sn65dsi85': object;
  'nxp,tda998x': object;
  'sil,sii9022': SilSii9022;
  'sil,sii9022-tpi': SilSii9022;
  'sil,sii9022-cpi': SilSii9022;
  'sil,sii9024': SilSii9022;
  'sil,sii9136': SilSii9022;
  'adi,adv7511': AdiAdv7511;
  'adi,adv7511w': AdiAdv7511;
  'adi,adv7513': AdiAdv7511;
  'adi,adv7533': AdiAdv7511;
  'adi,adv7535': AdiAdv7511;
  'adi,adv7180': object;
  'adi,adv7180cp': object;
  'adi,adv7180st': object;
  'adi,adv7182': object;
  'adi,adv7280': object;
  'adi,adv7281': object;
  'adi,adv7282': object;
  'adi,adv7482': object;
  'adi,adv7481': object;
  'parade,ps8640': object;
  'parade,ps8622': object;
  'parade,ps8625': object;
  'parade,ps8830': object;
  'parade,ps8833': object;
  'onnn,nb7vpq904m': object;
  'ti,tusb1046': object;
  'ti,tdp158': object;
  'nxp,ptn3222': object;
  'ite,it6505': object;
  'lontium,lt9611': object;
  'lontium,lt9611uxc': object;
  'lontium,lt9611ex': object;
  'lontium,lt8912': object;
  'lontium,lt8912b': object;
  'toshiba,tc358767': object;
  'toshiba,tc358867': object;
  'toshiba,tc9595': object;
  'toshiba,tc358762': object;
  'toshiba,tc358764': object;
  'toshiba,tc358768': object;
  'toshiba,tc358778': object;
  'toshiba,tc358775': object;
  'toshiba,tc358765': object;
  'toshiba,tc358743': object;
  'sil,sii8620': object;
  'sil,sii9234': object;
  'fcs,fusb302': FcsFusb302;
  'nxp,ptn5150': object;
  'ti,hd3ss3220': object;
  'fcs,fsa4480': object;
  'ocs,ocp96011': object;
  'fcs,fsa9480': object;
  'siliconmitus,sm5502-muic': object;
  'siliconmitus,sm5504-muic': object;
  'siliconmitus,sm5703-muic': object;
  'richtek,rt8973a-muic': object;
  'ti,tusb320': object;
  'ti,tusb320l': object;
  'smsc,usb3503': object;
  'smsc,usb3503a': object;
  'smsc,usb3803': object;
  'microchip,usb2512b': object;
  'microchip,usb2513b': object;
  'microchip,usb2514b': object;
  'microchip,usb2514bi': object;
  'microchip,usb2517': object;
  'microchip,usb5744': object;
  'microchip,ksz9893': object;
  'ite,it66121': object;
  'microchip,ksz9897': object;
  'microchip,ksz9477': object;
  'mmc-spi-slot': MmcSpiSlot;
  'dallas,ds1338': DallasDs1338;
  'dallas,ds1340': DallasDs1338;
  'pericom,pt7c4338': DallasDs1338;
  'dallas,ds1341': DallasDs1338;
  'dallas,ds3232': DallasDs3232;
  'microchip,mcp7940x': DallasDs1338;
  'microchip,mcp7941x': DallasDs1338;
  'microchip,mcp7940n': DallasDs1338;
  'st,m41t00': DallasDs1338;
  'st,m41t11': DallasDs1338;
  'dallas,ds1307': DallasDs1338;
  'maxim,ds1307': DallasDs1338;
  'dallas,ds1337': DallasDs1338;
  'isil,isl12057': DallasDs1338;
  'maxim,ds1337': DallasDs1338;
  'dallas,ds1339': DallasDs1338;
  'maxim,ds1339': DallasDs1338;
  'dallas,ds1672': DallasDs1672;
  'maxim,ds3231': MaximDs3231;
  'dallas,ds3231': MaximDs3231;
  'maxim,ds3231-mfd': MaximDs3231;
  'st,m41t0': DallasDs1338;
  'st,m41t62': DallasDs1338;
  'st,m41t65': DallasDs1338;
  'st,m41t80': DallasDs1338;
  'st,m41t81': DallasDs1338;
  'st,m41t81s': DallasDs1338;
  'st,m41t82': DallasDs1338;
  'st,m41t83': DallasDs1338;
  'st,m41t84': DallasDs1338;
  'st,m41t85': DallasDs1338;
  'st,m41t87': DallasDs1338;
  'microcrystal,rv4162': DallasDs1338;
  'microcrystal,rv8523-m41': DallasDs1338;
  'nxp,pcf8523': DallasDs1338;
  'nxp,pcf8523t': DallasDs1338;
  'microcrystal,rv8523': DallasDs1338;
  'nxp,pca85073a': DallasDs1338;
  'nxp,pcf2127': DallasDs1338;
  'nxp,pcf2129': DallasDs1338;
  'nxp,pca2129': DallasDs1338;
  'nxp,pcf2131': DallasDs1338;
  'nxp,pcf85263': DallasDs1338;
  'nxp,pcf85363': DallasDs1338;
  'microcrystal,rv3028': DallasDs1338;
  'microcrystal,rv3032': MicrocrystalRv3032;
  'microcrystal,rv8803': DallasDs1338;
  'epson,rx8803': DallasDs1338;
  'epson,rx8804': DallasDs1338;
  'epson,rx8900': DallasDs1338;
  'epson,rx8571': DallasDs1338;
  'epson,rx8025': DallasDs1338;
  'epson,rx8035': DallasDs1338;
  'epson,rx8010': DallasDs1338;
  'epson,rx8111': DallasDs1338;
  'isil,isl12026': DallasDs1338;
  'isil,isl1208': DallasDs1338;
  'isil,isl1209': DallasDs1338;
  'isil,isl1218': DallasDs1338;
  'isil,isl1219': DallasDs1338;
  'isil,isl12022': DallasDs1338;
  'abracon,abx80x': DallasDs1338;
  'abracon,ab0801': DallasDs1338;
  'abracon,ab0803': DallasDs1338;
  'abracon,ab0804': DallasDs1338;
  'abracon,ab0805': DallasDs1338;
  'abracon,ab1801': DallasDs1338;
  'abracon,ab1803': DallasDs1338;
  'abracon,ab1804': DallasDs1338;
  'abracon,ab1805': DallasDs1338;
  'microcrystal,rv1805': DallasDs1338;
  'ti,bq32000': DallasDs1338;
  'ti,bq32002': DallasDs1338;
  'nxp,pcf85063a': DallasDs1338;
  'nxp,pcf85063': DallasDs1338;
  'nxp,pcf85063tp': DallasDs1338;
  'microcrystal,rv8263': DallasDs1338;
  'microcrystal,rv-8263-c8': DallasDs1338;
  'nxp,pcf8563': DallasDs1338;
  'epson,rtc8564': DallasDs1338;
  'microcrystal,rv8564': DallasDs1338;
  'haoyu,hym8563': DallasDs1338;
  'epson,rx8130': DallasDs1338;
  'epson,rx8130ce': DallasDs1338;
  'maxim,max98927': object;
  'fsl,sgtl5000': object;
  'wlf,wm8904': object;
  'wlf,wm8912': object;
  'wlf,wm8962': object;
  'wlf,wm8960': object;
  'wlf,wm8978': object;
  'wlf,wm8974': object;
  'wlf,wm8940': object;
  'wlf,wm8731': object;
  'wlf,wm8750': object;
  'wlf,wm8753': object;
  'wlf,wm8510': object;
  'wlf,wm8988': object;
  'nuvoton,nau8822': object;
  'nuvoton,nau8825': object;
  'wlf,wm8903': object;
  'realtek,rt5682i': object;
  'realtek,rt5682s': object;
  'realtek,rt5640': object;
  'realtek,rt5639': object;
  'realtek,rt5645': object;
  'realtek,rt5650': object;
  'realtek,rt5651': object;
  'realtek,rt5616': object;
  'realtek,rt5631': object;
  'realtek,rt5677': object;
  'realtek,rt5658': object;
  'realtek,rt5659': object;
  'ti,tlv320aic32x4': object;
  'ti,tlv320aic3204': object;
  'ti,tlv320aic3254': object;
  'ti,tas2505': object;
  'ti,tlv320aic31xx': object;
  'ti,tlv320aic3100': object;
  'ti,tlv320aic3110': object;
  'ti,tlv320aic3111': object;
  'ti,tlv320dac3100': object;
  'ti,tlv320dac3101': object;
  'ti,tlv320aic3x': object;
  'ti,tlv320aic3104': object;
  'ti,tlv320aic3106': object;
  'ti,tlv320aic3007': object;
  'ti,tlv320aic33': object;
  'ti,tlv320aic3105': object;
  'ti,tlv320aic23': object;
  'ti,ts3a227e': object;
  'ti,pcm3168a': object;
  'ti,tas5711': object;
  'ti,tas5707': object;
  'ti,tas5717': object;
  'ti,tas5719': object;
  'ti,tas5721': object;
  'ti,tas5733': object;
  'ti,tas571x': object;
  'ti,tas2552': object;
  'ti,tas2562': object;
  'ti,tas2563': object;
  'ti,tas2781': object;
  'ti,tas2764': object;
  'ti,tas2770': object;
  'ti,tas5720': object;
  'ti,tas5805m': object;
  'ti,tas6424': object;
  'ti,tpa6130a2': object;
  'everest,es8316': object;
  'everest,es8326': object;
  'everest,es8323': object;
  'everest,es8311': object;
  'everest,es8328': object;
  'everest,es8388': object;
  'dlg,da7219': object;
  'dlg,da7212': object;
  'dlg,da7213': object;
  'dlg,da7210': object;
  'asahi-kasei,ak4613': object;
  'asahi-kasei,ak4619': object;
  'asahi-kasei,ak4458': object;
  'asahi-kasei,ak4497': object;
  'asahi-kasei,ak5552': object;
  'asahi-kasei,ak5558': object;
  'asahi-kasei,ak4375': object;
  'asahi-kasei,ak4642': object;
  'asahi-kasei,ak4643': object;
  'asahi-kasei,ak4648': object;
  'cirrus,cs42888': object;
  'cirrus,cs42448': object;
  'cirrus,cs4270': object;
  'maxim,max98090': object;
  'maxim,max98091': object;
  'maxim,max98088': object;
  'maxim,max98089': object;
  'maxim,max98095': object;
  'maxim,max9860': object;
  'maxim,max9867': object;
  'maxim,max9877': object;
  'maxim,max98371': object;
  'maxim,max98390': object;
  'maxim,max98373': object;
  'nxp,tfa9895': object;
  'adi,adau1761': object;
  'adi,adau1361': object;
  'adi,adau1461': object;
  'adi,adau1961': object;
  'adi,ssm2602': object;
  'adi,ssm2603': object;
  'adi,ssm2604': object;
  'adi,ssm2518': object;
  'nxp,tfa9890': object;
  'nxp,tfa9897': object;
  'ti,ads1015': TiAds1015;
  'ti,ads1115': TiAds1015;
  'ti,tla2024': TiAds1015;
  'ti,tla2021': TiAds1015;
  'ti,tla2022': TiAds1015;
  'microchip,mcp3002': MicrochipMcp3002;
  'microchip,mcp3202': MicrochipMcp3002;
  'microchip,mcp3004': MicrochipMcp3004;
  'microchip,mcp3008': MicrochipMcp3008;
  'microchip,mcp3204': MicrochipMcp3004;
  'microchip,mcp3208': MicrochipMcp3008;
  'microchip,mcp4725': MicrochipMcp4725;
  'st,hts221': StHts221;
  'renesas,isl28022': RenesasIsl28022;
  'ti,ads7924': TiAds7924;
  'adi,ad7291': AdiAd7291;
  'capella,cm32181': CapellaCm32181;
  'semtech,sx9310': object;
  'semtech,sx9311': object;
  'dtbus,hd44780-pcf8574': DtbusHd44780Pcf8574;
  'solomon,ssd1306': SolomonSsd1306;
  'solomon,ssd1306fb-i2c': SolomonSsd1306;
  'solomon,ssd1306fb': SolomonSsd1306;
  'solomon,ssd1309fb-i2c': SolomonSsd1306;
  'solomon,ssd1309fb': SolomonSsd1306;
  'google,cros-ec-spi': GoogleCrosEcSpi;
  'google,cros-ec-i2c': GoogleCrosEcSpi;
  'cirrus,cs2000-cp': object;
  'cirrus,cs2500': object;
  'cirrus,cs2100-cp': object;
  'idt,5p49v5923': object;
  'idt,5p49v5925': object;
  'idt,5p49v5933': object;
  'idt,5p49v5935': object;
  'idt,5p49v60': object;
  'idt,5p49v6901': object;
  'idt,5p49v6965': object;
  'idt,5p49v6975': object;
  'renesas,5p49v60': object;
  'renesas,5p35023': object;
  'renesas,5l35023': object;
  'silabs,si570': object;
  'silabs,si571': object;
  'silabs,si598': object;
  'silabs,si599': object;
  'silabs,si514': object;
  'silabs,si5341': object;
  'silabs,si5340': object;
  'silabs,si5342': object;
  'silabs,si5344': object;
  'silabs,si5345': object;
  'silabs,si5332': object;
  'silabs,si5351a': object;
  'silabs,si5351a-msop': object;
  'silabs,si5351b': object;
  'silabs,si5351c': object;
  'ti,cdce913': object;
  'ti,cdce925': object;
  'ti,cdce937': object;
  'ti,cdce949': object;
  'ti,cdce706': object;
  'ti,cdce906': object;
  'maxim,max9286': object;
  'ovti,ov5640': object;
  'hynix,hi846': object;
  'ovti,ov5645': object;
  'ovti,ov5647': object;
  'ovti,ov5648': object;
  'ovti,ov5675': object;
  'ovti,ov5695': object;
  'ovti,ov2685': object;
  'ovti,ov8858': object;
  'sony,imx219': object;
  'sony,imx290': object;
  'sony,imx327': object;
  'maxim,max96712': object;
  'maxim,max96724': object;
  'sony,imx258': object;
  'sony,imx258-pdaf': object;
  'sony,imx355': object;
  'renesas,9fgv0241': Renesas9fgv0241;
  'renesas,9fgv0441': Renesas9fgv0241;
  'renesas,9fgv0841': Renesas9fgv0241;
  'microchip,mcp23008': MicrochipMcp23008;
  'microchip,mcp23s08': MicrochipMcp23008;
  'microchip,mcp23017': MicrochipMcp23017;
  'microchip,mcp23018': MicrochipMcp23017;
  'microchip,mcp23s17': MicrochipMcp23017;
  'ti,tca6424': TiTca6424;
  'nxp,pcal6524': TiTca6424;
  'nxp,pcal6534': TiTca6424;
  'nxp,pca9505': NxpPca9505;
  'nxp,pca9506': NxpPca9505;
  'nxp,pca9698': NxpPca9505;
  'nxp,pca9554': NxpPca9554;
  'nxp,pca9534': NxpPca9554;
  'nxp,pca9538': NxpPca9554;
  'onnn,pca9654': NxpPca9554;
  'nxp,pca6408': NxpPca9554;
  'ti,tca6408': NxpPca9554;
  'ti,tca9534': NxpPca9554;
  'ti,tca9538': NxpPca9554;
  'ti,tca9554': NxpPca9554;
  'nxp,pca9557': NxpPca9554;
  'nxp,pca9555': NxpPca9555;
  'nxp,pca9535': NxpPca9555;
  'nxp,pca9539': NxpPca9555;
  'nxp,pca6416': NxpPca9555;
  'ti,tca6416': NxpPca9555;
  'ti,tca9535': NxpPca9555;
  'ti,tca9539': NxpPca9555;
  'ti,tca9555': NxpPca9555;
  'nxp,pcal6408': NxpPcal6408;
  'nxp,pcal6408a': NxpPcal6408;
  'nxp,pcal9554b': NxpPcal6408;
  'nxp,pcal6416': NxpPcal6416;
  'nxp,pcal6416a': NxpPcal6416;
  'nxp,pcal9535': NxpPcal6416;
  'nxp,pcal9555a': NxpPcal6416;
  'nxp,pcf8574': NxpPca9554;
  'nxp,pcf8574a': NxpPca9554;
  'nxp,pca8574': NxpPca9554;
  'nxp,pca9670': NxpPca9554;
  'nxp,pca9672': NxpPca9554;
  'nxp,pca9674': NxpPca9554;
  'nxp,pcf8575': NxpPca9555;
  'nxp,pca8575': NxpPca9555;
  'nxp,pca9671': NxpPca9555;
  'nxp,pca9673': NxpPca9555;
  'nxp,pca9675': NxpPca9555;
  'avago,apds9930': AvagoApds9930;
  'amstaos,tsl2772': AvagoApds9930;
  'amstaos,tmd2772': AvagoApds9930;
  'rohm,bh1750': RohmBh1750;
  'nxp,pca9632': NxpPca9632;
  'nxp,pca9633': NxpPca9632;
  'nxp,pca9634': NxpPca9634;
  'nxp,pca9635': NxpPca9634;
  'ti,tlc59108': NxpPca9634;
  'ti,tlc59116': NxpPca9634;
  'ti,lp5562': TiLp5562;
  'ti,lp5521': TiLp5521;
  'ti,lp5523': TiLp5521;
  'ti,lp55231': TiLp5521;
  'ti,lp5012': TiLp5012;
  'ti,lp5009': TiLp5012;
  'ti,lp5018': TiLp5012;
  'ti,lp5024': TiLp5012;
  'ti,lp5030': TiLp5012;
  'ti,lp5036': TiLp5012;
  'awinic,aw2013': TiLp5562;
  'kinetic,ktd2026': object;
  'kinetic,ktd2027': object;
  'issi,is31fl3190': IssiIs31fl3190;
  'issi,is31fl3191': IssiIs31fl3190;
  'issi,is31fl3193': IssiIs31fl3190;
  'issi,is31fl3196': IssiIs31fl3190;
  'issi,is31fl3199': IssiIs31fl3190;
  'issi,is31fl3216': IssiIs31fl3190;
  'issi,is31fl3218': IssiIs31fl3190;
  'issi,is31fl3235': IssiIs31fl3190;
  'issi,is31fl3236': IssiIs31fl3190;
  'issi,is31fl3293': IssiIs31fl3190;
  'si-en,sn3190': IssiIs31fl3190;
  'si-en,sn3199': IssiIs31fl3190;
  'si-en,sn3216': IssiIs31fl3190;
  'si-en,sn3218': IssiIs31fl3190;
  'ti,lm3630a': TiLm3630a;
  'ti,lp8550': TiLp8550;
  'ti,lp8551': TiLp8550;
  'ti,lp8552': TiLp8550;
  'ti,lp8553': TiLp8550;
  'ti,lp8555': TiLp8550;
  'ti,lp8556': TiLp8550;
  'ti,lp8557': TiLp8550;
  'ti,lm3697': object;
  'ti,lm36922': object;
  'ti,lm36923': object;
  'ti,lm36274': object;
  'ti,lm3632': object;
  'ti,lm3695': object;
  'ti,lm3532': object;
  'ti,lm3533': object;
  'silergy,sy7802': object;
  'dongwoon,dw9714': object;
  'dongwoon,dw9719': object;
  'dongwoon,dw9768': object;
  'dongwoon,dw9800k': object;
  'dongwoon,dw9807-vcm': object;
  'asahi-kasei,ak7375': object;
  'nxp,pca9530': object;
  'nxp,pca9531': object;
  'nxp,pca9532': object;
  'nxp,pca9533': object;
  'ti,opt3001': TiOpt3001;
  'nxp,pca9550': NxpPca9550;
  'nxp,pca9551': NxpPca9551;
  'nxp,pca9552': NxpPca9552;
  'nxp,pca9553': NxpPca9553;
  'nxp,pca9685-pwm': NxpPca9685Pwm;
  'nxp,pca9685': NxpPca9685Pwm;
  'atmel,24c00': Atmel24c00;
  'atmel,24c01': Atmel24c00;
  'atmel,24c02': Atmel24c00;
  'atmel,24c04': Atmel24c00;
  'atmel,24c08': Atmel24c00;
  'atmel,24c16': Atmel24c00;
  'atmel,24c32': Atmel24c00;
  'atmel,24c64': Atmel24c00;
  'atmel,24c128': Atmel24c00;
  'atmel,24c256': Atmel24c00;
  'atmel,24c512': Atmel24c00;
  'atmel,24c1024': Atmel24c00;
  'atmel,24c2048': Atmel24c00;
  'atmel,24c32d-wl': Atmel24c00;
  'atmel,24c64d-wl': Atmel24c00;
  'atmel,24mac402': Atmel24c00;
  'atmel,24mac602': Atmel24c00;
  'microchip,24aa025e48': Atmel24c00;
  'atmel,spd': Atmel24c00;
  'atmel,at24': Atmel24c00;
  'atmel,at25': AtmelAt25;
  'atmel,at25010': AtmelAt25;
  'atmel,at25020': AtmelAt25;
  'atmel,at25040': AtmelAt25;
  'atmel,at25080': AtmelAt25;
  'atmel,at25160': AtmelAt25;
  'atmel,at25320': AtmelAt25;
  'atmel,at25640': AtmelAt25;
  'atmel,at25128': AtmelAt25;
  'atmel,at25256': AtmelAt25;
  'atmel,at25512': AtmelAt25;
  'atmel,at25m01': AtmelAt25;
  'atmel,at25m02': AtmelAt25;
  'microchip,48l640': AtmelAt25;
  'jedec,spi-nor': JedecSpiNor;
  'winbond,w25q80': JedecSpiNor;
  'winbond,w25q16': JedecSpiNor;
  'winbond,w25q32': JedecSpiNor;
  'winbond,w25q64': JedecSpiNor;
  'winbond,w25q128': JedecSpiNor;
  'winbond,w25q256': JedecSpiNor;
  'winbond,w25q512jv': JedecSpiNor;
  'winbond,w25q80bl': JedecSpiNor;
  'winbond,w25q16dw': JedecSpiNor;
  'winbond,w25q32w': JedecSpiNor;
  'winbond,w25q32dw': JedecSpiNor;
  'winbond,w25q64dw': JedecSpiNor;
  'winbond,w25q128fw': JedecSpiNor;
  'winbond,w25q32jv': JedecSpiNor;
  'winbond,w25q64jvm': JedecSpiNor;
  'winbond,w25q128jv': JedecSpiNor;
  'winbond,w25q256jvm': JedecSpiNor;
  'winbond,w25q256jw': JedecSpiNor;
  'winbond,w25x10': JedecSpiNor;
  'winbond,w25x20': JedecSpiNor;
  'winbond,w25x40': JedecSpiNor;
  'winbond,w25x80': JedecSpiNor;
  'winbond,w25x16': JedecSpiNor;
  'winbond,w25x32': JedecSpiNor;
  'winbond,w25x64': JedecSpiNor;
  'macronix,mx25l2005a': JedecSpiNor;
  'macronix,mx25l4005a': JedecSpiNor;
  'macronix,mx25l8005': JedecSpiNor;
  'macronix,mx25l1606e': JedecSpiNor;
  'macronix,mx25l3205d': JedecSpiNor;
  'macronix,mx25l6405d': JedecSpiNor;
  'macronix,mx25l12805d': JedecSpiNor;
  'macronix,mx25l3233f': JedecSpiNor;
  'macronix,mx25l6433f': JedecSpiNor;
  'macronix,mx25l12835f': JedecSpiNor;
  'macronix,mx25u4033': JedecSpiNor;
  'macronix,mx25u4035': JedecSpiNor;
  'macronix,mx25u8035': JedecSpiNor;
  'macronix,mx25u3235f': JedecSpiNor;
  'macronix,mx25u6435f': JedecSpiNor;
  'macronix,mx25u12835f': JedecSpiNor;
  'macronix,mx25v8035f': JedecSpiNor;
  'macronix,mx25r8035f': JedecSpiNor;
  'macronix,mx25r1635f': JedecSpiNor;
  'macronix,mx25r3235f': JedecSpiNor;
  'macronix,mx25r6435f': JedecSpiNor;
  'macronix,mx25l25635e': JedecSpiNor;
  'macronix,mx25l25635f': JedecSpiNor;
  'macronix,mx25l51245g': JedecSpiNor;
  'macronix,mx66l51235f': JedecSpiNor;
  'macronix,mx66l1g45g': JedecSpiNor;
  'macronix,mx25u25635f': JedecSpiNor;
  'macronix,mx25u51245g': JedecSpiNor;
  'macronix,mx66u51235f': JedecSpiNor;
  'micron,m25p05': JedecSpiNor;
  'micron,m25p10': JedecSpiNor;
  'micron,m25p20': JedecSpiNor;
  'micron,m25p40': JedecSpiNor;
  'micron,m25p80': JedecSpiNor;
  'micron,m25p16': JedecSpiNor;
  'micron,m25p32': JedecSpiNor;
  'micron,m25p64': JedecSpiNor;
  'micron,m25p128': JedecSpiNor;
  'micron,m25px80': JedecSpiNor;
  'micron,m25px16': JedecSpiNor;
  'micron,m25px32': JedecSpiNor;
  'micron,m25px64': JedecSpiNor;
  'micron,n25q016a': JedecSpiNor;
  'micron,n25q032': JedecSpiNor;
  'micron,n25q032a': JedecSpiNor;
  'micron,n25q064': JedecSpiNor;
  'micron,n25q064a': JedecSpiNor;
  'micron,n25q128a11': JedecSpiNor;
  'micron,n25q128a13': JedecSpiNor;
  'micron,n25q256a': JedecSpiNor;
  'micron,n25q256ax1': JedecSpiNor;
  'micron,n25q512a': JedecSpiNor;
  'micron,n25q512ax3': JedecSpiNor;
  'micron,n25q00': JedecSpiNor;
  'micron,n25q00a': JedecSpiNor;
  'micron,mt25ql128a': JedecSpiNor;
  'micron,mt25ql256a': JedecSpiNor;
  'micron,mt25qu256a': JedecSpiNor;
  'micron,mt25ql512a': JedecSpiNor;
  'micron,mt25qu512a': JedecSpiNor;
  'micron,mt25ql01g': JedecSpiNor;
  'micron,mt25qu01g': JedecSpiNor;
  'micron,mt25ql02g': JedecSpiNor;
  'micron,mt25qu02g': JedecSpiNor;
  'spansion,s25sl004a': JedecSpiNor;
  'spansion,s25sl008a': JedecSpiNor;
  'spansion,s25sl016a': JedecSpiNor;
  'spansion,s25sl032a': JedecSpiNor;
  'spansion,s25sl064a': JedecSpiNor;
  'spansion,s25sl12800': JedecSpiNor;
  'spansion,s25sl12801': JedecSpiNor;
  'spansion,s25sl032p': JedecSpiNor;
  'spansion,s25sl064p': JedecSpiNor;
  'spansion,s25fl129p1': JedecSpiNor;
  'spansion,s25fl129p0': JedecSpiNor;
  'spansion,s25fl128s': JedecSpiNor;
  'spansion,s25fl128s1': JedecSpiNor;
  'spansion,s25fl256s1': JedecSpiNor;
  'spansion,s25fl128s0': JedecSpiNor;
  'spansion,s25fl256s0': JedecSpiNor;
  'spansion,s25fl512s': JedecSpiNor;
  'spansion,s25fs128s1': JedecSpiNor;
  'spansion,s25fs256s1': JedecSpiNor;
  'spansion,s25fs256s0': JedecSpiNor;
  'spansion,s25fs512s': JedecSpiNor;
  'spansion,s25fl008k': JedecSpiNor;
  'spansion,s25fl016k': JedecSpiNor;
  'spansion,s25fl064k': JedecSpiNor;
  'spansion,s25fl116k': JedecSpiNor;
  'spansion,s25fl132k': JedecSpiNor;
  'spansion,s25fl164k': JedecSpiNor;
  'spansion,s25fl064l': JedecSpiNor;
  'spansion,s25fl128l': JedecSpiNor;
  'spansion,s25fl256l': JedecSpiNor;
  'gigadevice,gd25q16': JedecSpiNor;
  'gigadevice,gd25q32': JedecSpiNor;
  'gigadevice,gd25q64': JedecSpiNor;
  'gigadevice,gd25q128': JedecSpiNor;
  'gigadevice,gd25lq32': JedecSpiNor;
  'gigadevice,gd25lq64c': JedecSpiNor;
  'gigadevice,gd25lq128d': JedecSpiNor;
  'gigadevice,gd25q256': JedecSpiNor;
  'issi,is25lq040b': JedecSpiNor;
  'issi,is25lp080d': JedecSpiNor;
  'issi,is25lp016d': JedecSpiNor;
  'issi,is25lp032': JedecSpiNor;
  'issi,is25lp064': JedecSpiNor;
  'issi,is25lp128': JedecSpiNor;
  'issi,is25wp032': JedecSpiNor;
  'issi,is25wp064': JedecSpiNor;
  'issi,is25wp128': JedecSpiNor;
  'issi,is25lp256': JedecSpiNor;
  'issi,is25wp256': JedecSpiNor;
  'sst,sst25vf040b': JedecSpiNor;
  'sst,sst25vf080b': JedecSpiNor;
  'sst,sst25vf016b': JedecSpiNor;
  'sst,sst25vf032b': JedecSpiNor;
  'sst,sst25wf512': JedecSpiNor;
  'sst,sst25wf010': JedecSpiNor;
  'sst,sst25wf020': JedecSpiNor;
  'sst,sst25wf040': JedecSpiNor;
  'sst,sst25wf080': JedecSpiNor;
  'sst,sst25vf064c': JedecSpiNor;
  'sst,sst25wf020a': JedecSpiNor;
  'sst,sst25wf040b': JedecSpiNor;
  'sst,sst25wf080b': JedecSpiNor;
  'sst,sst26wf016b': JedecSpiNor;
  'sst,sst26vf016b': JedecSpiNor;
  'sst,sst26vf064b': JedecSpiNor;
  'atmel,at25df041a': JedecSpiNor;
  'atmel,at25df081a': JedecSpiNor;
  'atmel,at26df081a': JedecSpiNor;
  'atmel,at26df161a': JedecSpiNor;
  'atmel,at25df321': JedecSpiNor;
  'atmel,at25df321a': JedecSpiNor;
  'atmel,at25df641': JedecSpiNor;
  'everspin,mr25h128': JedecSpiNor;
  'everspin,mr25h256': JedecSpiNor;
  'everspin,mr25h10': JedecSpiNor;
  'everspin,mr25h40': JedecSpiNor;
  'adi,adxl345': AdiAdxl345;
  'asahi-kasei,ak8963': AsahiKaseiAk8963;
  'st,lis2de12': StLis2de12;
  'st,lis2hh12': StLis2hh12;
  'st,lis2dw12': StLis2hh12;
  'st,lis2ds12': StLis2hh12;
  'st,lsm303agr-accel': StLis2hh12;
  'silan,sc7a20': StLis2hh12;
  'st,lsm303c-accel': StLis2hh12;
  'st,lis2mdl': StLis2mdl;
  'st,iis2mdc': StLis2mdl;
  'st,lsm303agr-magn': StLis2mdl;
  'st,lsm9ds1-magn': StLsm9ds1Magn;
  'st,lsm303c-magn': StLsm9ds1Magn;
  'st,lsm6ds3': StLis2hh12;
  'st,lsm6ds3h': StLis2hh12;
  'st,lsm6dsl': StLis2hh12;
  'st,lsm6dsm': StLis2hh12;
  'st,ism330dlc': StLis2hh12;
  'st,lsm6dso': StLis2hh12;
  'st,lsm6dso32': StLis2hh12;
  'st,lsm6dsox': StLis2hh12;
  'st,ism330dhcx': StLis2hh12;
  'st,lsm6dsr': StLis2hh12;
  'st,lsm6dsrx': StLis2hh12;
  'st,lsm9ds1-imu': StLis2hh12;
  'bosch,bmi160': object;
  'bosch,bmg160': object;
  'bosch,bmi055_gyro': object;
  'bosch,bmi088_gyro': object;
  'bosch,bmc150_accel': object;
  'bosch,bmc156_accel': object;
  'bosch,bma253': object;
  'bosch,bma254': object;
  'bosch,bma255': object;
  'bosch,bma250e': object;
  'bosch,bma222e': object;
  'bosch,bma280': object;
  'bosch,bmi055_accel': object;
  'bosch,bmc150_magn': object;
  'bosch,bmc156_magn': object;
  'bosch,bmm150': object;
  'st,lsm9ds0-imu': StLsm9ds0Imu;
  'memsic,mxc4005': MemsicMxc4005;
  'memsic,mxc6655': MemsicMxc4005;
  'fsl,mma7660': FslMma7660;
  'voltafield,af8133j': VoltafieldAf8133j;
  'kionix,kxtj21009': object;
  'kionix,kxcj91008': object;
  'kionix,kxcjk1013': object;
  'fsl,fxos8700': object;
  'nxp,fxos8700': object;
  'nxp,fxas21002c': object;
  'asahi-kasei,ak09911': object;
  'asahi-kasei,ak09912': object;
  'honeywell,hmc5883l': HoneywellHmc5883l;
  'honeywell,hmc5883': HoneywellHmc5883l;
  'kionix,kx023-1025': KionixKx0231025;
  'st,l3gd20-gyro': StL3gd20Gyro;
  'st,lsm9ds0-gyro': StL3gd20Gyro;
  'st,lis3dh-accel': AdiAdxl345;
  'st,lsm303dlhc-accel': AdiAdxl345;
  'st,lis3mdl-magn': StLis3mdlMagn;
  'fsl,mag3110': FslMag3110;
  'fsl,mma8451': FslMma8451;
  'fsl,mma8452': FslMma8451;
  'fsl,mma8453': FslMma8451;
  'invensense,mpu6050': InvensenseMpu6050;
  'invensense,mpu6000': InvensenseMpu6050;
  'invensense,mpu6500': InvensenseMpu6050;
  'invensense,mpu9250': InvensenseMpu9250;
  'invensense,mpu6515': InvensenseMpu6050;
  'invensense,mpu6880': InvensenseMpu6050;
  'invensense,icm20608': InvensenseMpu6050;
  'invensense,icm20602': InvensenseMpu6050;
  'nxp,pca9541': NxpPca9541;
  'nxp,pca9548': NxpPca9548;
  'nxp,pca9848': NxpPca9548;
  'ti,tca9548': NxpPca9548;
  'ti,tca9548a': NxpPca9548;
  'maxim,max7356': NxpPca9548;
  'maxim,max7357': NxpPca9548;
  'maxim,max7358': NxpPca9548;
  'maxim,max7367': NxpPca9548;
  'nxp,pca9546': NxpPca9548;
  'nxp,pca9846': NxpPca9548;
  'nxp,pca9545': NxpPca9548;
  'nxp,pca9845': NxpPca9548;
  'nxp,pca9543': NxpPca9548;
  'nxp,pca9843': NxpPca9548;
  'nxp,pca9547': NxpPca9548;
  'nxp,pca9847': NxpPca9548;
  'nxp,pca9544': NxpPca9548;
  'nxp,pca9844': NxpPca9548;
  'nxp,pca9540': NxpPca9548;
  'nxp,pca9542': NxpPca9548;
  'spi-nand': SpiNand;
  'winbond,w25n01gv': SpiNand;
  'winbond,w25n02kv': SpiNand;
  'macronix,mx35lf1ge4ab': SpiNand;
  'micron,mt29f2g01abagd': SpiNand;
  'gigadevice,gd5f1gq5ue': SpiNand;
  'toshiba,tc58cvg0s3': SpiNand;
  'gw,gsc': GwGsc;
  'kontron,sl28cpld': KontronSl28cpld;
  'khadas,mcu': KhadasMcu;
  'sophgo,sg2042-hwmon-mcu': SophgoSg2042HwmonMcu;
  'sophgo,sg2044-hwmon-mcu': SophgoSg2042HwmonMcu;
  'toradex,smarc-imx95-ec': object;
  'toradex,smarc-ec': object;
  'toradex,smarc-imx8mp-ec': object;
  'fsl,fpga-qixis-i2c': object;
  'fsl,lx2160aqds-fpga': object;
  'fsl,ls1028aqds-fpga': object;
  'fsl,lx2160ardb-fpga': object;
  'linux,spi-loopback-test': object;
  'dtbus,loopback': object;
  'microchip,mcp2515': MicrochipMcp2515;
  'microchip,mcp25625': MicrochipMcp2515;
  'microchip,mcp2518fd': MicrochipMcp2518fd;
  'microchip,mcp251xfd': MicrochipMcp2518fd;
  'microchip,mcp251863': MicrochipMcp2518fd;
  'microchip,mcp2517fd': MicrochipMcp2518fd;
  'nxp,nxp-nci-i2c': NxpNxpNciI2c;
  'nxp,pn547': NxpNxpNciI2c;
  'nxp,pn553': NxpNxpNciI2c;
  'nxp,pn557': NxpNxpNciI2c;
  'nxp,nq310': NxpNxpNciI2c;
  'samsung,s3fwrn5-i2c': NxpNxpNciI2c;
  'x-powers,axp209': XPowersAxp209;
  'x-powers,axp202': XPowersAxp209;
  'x-powers,axp221': XPowersAxp221;
  'x-powers,axp223': XPowersAxp221;
  'x-powers,axp228': XPowersAxp221;
  'x-powers,axp809': XPowersAxp221;
  'x-powers,axp803': XPowersAxp221;
  'x-powers,axp813': XPowersAxp221;
  'x-powers,axp818': XPowersAxp221;
  'x-powers,axp152': object;
  'x-powers,axp192': object;
  'x-powers,axp313a': object;
  'x-powers,axp323': object;
  'x-powers,axp305': object;
  'x-powers,axp805': object;
  'x-powers,axp806': object;
  'x-powers,axp717': object;
  'x-powers,axp15060': object;
  'x-powers,axp1530': object;
  'fcs,fan53555': FcsFan53555;
  'silergy,syr827': FcsFan53555;
  'silergy,syr828': FcsFan53555;
  'rockchip,rk8600': FcsFan53555;
  'rockchip,rk8601': FcsFan53555;
  'fcs,fan53526': FcsFan53555;
  'rockchip,rk8602': RockchipRk8602;
  'rockchip,rk8603': RockchipRk8602;
  'tcs,tcs4525': FcsFan53555;
  'tcs,tcs4526': FcsFan53555;
  'ti,tps62363': object;
  'ti,tps62360': object;
  'ti,tps62361b': object;
  'ti,tps62362': object;
  'ti,tps62864': object;
  'ti,tps62866': object;
  'ti,tps62868': object;
  'ti,tps62869': object;
  'ti,tps62870': object;
  'ti,tps62871': object;
  'ti,tps62872': object;
  'ti,tps62873': object;
  'maxim,max77621': MaximMax77621;
  'maxim,max8973': MaximMax77621;
  'mps,mp8859': object;
  'mps,mpq7920': object;
  'mps,mp5416': object;
  'silergy,sy8106a': object;
  'silergy,sy8824c': object;
  'silergy,sy8827n': object;
  'ti,tps65132': object;
  'richtek,rt5190a': object;
  'renesas,raa215300': object;
  'samsung,s2dos05': object;
  'dlg,da9211': object;
  'dlg,da9212': object;
  'dlg,da9213': object;
  'dlg,da9214': object;
  'dlg,da9223': object;
  'dlg,da9224': object;
  'dlg,da9121': MaximMax77621;
  'dlg,da9130': MaximMax77621;
  'dlg,da9220': MaximMax77621;
  'dlg,da9131': MaximMax77621;
  'dlg,da9122': MaximMax77621;
  'dlg,da9217': MaximMax77621;
  'maxim,max20411': MaximMax77621;
  'dlg,slg51000': DlgSlg51000;
  'ti,tps65185': TiTps65185;
  'kinetic,ktz8866': object;
  'nxp,pca9450a': NxpPca9450a;
  'nxp,pca9450c': NxpPca9450a;
  'nxp,pca9450b': NxpPca9450a;
  'nxp,pca9451a': NxpPca9450a;
  'nxp,pca9452': NxpPca9450a;
  'nxp,pf9453': object;
  'fsl,pfuze100': FslPfuze100;
  'fsl,pfuze200': FslPfuze100;
  'fsl,pfuze3000': object;
  'fsl,pfuze3001': object;
  'nxp,pf8100': object;
  'nxp,pf8121a': object;
  'nxp,pf8200': object;
  'rohm,bd71847': RohmBd71847;
  'rohm,bd71850': RohmBd71847;
  'rohm,bd71837': RohmBd71847;
  'rohm,bd9571mwv': object;
  'rohm,bd9574mwf': object;
  'rohm,bd71815': object;
  'rohm,bd71828': object;
  'rohm,bd71879': object;
  'st,stpmic1': object;
  'ti,tps65219': object;
  'ti,tps65214': object;
  'ti,tps65215': object;
  'ti,tps65217': object;
  'ti,tps65218': object;
  'ti,tps65910': object;
  'ti,tps65911': object;
  'ti,tps65086': object;
  'ti,tps650861': object;
  'ti,tps6586x': object;
  'ti,tps6594-q1': object;
  'ti,tps6593-q1': object;
  'ti,lp8764-q1': object;
  'ti,tps65224-q1': object;
  'ti,tps652g1': object;
  'ti,lp8733': object;
  'ti,lp8732': object;
  'ti,lp87565': object;
  'ti,lp87561': object;
  'ti,lp87524': object;
  'ti,lp873x': object;
  'ti,palmas': object;
  'ti,tps65917': object;
  'ti,tps65917-pmic': object;
  'ti,tps659038': object;
  'ti,tps659038-pmic': object;
  'ti,twl6035': object;
  'ti,twl6036': object;
  'ti,twl6037': object;
  'ti,twl4030': object;
  'ti,twl5030': object;
  'ti,tps65950': object;
  'ti,twl6030': object;
  'ti,twl6032': object;
  'maxim,max77620': object;
  'maxim,max20024': object;
  'maxim,max77686': object;
  'maxim,max77802': object;
  'maxim,max77843': object;
  'maxim,max77693': object;
  'maxim,max14577': object;
  'maxim,max77836': object;
  'maxim,max8997-pmic': object;
  'maxim,max8998': object;
  'maxim,max5970': object;
  'maxim,max5978': object;
  'samsung,s2mps11-pmic': object;
  'samsung,s2mps13-pmic': object;
  'samsung,s2mps14-pmic': object;
  'samsung,s2mps15-pmic': object;
  'samsung,s2mpu02-pmic': object;
  'samsung,s2mpu05-pmic': object;
  'samsung,s5m8767-pmic': object;
  'dlg,da9062': object;
  'dlg,da9061': object;
  'dlg,da9063': object;
  'dlg,da9063l': object;
  'dlg,da9052': object;
  'dlg,da9053-aa': object;
  'dlg,da9053-bb': object;
  'dlg,da9053-bc': object;
  'spacemit,p1': object;
  'active-semi,act8846': object;
  'active-semi,act8865': object;
  'active-semi,act8600': object;
  'active-semi,act8945a': object;
  'ams,as3722': object;
  'lltc,ltc3589': object;
  'lltc,ltc3589-1': object;
  'lltc,ltc3676': object;
  'richtek,rt5033': object;
  'richtek,rt4801': object;
  'isil,isl9305': object;
  'ricoh,rn5t567': object;
  'ricoh,rc5t619': object;
  'ricoh,rn5t618': object;
  'marvell,88pm886-a1': object;
  'fsl,mc34708': object;
  'fsl,mc13892': object;
  'qcom,pm8008': object;
  'rockchip,rk808': RockchipRk808;
  'rockchip,rk818': RockchipRk808;
  'rockchip,rk805': RockchipRk805;
  'rockchip,rk809': RockchipRk809;
  'rockchip,rk817': RockchipRk809;
  'rockchip,rk806': RockchipRk806;
  'adi,adm1275': AdiAdm1275;
  'adi,adm1276': AdiAdm1275;
  'ti,bq27541': TiBq27541;
  'ti,bq27500': TiBq27541;
  'ti,bq27510': TiBq27541;
  'ti,bq27510g1': TiBq27541;
  'ti,bq27510g2': TiBq27541;
  'ti,bq27510g3': TiBq27541;
  'ti,bq27520g1': TiBq27541;
  'ti,bq27520g4': TiBq27541;
  'ti,bq27530': TiBq27541;
  'ti,bq27531': TiBq27541;
  'ti,bq27542': TiBq27541;
  'ti,bq27545': TiBq27541;
  'ti,bq27546': TiBq27541;
  'ti,bq27742': TiBq27541;
  'ti,bq27411': TiBq27541;
  'ti,bq27421': TiBq27541;
  'ti,bq27425': TiBq27541;
  'ti,bq27426': TiBq27541;
  'ti,bq27441': TiBq27541;
  'ti,bq27621': TiBq27541;
  'ti,bq27z561': TiBq27541;
  'ti,bq28z610': TiBq27541;
  'ti,bq34z100': TiBq27541;
  'ti,bq78z100': TiBq27541;
  'maxim,max17042': MaximMax17042;
  'maxim,max17047': MaximMax17042;
  'maxim,max17050': MaximMax17042;
  'maxim,max77705-battery': MaximMax17042;
  'maxim,max77849-battery': MaximMax17042;
  'maxim,max17055': MaximMax17042;
  'maxim,max17040': MaximMax17040;
  'maxim,max17041': MaximMax17040;
  'maxim,max17043': MaximMax17040;
  'maxim,max17044': MaximMax17040;
  'maxim,max17048': MaximMax17040;
  'maxim,max17049': MaximMax17040;
  'maxim,max17058': MaximMax17040;
  'maxim,max17059': MaximMax17040;
  'richtek,rt5033-battery': MaximMax17040;
  'cellwise,cw2015': CellwiseCw2015;
  'ti,bq25890': TiBq25890;
  'ti,bq25892': TiBq25890;
  'ti,bq25895': TiBq25890;
  'ti,bq25896': TiBq25890;
  'ti,bq24190': object;
  'ti,bq24192': object;
  'ti,bq24192i': object;
  'ti,bq24196': object;
  'ti,lm25066': TiLm25066;
  'ti,lm5066': TiLm25066;
  'ti,ina219': TiIna219;
  'ti,ina220': TiIna219;
  'ti,ina226': TiIna219;
  'ti,ina230': TiIna219;
  'ti,ina231': TiIna219;
  'ti,ina238': TiIna238;
  'ti,ina237': TiIna238;
  'ti,ina3221': TiIna3221;
  'maxim,max15301': MaximMax15301;
  'maxim,max15303': MaximMax15301;
  'lltc,ltc3882': MaximMax15301;
  'bosch,bmp280': BoschBmp280;
  'bosch,bme280': BoschBme280;
  'bosch,bmp180': BoschBmp280;
  'bosch,bmp085': BoschBmp280;
  'fsl,mpl3115': FslMpl3115;
  'meas,ms5611': MeasMs5611;
  'adi,adt7410': AdiAdt7410;
  'adi,adt7420': AdiAdt7410;
  'aosong,aht10': AosongAht10;
  'aosong,aht20': AosongAht10;
  'aosong,dht20': AosongAht10;
  'ti,hdc1080': TiHdc1080;
  'ti,hdc1000': TiHdc1080;
  'ti,hdc': TiHdc1080;
  'ti,hdc2010': TiHdc1080;
  'ti,hdc2080': TiHdc1080;
  'ti,hdc2021': TiHdc1080;
  'ti,hdc2022': TiHdc1080;
  'ti,amc6821': TiAmc6821;
  'tsd,mule': TiAmc6821;
  'maxim,max31790': MaximMax31790;
  'maxim,max9611': MaximMax9611;
  'maxim,max9612': MaximMax9611;
  'ti,ads7830': object;
  'ti,ads7828': object;
  'ti,ads1119': object;
  'adi,ad7992': object;
  'adi,ad7997': object;
  'lltc,ltc2497': object;
  'microchip,mcp3021': object;
  'ti,adc101c': object;
  'ti,adc081c': object;
  'microchip,emc2305': MicrochipEmc2305;
  'microchip,emc2301': MicrochipEmc2305;
  'microchip,emc2303': MicrochipEmc2305;
  'maxim,max6650': object;
  'maxim,max6651': object;
  'national,lm96163': NationalLm96163;
  'national,lm63': NationalLm96163;
  'national,lm64': NationalLm96163;
  'nuvoton,nct7802': object;
  'microchip,pac1934': object;
  'ti,tmp103': TiTmp103;
  'semtech,sx9324': object;
  'vishay,vcnl4010': object;
  'vishay,vcnl4020': object;
  'vishay,vcnl4040': VishayVcnl4040;
  'capella,cm36686': VishayVcnl4040;
  'sensortek,stk3310': SensortekStk3310;
  'sensortek,stk3311': SensortekStk3310;
  'sensortek,stk3335': SensortekStk3310;
  'sensortek,stk3013': SensortekStk3310;
  'isil,isl29018': object;
  'isil,isl29023': object;
  'liteon,ltr559': object;
  'capella,cm3323': object;
  'infineon,irps5401': object;
  'maxim,max20751': object;
  'adi,adt7475': object;
  'lltc,ltc2945': object;
  'adi,ltc4151': object;
  'lltc,ltc2990': object;
  'lltc,ltc4261': object;
  'lltc,ltc4222': object;
  'national,lm75': AdiAdt7410;
  'national,lm75a': AdiAdt7410;
  'maxim,max6626': AdiAdt7410;
  'st,ds75': AdiAdt7410;
  'dallas,ds75': AdiAdt7410;
  'st,stlm75': AdiAdt7410;
  'national,lm75b': AdiAdt7410;
  'nxp,lm75b': AdiAdt7410;
  'nxp,pct2075': AdiAdt7410;
  'ti,tmp75': AdiAdt7410;
  'ti,tmp175': AdiAdt7410;
  'ti,tmp275': AdiAdt7410;
  'ti,tmp105': AdiAdt7410;
  'ti,tmp100': AdiAdt7410;
  'ti,tmp101': AdiAdt7410;
  'microchip,mcp980x': AdiAdt7410;
  'ti,tmp75c': AdiAdt7410;
  'nxp,p3t1755': AdiAdt7410;
  'ti,tmp1075': AdiAdt7410;
  'adi,adt7461': AdiAdt7461;
  'adi,adt7461a': AdiAdt7461;
  'onnn,nct1008': AdiAdt7461;
  'adi,adm1032': AdiAdt7461;
  'adi,adt7481': AdiAdt7461;
  'nxp,sa56004': AdiAdt7461;
  'ti,tmp451': AdiAdt7461;
  'ti,tmp461': AdiAdt7461;
  'national,lm90': AdiAdt7461;
  'national,lm86': AdiAdt7461;
  'national,lm89': AdiAdt7461;
  'national,lm99': AdiAdt7461;
  'maxim,max6646': AdiAdt7461;
  'maxim,max6647': AdiAdt7461;
  'maxim,max6649': AdiAdt7461;
  'maxim,max6657': AdiAdt7461;
  'maxim,max6658': AdiAdt7461;
  'maxim,max6659': AdiAdt7461;
  'maxim,max6680': AdiAdt7461;
  'maxim,max6681': AdiAdt7461;
  'winbond,w83l771': AdiAdt7461;
  'maxim,max1619': AdiAdt7461;
  'maxim,max1617': AdiAdt7461;
  'maxim,max6695': AdiAdt7461;
  'maxim,max6696': AdiAdt7461;
  'maxim,max31855k': MaximMax31855k;
  'maxim,max31855': MaximMax31855k;
  'maxim,max6675': MaximMax6675;
  'microchip,mcp9808': MicrochipMcp9808;
  'jedec,jc-42.4-temp': MicrochipMcp9808;
  'melexis,mlx90614': MelexisMlx90614;
  'sensirion,sgp40': SensirionSgp40;
  'sensirion,sht3x': SensirionSht3x;
  'sensirion,sht30': SensirionSht3x;
  'sensirion,sht31': SensirionSht3x;
  'sensirion,sht35': SensirionSht3x;
  'sensirion,sht3xd': SensirionSht3x;
  'sensirion,sht4x': SensirionSht3x;
  'sensirion,sht40': SensirionSht3x;
  'sensirion,sht41': SensirionSht3x;
  'sensirion,sht45': SensirionSht3x;
  'silabs,si7021': SensirionSht3x;
  'silabs,si7020': SensirionSht3x;
  'meas,htu21': SensirionSht3x;
  'ti,tmp102': AdiAdt7410;
  'ti,tmp112': AdiAdt7410;
  'ti,tmp117': AdiAdt7410;
  'ti,tmp11x': AdiAdt7410;
  'ti,tmp421': TiTmp421;
  'ti,tmp422': TiTmp422;
  'ti,tmp423': TiTmp423;
  'st,vl53l0x': StVl53l0x;
  'elan,ekth3000': ElanEkth3000;
  'elan,ekth3500': ElanEkth3500;
  'elan,ektf3624': ElanEkth3500;
  'hid-over-i2c': HidOverI2c;
  'elan,ekth6915': HidOverI2c;
  'elan,ekth6a12nay': HidOverI2c;
  'ilitek,ili2901': HidOverI2c;
  'ilitek,ili9882t': HidOverI2c;
  'goodix,gt7375p': HidOverI2c;
  'edt,edt-ft5206': EdtEdtFt5206;
  'edt,edt-ft5306': EdtEdtFt5206;
  'edt,edt-ft5406': EdtEdtFt5206;
  'edt,edt-ft5506': EdtEdtFt5206;
  'evervision,ev-ft5726': EdtEdtFt5206;
  'focaltech,ft5426': EdtEdtFt5206;
  'focaltech,ft5452': EdtEdtFt5206;
  'focaltech,ft6236': EdtEdtFt5206;
  'focaltech,ft3518': EdtEdtFt5206;
  'focaltech,ft8719': EdtEdtFt5206;
  'focaltech,ft3d81': EdtEdtFt5206;
  'focaltech,ft8112': EdtEdtFt5206;
  'focaltech,ft8201': EdtEdtFt5206;
  'goodix,gt911': object;
  'goodix,gt9110': object;
  'goodix,gt912': object;
  'goodix,gt9147': object;
  'goodix,gt917s': object;
  'goodix,gt927': object;
  'goodix,gt9271': object;
  'goodix,gt928': object;
  'goodix,gt9286': object;
  'goodix,gt967': object;
  'goodix,gt1151': object;
  'goodix,gt1158': object;
  'goodix,gt5663': object;
  'goodix,gt5688': object;
  'st,stmpe811': object;
  'st,stmpe610': object;
  'adi,ad7879-1': object;
  'adi,ad7889-1': object;
  'adi,ad7879': object;
  'ti,drv2604': object;
  'ti,drv2604l': object;
  'ti,drv2605': object;
  'ti,drv2605l': object;
  'ti,drv2665': object;
  'ti,drv2667': object;
  'coreriver,tc360-touchkey': CoreriverTc360Touchkey;
  'cypress,midas-touchkey': CoreriverTc360Touchkey;
  'cypress,tm2-touchkey': CoreriverTc360Touchkey;
  'microchip,cap1106': object;
  'adi,adp5585': object;
  'adi,adp5585-00': object;
  'adi,adp5585-01': object;
  'adi,adp5585-02': object;
  'adi,adp5585-03': object;
  'adi,adp5585-04': object;
  'adi,adp5588': object;
  'adi,adp5587': object;
  'ti,tca8418': object;
  'semtech,sx1509q': object;
  'semtech,sx1507q': object;
  'semtech,sx1508q': object;
  'semtech,sx1501q': object;
  'semtech,sx1502q': object;
  'semtech,sx1503q': object;
  'fcs,fxl6408': object;
  'nxp,pca9570': object;
  'nxp,pca9571': object;
  'maxim,max7310': object;
  'maxim,max7312': object;
  'maxim,max7313': object;
  'maxim,max7315': object;
  'maxim,max7319': object;
  'maxim,max7320': object;
  'maxim,max7321': object;
  'maxim,max7322': object;
  'maxim,max7323': object;
  'maxim,max7324': object;
  'ti,tpic2810': object;
  'exar,xra1202': object;
  'exar,xra1201': object;
  'ti,ads7846': TiAds7846;
  'ti,tsc2046': TiAds7846;
  'ti,ads7843': TiAds7846;
  'ti,ads7845': TiAds7846;
  'ti,ads7873': TiAds7846;
  'ti,tsc2046e-adc': TiAds7846;
  'ti,tsc2007': TiTsc2007;
  'syna,rmi4-i2c': SynaRmi4I2c;
  'samsung,s6sy761': SamsungS6sy761;
  'zinitix,bt541': SamsungS6sy761;
  'zinitix,bt531': SamsungS6sy761;
  'zinitix,bt532': SamsungS6sy761;
  'zinitix,bt538': SamsungS6sy761;
  'zinitix,bt548': SamsungS6sy761;
  'zinitix,bt554': SamsungS6sy761;
  'zinitix,at100': SamsungS6sy761;
  'zinitix,bt402': SamsungS6sy761;
  'zinitix,bt412': SamsungS6sy761;
  'zinitix,bt432': SamsungS6sy761;
  'zinitix,bt403': SamsungS6sy761;
  'zinitix,bt413': SamsungS6sy761;
  'zinitix,bt404': SamsungS6sy761;
  'ilitek,ili210x': SamsungS6sy761;
  'ilitek,ili2117': SamsungS6sy761;
  'ilitek,ili2120': SamsungS6sy761;
  'ilitek,ili251x': SamsungS6sy761;
  'imagis,ist3038': SamsungS6sy761;
  'imagis,ist3038b': SamsungS6sy761;
  'imagis,ist3038c': SamsungS6sy761;
  'imagis,ist3038h': SamsungS6sy761;
  'imagis,ist3032c': SamsungS6sy761;
  'melfas,mip4_ts': SamsungS6sy761;
  'mstar,msg2138': SamsungS6sy761;
  'mstar,msg2638': SamsungS6sy761;
  'hynitron,cst340': SamsungS6sy761;
  'novatek,nt11205-ts': SamsungS6sy761;
  'novatek,nt36672a-ts': SamsungS6sy761;
  'melfas,mms114': SamsungS6sy761;
  'melfas,mms152': SamsungS6sy761;
  'melfas,mms345l': SamsungS6sy761;
  'melfas,mms136': SamsungS6sy761;
  'melfas,mms134s': SamsungS6sy761;
  'google,cr50': GoogleCr50;
  'infineon,slb9670': GoogleCr50;
  'infineon,slb9673': InfineonSlb9673;
  'st,st33htpm-spi': GoogleCr50;
  'st,st33ktpm2xi2c': GoogleCr50;
  'st,st33tphf2ei2c': GoogleCr50;
  'atmel,attpm20p': GoogleCr50;
  'nuvoton,npct75x': GoogleCr50;
  'tcg,tpm_tis-spi': GoogleCr50;
  'tcg,tpm-tis-i2c': GoogleCr50;
  'ite,it5205': IteIt5205;
  'qcom,wcd9395-usbss': object;
  'qcom,wcd9390-usbss': object;
  'willsemi,wusb3801': WillsemiWusb3801;
  'mediatek,mt6360': object;
  'nxp,ptn5110': NxpPtn5110;
  'nxp,ptn5110hq': NxpPtn5110;
  tcpci: NxpPtn5110;
  'richtek,rt1711h': NxpPtn5110;
  'richtek,rt1715': NxpPtn5110;
  'etekmicro,et7304': NxpPtn5110;
  'hynetek,husb311': NxpPtn5110;
  'ti,tps6598x': TiTps6598x;
  'ti,tps65987ddh': TiTps6598x;
  'apple,cd321x': TiTps6598x;
}
