/* Made from the data sheets by `npx vitest run test/parts/made.test.ts -u`: do not edit. */

interface DallasDs1307 {
  /** What the clock shows, as 2024-02-29T12:34:56Z */
  time: string;
  /** False: its battery is flat, so that a reset is the first power-up, without a time */
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

interface RohmBh1750 {
  /** Light on the sensor (0 to 100000 lx) */
  illuminance: number;
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

interface HoneywellHmc5883l {
  /** Magnetic field along X (-800 to 800 µT) */
  magnetX: number;
  /** Magnetic field along Y (-800 to 800 µT) */
  magnetY: number;
  /** Magnetic field along Z (-800 to 800 µT) */
  magnetZ: number;
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

/** What a test can set, and look at, on a simulated part, by its compatible. */
export interface PartTypes {
  'dallas,ds1307': DallasDs1307;
  'maxim,ds1307': DallasDs1307;
  'dallas,ds1337': DallasDs1307;
  'maxim,ds1337': DallasDs1307;
  'dallas,ds1339': DallasDs1307;
  'maxim,ds1339': DallasDs1307;
  'maxim,ds3231': MaximDs3231;
  'dallas,ds3231': MaximDs3231;
  'maxim,ds3231-mfd': MaximDs3231;
  'st,m41t0': DallasDs1307;
  'nxp,pcf85063a': DallasDs1307;
  'nxp,pcf85063': DallasDs1307;
  'nxp,pcf85063tp': DallasDs1307;
  'microcrystal,rv8263': DallasDs1307;
  'microcrystal,rv-8263-c8': DallasDs1307;
  'nxp,pcf8563': DallasDs1307;
  'epson,rtc8564': DallasDs1307;
  'microcrystal,rv8564': DallasDs1307;
  'haoyu,hym8563': DallasDs1307;
  'epson,rx8130': DallasDs1307;
  'epson,rx8130ce': DallasDs1307;
  'ti,ads1015': TiAds1015;
  'ti,ads1115': TiAds1015;
  'ti,tla2024': TiAds1015;
  'microchip,mcp3004': MicrochipMcp3004;
  'microchip,mcp3008': MicrochipMcp3008;
  'microchip,mcp3204': MicrochipMcp3004;
  'microchip,mcp3208': MicrochipMcp3008;
  'microchip,mcp4725': MicrochipMcp4725;
  'dtbus,hd44780-pcf8574': DtbusHd44780Pcf8574;
  'solomon,ssd1306': SolomonSsd1306;
  'solomon,ssd1306fb-i2c': SolomonSsd1306;
  'solomon,ssd1306fb': SolomonSsd1306;
  'solomon,ssd1309fb-i2c': SolomonSsd1306;
  'solomon,ssd1309fb': SolomonSsd1306;
  'microchip,mcp23008': MicrochipMcp23008;
  'microchip,mcp23s08': MicrochipMcp23008;
  'microchip,mcp23017': MicrochipMcp23017;
  'microchip,mcp23018': MicrochipMcp23017;
  'microchip,mcp23s17': MicrochipMcp23017;
  'nxp,pca9554': NxpPca9554;
  'nxp,pca9534': NxpPca9554;
  'nxp,pca9538': NxpPca9554;
  'onnn,pca9654': NxpPca9554;
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
  'nxp,pcal6416': NxpPcal6416;
  'nxp,pcal6416a': NxpPcal6416;
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
  'rohm,bh1750': RohmBh1750;
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
  'honeywell,hmc5883l': HoneywellHmc5883l;
  'honeywell,hmc5883': HoneywellHmc5883l;
  'st,l3gd20-gyro': StL3gd20Gyro;
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
  'nxp,pca9541': NxpPca9541;
  'nxp,pca9548': NxpPca9548;
  'nxp,pca9848': NxpPca9548;
  'ti,tca9548': NxpPca9548;
  'ti,tca9548a': NxpPca9548;
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
  'linux,spi-loopback-test': object;
  'dtbus,loopback': object;
  'ti,ina219': TiIna219;
  'ti,ina220': TiIna219;
  'ti,ina226': TiIna219;
  'ti,ina230': TiIna219;
  'ti,ina231': TiIna219;
  'ti,ina238': TiIna238;
  'ti,ina237': TiIna238;
  'ti,ina3221': TiIna3221;
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
  'national,lm75': AdiAdt7410;
  'national,lm75a': AdiAdt7410;
  'maxim,max6626': AdiAdt7410;
  'st,ds75': AdiAdt7410;
  'dallas,ds75': AdiAdt7410;
  'national,lm75b': AdiAdt7410;
  'nxp,lm75b': AdiAdt7410;
  'nxp,pct2075': AdiAdt7410;
  'ti,tmp75': AdiAdt7410;
  'ti,tmp175': AdiAdt7410;
  'ti,tmp275': AdiAdt7410;
  'ti,tmp105': AdiAdt7410;
  'microchip,mcp980x': AdiAdt7410;
  'ti,tmp1075': AdiAdt7410;
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
}
