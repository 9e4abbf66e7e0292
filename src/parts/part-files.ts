/* Made from the data sheets by `npx vitest run test/parts/made.test.ts -u`: do not edit. */
import type { PartModule } from './model.ts';

/** A file of parts, read only when a board names one of its compatibles. */
export interface PartFile {
  /** Its place in this folder, without ending. */
  readonly file: string;
  /** One name a line, a line feed before the first: as a text they take less to load and to look through than as a list. */
  readonly compatible: string;
  /** The only kind of bus that its parts are on; of both, none. */
  readonly bus?: 'i2c' | 'spi';
  load(): Promise<PartModule>;
}

/** Which file knows which compatible. */
export const PART_FILES: readonly PartFile[] = [
  {
    file: 'bridges/registers',
    bus: 'i2c',
    compatible: `
analogix,anx7625
analogix,anx6345
analogix,anx7808
analogix,anx7812
analogix,anx7814
analogix,anx7816
analogix,anx7818
ti,sn65dsi86
ti,sn65dsi83
ti,sn65dsi84
ti,sn65dsi85
nxp,tda998x
sil,sii9022
sil,sii9022-tpi
sil,sii9022-cpi
sil,sii9024
sil,sii9136
adi,adv7511
adi,adv7511w
adi,adv7513
adi,adv7533
adi,adv7535
adi,adv7180
adi,adv7180cp
adi,adv7180st
adi,adv7182
adi,adv7280
adi,adv7281
adi,adv7282
adi,adv7482
adi,adv7481
parade,ps8640
parade,ps8622
parade,ps8625
parade,ps8830
parade,ps8833
onnn,nb7vpq904m
ti,tusb1046
ti,tdp158
nxp,ptn3222
ite,it6505
lontium,lt9611
lontium,lt9611uxc
lontium,lt9611ex
lontium,lt8912
lontium,lt8912b
toshiba,tc358767
toshiba,tc358867
toshiba,tc9595
toshiba,tc358762
toshiba,tc358764
toshiba,tc358768
toshiba,tc358778
toshiba,tc358775
toshiba,tc358765
toshiba,tc358743
sil,sii8620
sil,sii9234
fcs,fusb302
nxp,ptn5150
ti,hd3ss3220
fcs,fsa4480
ocs,ocp96011
fcs,fsa9480
siliconmitus,sm5502-muic
siliconmitus,sm5504-muic
siliconmitus,sm5703-muic
richtek,rt8973a-muic
ti,tusb320
ti,tusb320l
smsc,usb3503
smsc,usb3503a
smsc,usb3803
microchip,usb2512b
microchip,usb2513b
microchip,usb2514b
microchip,usb2514bi
microchip,usb2517
microchip,usb5744
microchip,ksz9893
ite,it66121
microchip,ksz9897
microchip,ksz9477
`,
    load: () => import('./bridges/registers.ts'),
  },
  {
    file: 'cards/mmc-spi-slot',
    bus: 'spi',
    compatible: `
mmc-spi-slot
`,
    load: () => import('./cards/mmc-spi-slot.ts'),
  },
  {
    file: 'clocks/dallas-rows',
    bus: 'i2c',
    compatible: `
dallas,ds1338
dallas,ds1340
pericom,pt7c4338
dallas,ds1341
dallas,ds3232
microchip,mcp7940x
microchip,mcp7941x
microchip,mcp7940n
st,m41t00
st,m41t11
`,
    load: () => import('./clocks/dallas-rows.ts'),
  },
  {
    file: 'clocks/ds1307',
    bus: 'i2c',
    compatible: `
dallas,ds1307
maxim,ds1307
`,
    load: () => import('./clocks/ds1307.ts'),
  },
  {
    file: 'clocks/ds1337',
    bus: 'i2c',
    compatible: `
dallas,ds1337
isil,isl12057
maxim,ds1337
dallas,ds1339
maxim,ds1339
`,
    load: () => import('./clocks/ds1337.ts'),
  },
  {
    file: 'clocks/ds1672',
    bus: 'i2c',
    compatible: `
dallas,ds1672
`,
    load: () => import('./clocks/ds1672.ts'),
  },
  {
    file: 'clocks/ds3231',
    bus: 'i2c',
    compatible: `
maxim,ds3231
dallas,ds3231
maxim,ds3231-mfd
`,
    load: () => import('./clocks/ds3231.ts'),
  },
  {
    file: 'clocks/m41t0',
    bus: 'i2c',
    compatible: `
st,m41t0
`,
    load: () => import('./clocks/m41t0.ts'),
  },
  {
    file: 'clocks/other-clocks',
    bus: 'i2c',
    compatible: `
st,m41t62
st,m41t65
st,m41t80
st,m41t81
st,m41t81s
st,m41t82
st,m41t83
st,m41t84
st,m41t85
st,m41t87
microcrystal,rv4162
microcrystal,rv8523-m41
nxp,pcf8523
nxp,pcf8523t
microcrystal,rv8523
nxp,pca85073a
nxp,pcf2127
nxp,pcf2129
nxp,pca2129
nxp,pcf2131
nxp,pcf85263
nxp,pcf85363
microcrystal,rv3028
microcrystal,rv3032
microcrystal,rv8803
epson,rx8803
epson,rx8804
epson,rx8900
epson,rx8571
epson,rx8025
epson,rx8035
epson,rx8010
epson,rx8111
isil,isl12026
isil,isl1208
isil,isl1209
isil,isl1218
isil,isl1219
isil,isl12022
abracon,abx80x
abracon,ab0801
abracon,ab0803
abracon,ab0804
abracon,ab0805
abracon,ab1801
abracon,ab1803
abracon,ab1804
abracon,ab1805
microcrystal,rv1805
ti,bq32000
ti,bq32002
`,
    load: () => import('./clocks/other-clocks.ts'),
  },
  {
    file: 'clocks/pcf85063a',
    bus: 'i2c',
    compatible: `
nxp,pcf85063a
nxp,pcf85063
nxp,pcf85063tp
microcrystal,rv8263
microcrystal,rv-8263-c8
`,
    load: () => import('./clocks/pcf85063a.ts'),
  },
  {
    file: 'clocks/pcf8563',
    bus: 'i2c',
    compatible: `
nxp,pcf8563
epson,rtc8564
microcrystal,rv8564
haoyu,hym8563
`,
    load: () => import('./clocks/pcf8563.ts'),
  },
  {
    file: 'clocks/rx8130',
    bus: 'i2c',
    compatible: `
epson,rx8130
epson,rx8130ce
`,
    load: () => import('./clocks/rx8130.ts'),
  },
  {
    file: 'codecs/amplifiers',
    bus: 'i2c',
    compatible: `
maxim,max98927
`,
    load: () => import('./codecs/amplifiers.ts'),
  },
  {
    file: 'codecs/registers',
    bus: 'i2c',
    compatible: `
fsl,sgtl5000
wlf,wm8904
wlf,wm8912
wlf,wm8962
wlf,wm8960
wlf,wm8978
wlf,wm8974
wlf,wm8940
wlf,wm8731
wlf,wm8750
wlf,wm8753
wlf,wm8510
wlf,wm8988
nuvoton,nau8822
nuvoton,nau8825
wlf,wm8903
realtek,rt5682i
realtek,rt5682s
realtek,rt5640
realtek,rt5639
realtek,rt5645
realtek,rt5650
realtek,rt5651
realtek,rt5616
realtek,rt5631
realtek,rt5677
realtek,rt5658
realtek,rt5659
ti,tlv320aic32x4
ti,tlv320aic3204
ti,tlv320aic3254
ti,tas2505
ti,tlv320aic31xx
ti,tlv320aic3100
ti,tlv320aic3110
ti,tlv320aic3111
ti,tlv320dac3100
ti,tlv320dac3101
ti,tlv320aic3x
ti,tlv320aic3104
ti,tlv320aic3106
ti,tlv320aic3007
ti,tlv320aic33
ti,tlv320aic3105
ti,tlv320aic23
ti,ts3a227e
ti,pcm3168a
ti,tas5711
ti,tas5707
ti,tas5717
ti,tas5719
ti,tas5721
ti,tas5733
ti,tas571x
ti,tas2552
ti,tas2562
ti,tas2563
ti,tas2781
ti,tas2764
ti,tas2770
ti,tas5720
ti,tas5805m
ti,tas6424
ti,tpa6130a2
everest,es8316
everest,es8326
everest,es8323
everest,es8311
everest,es8328
everest,es8388
dlg,da7219
dlg,da7212
dlg,da7213
dlg,da7210
asahi-kasei,ak4613
asahi-kasei,ak4619
asahi-kasei,ak4458
asahi-kasei,ak4497
asahi-kasei,ak5552
asahi-kasei,ak5558
asahi-kasei,ak4375
asahi-kasei,ak4642
asahi-kasei,ak4643
asahi-kasei,ak4648
cirrus,cs42888
cirrus,cs42448
cirrus,cs4270
maxim,max98090
maxim,max98091
maxim,max98088
maxim,max98089
maxim,max98095
maxim,max9860
maxim,max9867
maxim,max9877
maxim,max98371
maxim,max98390
maxim,max98373
nxp,tfa9895
adi,adau1761
adi,adau1361
adi,adau1461
adi,adau1961
adi,ssm2602
adi,ssm2603
adi,ssm2604
adi,ssm2518
nxp,tfa9890
nxp,tfa9897
`,
    load: () => import('./codecs/registers.ts'),
  },
  {
    file: 'converters/ads1115',
    bus: 'i2c',
    compatible: `
ti,ads1015
ti,ads1115
ti,tla2024
ti,tla2021
ti,tla2022
`,
    load: () => import('./converters/ads1115.ts'),
  },
  {
    file: 'converters/mcp3008',
    bus: 'spi',
    compatible: `
microchip,mcp3002
microchip,mcp3202
microchip,mcp3004
microchip,mcp3008
microchip,mcp3204
microchip,mcp3208
`,
    load: () => import('./converters/mcp3008.ts'),
  },
  {
    file: 'converters/mcp4725',
    bus: 'i2c',
    compatible: `
microchip,mcp4725
`,
    load: () => import('./converters/mcp4725.ts'),
  },
  {
    file: 'converters/registers',
    bus: 'i2c',
    compatible: `
st,hts221
renesas,isl28022
ti,ads7924
adi,ad7291
capella,cm32181
semtech,sx9310
semtech,sx9311
`,
    load: () => import('./converters/registers.ts'),
  },
  {
    file: 'displays/hd44780-pcf8574',
    bus: 'i2c',
    compatible: `
dtbus,hd44780-pcf8574
`,
    load: () => import('./displays/hd44780-pcf8574.ts'),
  },
  {
    file: 'displays/ssd1306',
    bus: 'i2c',
    compatible: `
solomon,ssd1306
solomon,ssd1306fb-i2c
solomon,ssd1306fb
solomon,ssd1309fb-i2c
solomon,ssd1309fb
`,
    load: () => import('./displays/ssd1306.ts'),
  },
  {
    file: 'ec/cros-ec',
    compatible: `
google,cros-ec-spi
google,cros-ec-i2c
`,
    load: () => import('./ec/cros-ec.ts'),
  },
  {
    file: 'generators/registers',
    bus: 'i2c',
    compatible: `
cirrus,cs2000-cp
cirrus,cs2500
cirrus,cs2100-cp
idt,5p49v5923
idt,5p49v5925
idt,5p49v5933
idt,5p49v5935
idt,5p49v60
idt,5p49v6901
idt,5p49v6965
idt,5p49v6975
renesas,5p49v60
renesas,5p35023
renesas,5l35023
silabs,si570
silabs,si571
silabs,si598
silabs,si599
silabs,si514
silabs,si5341
silabs,si5340
silabs,si5342
silabs,si5344
silabs,si5345
silabs,si5332
silabs,si5351a
silabs,si5351a-msop
silabs,si5351b
silabs,si5351c
ti,cdce913
ti,cdce925
ti,cdce937
ti,cdce949
ti,cdce706
ti,cdce906
maxim,max9286
ovti,ov5640
hynix,hi846
ovti,ov5645
ovti,ov5647
ovti,ov5648
ovti,ov5675
ovti,ov5695
ovti,ov2685
ovti,ov8858
sony,imx219
sony,imx290
sony,imx327
maxim,max96712
maxim,max96724
sony,imx258
sony,imx258-pdaf
sony,imx355
`,
    load: () => import('./generators/registers.ts'),
  },
  {
    file: 'generators/renesas-pcie',
    bus: 'i2c',
    compatible: `
renesas,9fgv0241
renesas,9fgv0441
renesas,9fgv0841
`,
    load: () => import('./generators/renesas-pcie.ts'),
  },
  {
    file: 'gpio/mcp23017',
    compatible: `
microchip,mcp23008
microchip,mcp23s08
microchip,mcp23017
microchip,mcp23018
microchip,mcp23s17
`,
    load: () => import('./gpio/mcp23017.ts'),
  },
  {
    file: 'gpio/pca9506',
    bus: 'i2c',
    compatible: `
ti,tca6424
nxp,pcal6524
nxp,pcal6534
nxp,pca9505
nxp,pca9506
nxp,pca9698
`,
    load: () => import('./gpio/pca9506.ts'),
  },
  {
    file: 'gpio/pca9555',
    bus: 'i2c',
    compatible: `
nxp,pca9554
nxp,pca9534
nxp,pca9538
onnn,pca9654
nxp,pca6408
ti,tca6408
ti,tca9534
ti,tca9538
ti,tca9554
nxp,pca9557
nxp,pca9555
nxp,pca9535
nxp,pca9539
nxp,pca6416
ti,tca6416
ti,tca9535
ti,tca9539
ti,tca9555
`,
    load: () => import('./gpio/pca9555.ts'),
  },
  {
    file: 'gpio/pcal6416',
    bus: 'i2c',
    compatible: `
nxp,pcal6408
nxp,pcal6408a
nxp,pcal9554b
nxp,pcal6416
nxp,pcal6416a
nxp,pcal9535
nxp,pcal9555a
`,
    load: () => import('./gpio/pcal6416.ts'),
  },
  {
    file: 'gpio/pcf8574',
    bus: 'i2c',
    compatible: `
nxp,pcf8574
nxp,pcf8574a
nxp,pca8574
nxp,pca9670
nxp,pca9672
nxp,pca9674
nxp,pcf8575
nxp,pca8575
nxp,pca9671
nxp,pca9673
nxp,pca9675
`,
    load: () => import('./gpio/pcf8574.ts'),
  },
  {
    file: 'light/apds9930',
    bus: 'i2c',
    compatible: `
avago,apds9930
amstaos,tsl2772
amstaos,tmd2772
`,
    load: () => import('./light/apds9930.ts'),
  },
  {
    file: 'light/bh1750',
    bus: 'i2c',
    compatible: `
rohm,bh1750
`,
    load: () => import('./light/bh1750.ts'),
  },
  {
    file: 'light/drivers',
    bus: 'i2c',
    compatible: `
nxp,pca9632
nxp,pca9633
nxp,pca9634
nxp,pca9635
ti,tlc59108
ti,tlc59116
ti,lp5562
ti,lp5521
ti,lp5523
ti,lp55231
ti,lp5012
ti,lp5009
ti,lp5018
ti,lp5024
ti,lp5030
ti,lp5036
awinic,aw2013
kinetic,ktd2026
kinetic,ktd2027
issi,is31fl3190
issi,is31fl3191
issi,is31fl3193
issi,is31fl3196
issi,is31fl3199
issi,is31fl3216
issi,is31fl3218
issi,is31fl3235
issi,is31fl3236
issi,is31fl3293
si-en,sn3190
si-en,sn3199
si-en,sn3216
si-en,sn3218
ti,lm3630a
ti,lp8550
ti,lp8551
ti,lp8552
ti,lp8553
ti,lp8555
ti,lp8556
ti,lp8557
ti,lm3697
ti,lm36922
ti,lm36923
ti,lm36274
ti,lm3632
ti,lm3695
ti,lm3532
ti,lm3533
silergy,sy7802
dongwoon,dw9714
dongwoon,dw9719
dongwoon,dw9768
dongwoon,dw9800k
dongwoon,dw9807-vcm
asahi-kasei,ak7375
nxp,pca9530
nxp,pca9531
nxp,pca9532
nxp,pca9533
`,
    load: () => import('./light/drivers.ts'),
  },
  {
    file: 'light/opt3001',
    bus: 'i2c',
    compatible: `
ti,opt3001
`,
    load: () => import('./light/opt3001.ts'),
  },
  {
    file: 'light/pca9552',
    bus: 'i2c',
    compatible: `
nxp,pca9550
nxp,pca9551
nxp,pca9552
nxp,pca9553
`,
    load: () => import('./light/pca9552.ts'),
  },
  {
    file: 'light/pca9685',
    bus: 'i2c',
    compatible: `
nxp,pca9685-pwm
nxp,pca9685
`,
    load: () => import('./light/pca9685.ts'),
  },
  {
    file: 'memories/at24',
    bus: 'i2c',
    compatible: `
atmel,24c00
atmel,24c01
atmel,24c02
atmel,24c04
atmel,24c08
atmel,24c16
atmel,24c32
atmel,24c64
atmel,24c128
atmel,24c256
atmel,24c512
atmel,24c1024
atmel,24c2048
atmel,24c32d-wl
atmel,24c64d-wl
atmel,24mac402
atmel,24mac602
microchip,24aa025e48
atmel,spd
atmel,at24
`,
    load: () => import('./memories/at24.ts'),
  },
  {
    file: 'memories/at25',
    bus: 'spi',
    compatible: `
atmel,at25
atmel,at25010
atmel,at25020
atmel,at25040
atmel,at25080
atmel,at25160
atmel,at25320
atmel,at25640
atmel,at25128
atmel,at25256
atmel,at25512
atmel,at25m01
atmel,at25m02
microchip,48l640
`,
    load: () => import('./memories/at25.ts'),
  },
  {
    file: 'memories/spi-nor',
    bus: 'spi',
    compatible: `
jedec,spi-nor
winbond,w25q80
winbond,w25q16
winbond,w25q32
winbond,w25q64
winbond,w25q128
winbond,w25q256
winbond,w25q512jv
winbond,w25q80bl
winbond,w25q16dw
winbond,w25q32w
winbond,w25q32dw
winbond,w25q64dw
winbond,w25q128fw
winbond,w25q32jv
winbond,w25q64jvm
winbond,w25q128jv
winbond,w25q256jvm
winbond,w25q256jw
winbond,w25x10
winbond,w25x20
winbond,w25x40
winbond,w25x80
winbond,w25x16
winbond,w25x32
winbond,w25x64
`,
    load: () => import('./memories/spi-nor.ts'),
  },
  {
    file: 'memories/spi-nor-makers',
    bus: 'spi',
    compatible: `
macronix,mx25l2005a
macronix,mx25l4005a
macronix,mx25l8005
macronix,mx25l1606e
macronix,mx25l3205d
macronix,mx25l6405d
macronix,mx25l12805d
macronix,mx25l3233f
macronix,mx25l6433f
macronix,mx25l12835f
macronix,mx25u4033
macronix,mx25u4035
macronix,mx25u8035
macronix,mx25u3235f
macronix,mx25u6435f
macronix,mx25u12835f
macronix,mx25v8035f
macronix,mx25r8035f
macronix,mx25r1635f
macronix,mx25r3235f
macronix,mx25r6435f
macronix,mx25l25635e
macronix,mx25l25635f
macronix,mx25l51245g
macronix,mx66l51235f
macronix,mx66l1g45g
macronix,mx25u25635f
macronix,mx25u51245g
macronix,mx66u51235f
micron,m25p05
micron,m25p10
micron,m25p20
micron,m25p40
micron,m25p80
micron,m25p16
micron,m25p32
micron,m25p64
micron,m25p128
micron,m25px80
micron,m25px16
micron,m25px32
micron,m25px64
micron,n25q016a
micron,n25q032
micron,n25q032a
micron,n25q064
micron,n25q064a
micron,n25q128a11
micron,n25q128a13
micron,n25q256a
micron,n25q256ax1
micron,n25q512a
micron,n25q512ax3
micron,n25q00
micron,n25q00a
micron,mt25ql128a
micron,mt25ql256a
micron,mt25qu256a
micron,mt25ql512a
micron,mt25qu512a
micron,mt25ql01g
micron,mt25qu01g
micron,mt25ql02g
micron,mt25qu02g
spansion,s25sl004a
spansion,s25sl008a
spansion,s25sl016a
spansion,s25sl032a
spansion,s25sl064a
spansion,s25sl12800
spansion,s25sl12801
spansion,s25sl032p
spansion,s25sl064p
spansion,s25fl129p1
spansion,s25fl129p0
spansion,s25fl128s
spansion,s25fl128s1
spansion,s25fl256s1
spansion,s25fl128s0
spansion,s25fl256s0
spansion,s25fl512s
spansion,s25fs128s1
spansion,s25fs256s1
spansion,s25fs256s0
spansion,s25fs512s
spansion,s25fl008k
spansion,s25fl016k
spansion,s25fl064k
spansion,s25fl116k
spansion,s25fl132k
spansion,s25fl164k
spansion,s25fl064l
spansion,s25fl128l
spansion,s25fl256l
gigadevice,gd25q16
gigadevice,gd25q32
gigadevice,gd25q64
gigadevice,gd25q128
gigadevice,gd25lq32
gigadevice,gd25lq64c
gigadevice,gd25lq128d
gigadevice,gd25q256
issi,is25lq040b
issi,is25lp080d
issi,is25lp016d
issi,is25lp032
issi,is25lp064
issi,is25lp128
issi,is25wp032
issi,is25wp064
issi,is25wp128
issi,is25lp256
issi,is25wp256
sst,sst25vf040b
sst,sst25vf080b
sst,sst25vf016b
sst,sst25vf032b
sst,sst25wf512
sst,sst25wf010
sst,sst25wf020
sst,sst25wf040
sst,sst25wf080
sst,sst25vf064c
sst,sst25wf020a
sst,sst25wf040b
sst,sst25wf080b
sst,sst26wf016b
sst,sst26vf016b
sst,sst26vf064b
atmel,at25df041a
atmel,at25df081a
atmel,at26df081a
atmel,at26df161a
atmel,at25df321
atmel,at25df321a
atmel,at25df641
everspin,mr25h128
everspin,mr25h256
everspin,mr25h10
everspin,mr25h40
`,
    load: () => import('./memories/spi-nor-makers.ts'),
  },
  {
    file: 'motion/adxl345',
    compatible: `
adi,adxl345
`,
    load: () => import('./motion/adxl345.ts'),
  },
  {
    file: 'motion/ak8963',
    bus: 'i2c',
    compatible: `
asahi-kasei,ak8963
`,
    load: () => import('./motion/ak8963.ts'),
  },
  {
    file: 'motion/by-sheet',
    bus: 'i2c',
    compatible: `
st,lis2de12
st,lis2hh12
st,lis2dw12
st,lis2ds12
st,lsm303agr-accel
silan,sc7a20
st,lsm303c-accel
st,lis2mdl
st,iis2mdc
st,lsm303agr-magn
st,lsm9ds1-magn
st,lsm303c-magn
st,lsm6ds3
st,lsm6ds3h
st,lsm6dsl
st,lsm6dsm
st,ism330dlc
st,lsm6dso
st,lsm6dso32
st,lsm6dsox
st,ism330dhcx
st,lsm6dsr
st,lsm6dsrx
st,lsm9ds1-imu
bosch,bmi160
bosch,bmg160
bosch,bmi055_gyro
bosch,bmi088_gyro
bosch,bmc150_accel
bosch,bmc156_accel
bosch,bma253
bosch,bma254
bosch,bma255
bosch,bma250e
bosch,bma222e
bosch,bma280
bosch,bmi055_accel
bosch,bmc150_magn
bosch,bmc156_magn
bosch,bmm150
st,lsm9ds0-imu
memsic,mxc4005
memsic,mxc6655
fsl,mma7660
voltafield,af8133j
kionix,kxtj21009
kionix,kxcj91008
kionix,kxcjk1013
fsl,fxos8700
nxp,fxos8700
nxp,fxas21002c
asahi-kasei,ak09911
asahi-kasei,ak09912
`,
    load: () => import('./motion/by-sheet.ts'),
  },
  {
    file: 'motion/hmc5883l',
    bus: 'i2c',
    compatible: `
honeywell,hmc5883l
honeywell,hmc5883
`,
    load: () => import('./motion/hmc5883l.ts'),
  },
  {
    file: 'motion/kx023',
    bus: 'i2c',
    compatible: `
kionix,kx023-1025
`,
    load: () => import('./motion/kx023.ts'),
  },
  {
    file: 'motion/l3gd20',
    compatible: `
st,l3gd20-gyro
st,lsm9ds0-gyro
`,
    load: () => import('./motion/l3gd20.ts'),
  },
  {
    file: 'motion/lis3dh',
    compatible: `
st,lis3dh-accel
st,lsm303dlhc-accel
`,
    load: () => import('./motion/lis3dh.ts'),
  },
  {
    file: 'motion/lis3mdl',
    compatible: `
st,lis3mdl-magn
`,
    load: () => import('./motion/lis3mdl.ts'),
  },
  {
    file: 'motion/mag3110',
    bus: 'i2c',
    compatible: `
fsl,mag3110
`,
    load: () => import('./motion/mag3110.ts'),
  },
  {
    file: 'motion/mma8452',
    bus: 'i2c',
    compatible: `
fsl,mma8451
fsl,mma8452
fsl,mma8453
`,
    load: () => import('./motion/mma8452.ts'),
  },
  {
    file: 'motion/mpu6050',
    compatible: `
invensense,mpu6050
invensense,mpu6000
invensense,mpu6500
invensense,mpu9250
invensense,mpu6515
invensense,mpu6880
invensense,icm20608
invensense,icm20602
`,
    load: () => import('./motion/mpu6050.ts'),
  },
  {
    file: 'muxes/pca9541',
    bus: 'i2c',
    compatible: `
nxp,pca9541
`,
    load: () => import('./muxes/pca9541.ts'),
  },
  {
    file: 'muxes/pca9548',
    bus: 'i2c',
    compatible: `
nxp,pca9548
nxp,pca9848
ti,tca9548
ti,tca9548a
maxim,max7356
maxim,max7357
maxim,max7358
maxim,max7367
nxp,pca9546
nxp,pca9846
nxp,pca9545
nxp,pca9845
nxp,pca9543
nxp,pca9843
nxp,pca9547
nxp,pca9847
nxp,pca9544
nxp,pca9844
nxp,pca9540
nxp,pca9542
`,
    load: () => import('./muxes/pca9548.ts'),
  },
  {
    file: 'nand/spi-nand',
    bus: 'spi',
    compatible: `
spi-nand
winbond,w25n01gv
winbond,w25n02kv
macronix,mx35lf1ge4ab
micron,mt29f2g01abagd
gigadevice,gd5f1gq5ue
toshiba,tc58cvg0s3
`,
    load: () => import('./nand/spi-nand.ts'),
  },
  {
    file: 'other/board-controllers',
    bus: 'i2c',
    compatible: `
gw,gsc
kontron,sl28cpld
khadas,mcu
sophgo,sg2042-hwmon-mcu
sophgo,sg2044-hwmon-mcu
toradex,smarc-imx95-ec
toradex,smarc-ec
toradex,smarc-imx8mp-ec
fsl,fpga-qixis-i2c
fsl,lx2160aqds-fpga
fsl,ls1028aqds-fpga
fsl,lx2160ardb-fpga
`,
    load: () => import('./other/board-controllers.ts'),
  },
  {
    file: 'other/loopback',
    bus: 'spi',
    compatible: `
linux,spi-loopback-test
dtbus,loopback
`,
    load: () => import('./other/loopback.ts'),
  },
  {
    file: 'other/mcp2515',
    bus: 'spi',
    compatible: `
microchip,mcp2515
microchip,mcp25625
`,
    load: () => import('./other/mcp2515.ts'),
  },
  {
    file: 'other/mcp251xfd',
    bus: 'spi',
    compatible: `
microchip,mcp2518fd
microchip,mcp251xfd
microchip,mcp251863
microchip,mcp2517fd
`,
    load: () => import('./other/mcp251xfd.ts'),
  },
  {
    file: 'other/nci',
    bus: 'i2c',
    compatible: `
nxp,nxp-nci-i2c
nxp,pn547
nxp,pn553
nxp,pn557
nxp,nq310
samsung,s3fwrn5-i2c
`,
    load: () => import('./other/nci.ts'),
  },
  {
    file: 'pmics/axp',
    bus: 'i2c',
    compatible: `
x-powers,axp209
x-powers,axp202
x-powers,axp221
x-powers,axp223
x-powers,axp228
x-powers,axp809
x-powers,axp803
x-powers,axp813
x-powers,axp818
x-powers,axp152
x-powers,axp192
x-powers,axp313a
x-powers,axp323
x-powers,axp305
x-powers,axp805
x-powers,axp806
x-powers,axp717
x-powers,axp15060
x-powers,axp1530
`,
    load: () => import('./pmics/axp.ts'),
  },
  {
    file: 'pmics/bucks',
    bus: 'i2c',
    compatible: `
fcs,fan53555
silergy,syr827
silergy,syr828
rockchip,rk8600
rockchip,rk8601
fcs,fan53526
rockchip,rk8602
rockchip,rk8603
tcs,tcs4525
tcs,tcs4526
ti,tps62363
ti,tps62360
ti,tps62361b
ti,tps62362
ti,tps62864
ti,tps62866
ti,tps62868
ti,tps62869
ti,tps62870
ti,tps62871
ti,tps62872
ti,tps62873
maxim,max77621
maxim,max8973
mps,mp8859
mps,mpq7920
mps,mp5416
silergy,sy8106a
silergy,sy8824c
silergy,sy8827n
ti,tps65132
richtek,rt5190a
renesas,raa215300
samsung,s2dos05
dlg,da9211
dlg,da9212
dlg,da9213
dlg,da9214
dlg,da9223
dlg,da9224
dlg,da9121
dlg,da9130
dlg,da9220
dlg,da9131
dlg,da9122
dlg,da9217
maxim,max20411
dlg,slg51000
ti,tps65185
kinetic,ktz8866
`,
    load: () => import('./pmics/bucks.ts'),
  },
  {
    file: 'pmics/nxp',
    bus: 'i2c',
    compatible: `
nxp,pca9450a
nxp,pca9450c
nxp,pca9450b
nxp,pca9451a
nxp,pca9452
nxp,pf9453
fsl,pfuze100
fsl,pfuze200
fsl,pfuze3000
fsl,pfuze3001
nxp,pf8100
nxp,pf8121a
nxp,pf8200
`,
    load: () => import('./pmics/nxp.ts'),
  },
  {
    file: 'pmics/others',
    bus: 'i2c',
    compatible: `
rohm,bd71847
rohm,bd71850
rohm,bd71837
rohm,bd9571mwv
rohm,bd9574mwf
rohm,bd71815
rohm,bd71828
rohm,bd71879
st,stpmic1
ti,tps65219
ti,tps65214
ti,tps65215
ti,tps65217
ti,tps65218
ti,tps65910
ti,tps65911
ti,tps65086
ti,tps650861
ti,tps6586x
ti,tps6594-q1
ti,tps6593-q1
ti,lp8764-q1
ti,tps65224-q1
ti,tps652g1
ti,lp8733
ti,lp8732
ti,lp87565
ti,lp87561
ti,lp87524
ti,lp873x
ti,palmas
ti,tps65917
ti,tps65917-pmic
ti,tps659038
ti,tps659038-pmic
ti,twl6035
ti,twl6036
ti,twl6037
ti,twl4030
ti,twl5030
ti,tps65950
ti,twl6030
ti,twl6032
maxim,max77620
maxim,max20024
maxim,max77686
maxim,max77802
maxim,max77843
maxim,max77693
maxim,max14577
maxim,max77836
maxim,max8997-pmic
maxim,max8998
maxim,max5970
maxim,max5978
samsung,s2mps11-pmic
samsung,s2mps13-pmic
samsung,s2mps14-pmic
samsung,s2mps15-pmic
samsung,s2mpu02-pmic
samsung,s2mpu05-pmic
samsung,s5m8767-pmic
dlg,da9062
dlg,da9061
dlg,da9063
dlg,da9063l
dlg,da9052
dlg,da9053-aa
dlg,da9053-bb
dlg,da9053-bc
spacemit,p1
active-semi,act8846
active-semi,act8865
active-semi,act8600
active-semi,act8945a
ams,as3722
lltc,ltc3589
lltc,ltc3589-1
lltc,ltc3676
richtek,rt5033
richtek,rt4801
isil,isl9305
ricoh,rn5t567
ricoh,rc5t619
ricoh,rn5t618
marvell,88pm886-a1
fsl,mc34708
fsl,mc13892
qcom,pm8008
`,
    load: () => import('./pmics/others.ts'),
  },
  {
    file: 'pmics/rockchip',
    compatible: `
rockchip,rk808
rockchip,rk818
rockchip,rk805
rockchip,rk809
rockchip,rk817
rockchip,rk806
`,
    load: () => import('./pmics/rockchip.ts'),
  },
  {
    file: 'power/adm1275',
    bus: 'i2c',
    compatible: `
adi,adm1275
adi,adm1276
`,
    load: () => import('./power/adm1275.ts'),
  },
  {
    file: 'power/batteries',
    bus: 'i2c',
    compatible: `
ti,bq27541
ti,bq27500
ti,bq27510
ti,bq27510g1
ti,bq27510g2
ti,bq27510g3
ti,bq27520g1
ti,bq27520g4
ti,bq27530
ti,bq27531
ti,bq27542
ti,bq27545
ti,bq27546
ti,bq27742
ti,bq27411
ti,bq27421
ti,bq27425
ti,bq27426
ti,bq27441
ti,bq27621
ti,bq27z561
ti,bq28z610
ti,bq34z100
ti,bq78z100
maxim,max17042
maxim,max17047
maxim,max17050
maxim,max77705-battery
maxim,max77849-battery
maxim,max17055
maxim,max17040
maxim,max17041
maxim,max17043
maxim,max17044
maxim,max17048
maxim,max17049
maxim,max17058
maxim,max17059
richtek,rt5033-battery
cellwise,cw2015
ti,bq25890
ti,bq25892
ti,bq25895
ti,bq25896
ti,bq24190
ti,bq24192
ti,bq24192i
ti,bq24196
`,
    load: () => import('./power/batteries.ts'),
  },
  {
    file: 'power/hot-swap',
    bus: 'i2c',
    compatible: `
ti,lm25066
ti,lm5066
`,
    load: () => import('./power/hot-swap.ts'),
  },
  {
    file: 'power/ina219',
    bus: 'i2c',
    compatible: `
ti,ina219
ti,ina220
`,
    load: () => import('./power/ina219.ts'),
  },
  {
    file: 'power/ina226',
    bus: 'i2c',
    compatible: `
ti,ina226
ti,ina230
ti,ina231
`,
    load: () => import('./power/ina226.ts'),
  },
  {
    file: 'power/ina238',
    bus: 'i2c',
    compatible: `
ti,ina238
ti,ina237
`,
    load: () => import('./power/ina238.ts'),
  },
  {
    file: 'power/ina3221',
    bus: 'i2c',
    compatible: `
ti,ina3221
`,
    load: () => import('./power/ina3221.ts'),
  },
  {
    file: 'power/pmbus',
    bus: 'i2c',
    compatible: `
maxim,max15301
maxim,max15303
lltc,ltc3882
`,
    load: () => import('./power/pmbus.ts'),
  },
  {
    file: 'pressure/bme280',
    compatible: `
bosch,bmp280
bosch,bme280
`,
    load: () => import('./pressure/bme280.ts'),
  },
  {
    file: 'pressure/bmp180',
    bus: 'i2c',
    compatible: `
bosch,bmp180
bosch,bmp085
`,
    load: () => import('./pressure/bmp180.ts'),
  },
  {
    file: 'pressure/mpl3115',
    bus: 'i2c',
    compatible: `
fsl,mpl3115
`,
    load: () => import('./pressure/mpl3115.ts'),
  },
  {
    file: 'pressure/ms5611',
    bus: 'i2c',
    compatible: `
meas,ms5611
`,
    load: () => import('./pressure/ms5611.ts'),
  },
  {
    file: 'sensors/adt7410',
    bus: 'i2c',
    compatible: `
adi,adt7410
adi,adt7420
`,
    load: () => import('./sensors/adt7410.ts'),
  },
  {
    file: 'sensors/aht20',
    bus: 'i2c',
    compatible: `
aosong,aht10
aosong,aht20
aosong,dht20
`,
    load: () => import('./sensors/aht20.ts'),
  },
  {
    file: 'sensors/hdc1080',
    bus: 'i2c',
    compatible: `
ti,hdc1080
ti,hdc1000
ti,hdc
`,
    load: () => import('./sensors/hdc1080.ts'),
  },
  {
    file: 'sensors/hdc2010',
    bus: 'i2c',
    compatible: `
ti,hdc2010
ti,hdc2080
ti,hdc2021
ti,hdc2022
`,
    load: () => import('./sensors/hdc2010.ts'),
  },
  {
    file: 'sensors/hwmon',
    bus: 'i2c',
    compatible: `
ti,amc6821
tsd,mule
maxim,max31790
maxim,max9611
maxim,max9612
ti,ads7830
ti,ads7828
ti,ads1119
adi,ad7992
adi,ad7997
lltc,ltc2497
microchip,mcp3021
ti,adc101c
ti,adc081c
microchip,emc2305
microchip,emc2301
microchip,emc2303
maxim,max6650
maxim,max6651
national,lm96163
national,lm63
national,lm64
nuvoton,nct7802
microchip,pac1934
ti,tmp103
semtech,sx9324
vishay,vcnl4010
vishay,vcnl4020
vishay,vcnl4040
capella,cm36686
sensortek,stk3310
sensortek,stk3311
sensortek,stk3335
sensortek,stk3013
isil,isl29018
isil,isl29023
liteon,ltr559
capella,cm3323
infineon,irps5401
maxim,max20751
adi,adt7475
lltc,ltc2945
adi,ltc4151
lltc,ltc2990
lltc,ltc4261
lltc,ltc4222
`,
    load: () => import('./sensors/hwmon.ts'),
  },
  {
    file: 'sensors/lm75',
    bus: 'i2c',
    compatible: `
national,lm75
national,lm75a
maxim,max6626
st,ds75
dallas,ds75
st,stlm75
national,lm75b
nxp,lm75b
nxp,pct2075
ti,tmp75
ti,tmp175
ti,tmp275
ti,tmp105
ti,tmp100
ti,tmp101
microchip,mcp980x
ti,tmp75c
nxp,p3t1755
ti,tmp1075
`,
    load: () => import('./sensors/lm75.ts'),
  },
  {
    file: 'sensors/lm90',
    bus: 'i2c',
    compatible: `
adi,adt7461
adi,adt7461a
onnn,nct1008
adi,adm1032
adi,adt7481
nxp,sa56004
ti,tmp451
ti,tmp461
national,lm90
national,lm86
national,lm89
national,lm99
maxim,max6646
maxim,max6647
maxim,max6649
maxim,max6657
maxim,max6658
maxim,max6659
maxim,max6680
maxim,max6681
winbond,w83l771
maxim,max1619
maxim,max1617
maxim,max6695
maxim,max6696
`,
    load: () => import('./sensors/lm90.ts'),
  },
  {
    file: 'sensors/max31855',
    bus: 'spi',
    compatible: `
maxim,max31855k
maxim,max31855
maxim,max6675
`,
    load: () => import('./sensors/max31855.ts'),
  },
  {
    file: 'sensors/mcp9808',
    bus: 'i2c',
    compatible: `
microchip,mcp9808
jedec,jc-42.4-temp
`,
    load: () => import('./sensors/mcp9808.ts'),
  },
  {
    file: 'sensors/mlx90614',
    bus: 'i2c',
    compatible: `
melexis,mlx90614
`,
    load: () => import('./sensors/mlx90614.ts'),
  },
  {
    file: 'sensors/sgp40',
    bus: 'i2c',
    compatible: `
sensirion,sgp40
`,
    load: () => import('./sensors/sgp40.ts'),
  },
  {
    file: 'sensors/sht3x',
    bus: 'i2c',
    compatible: `
sensirion,sht3x
sensirion,sht30
sensirion,sht31
sensirion,sht35
sensirion,sht3xd
`,
    load: () => import('./sensors/sht3x.ts'),
  },
  {
    file: 'sensors/sht4x',
    bus: 'i2c',
    compatible: `
sensirion,sht4x
sensirion,sht40
sensirion,sht41
sensirion,sht45
`,
    load: () => import('./sensors/sht4x.ts'),
  },
  {
    file: 'sensors/si7021',
    bus: 'i2c',
    compatible: `
silabs,si7021
silabs,si7020
meas,htu21
`,
    load: () => import('./sensors/si7021.ts'),
  },
  {
    file: 'sensors/tmp102',
    bus: 'i2c',
    compatible: `
ti,tmp102
ti,tmp112
`,
    load: () => import('./sensors/tmp102.ts'),
  },
  {
    file: 'sensors/tmp117',
    bus: 'i2c',
    compatible: `
ti,tmp117
ti,tmp11x
`,
    load: () => import('./sensors/tmp117.ts'),
  },
  {
    file: 'sensors/tmp421',
    bus: 'i2c',
    compatible: `
ti,tmp421
ti,tmp422
ti,tmp423
`,
    load: () => import('./sensors/tmp421.ts'),
  },
  {
    file: 'sensors/vl53l0x',
    bus: 'i2c',
    compatible: `
st,vl53l0x
`,
    load: () => import('./sensors/vl53l0x.ts'),
  },
  {
    file: 'touch/elan-touchpad',
    bus: 'i2c',
    compatible: `
elan,ekth3000
`,
    load: () => import('./touch/elan-touchpad.ts'),
  },
  {
    file: 'touch/elan-touchscreen',
    bus: 'i2c',
    compatible: `
elan,ekth3500
elan,ektf3624
`,
    load: () => import('./touch/elan-touchscreen.ts'),
  },
  {
    file: 'touch/hid-over-i2c',
    bus: 'i2c',
    compatible: `
hid-over-i2c
elan,ekth6915
elan,ekth6a12nay
ilitek,ili2901
ilitek,ili9882t
goodix,gt7375p
`,
    load: () => import('./touch/hid-over-i2c.ts'),
  },
  {
    file: 'touch/registers',
    bus: 'i2c',
    compatible: `
edt,edt-ft5206
edt,edt-ft5306
edt,edt-ft5406
edt,edt-ft5506
evervision,ev-ft5726
focaltech,ft5426
focaltech,ft5452
focaltech,ft6236
focaltech,ft3518
focaltech,ft8719
focaltech,ft3d81
focaltech,ft8112
focaltech,ft8201
goodix,gt911
goodix,gt9110
goodix,gt912
goodix,gt9147
goodix,gt917s
goodix,gt927
goodix,gt9271
goodix,gt928
goodix,gt9286
goodix,gt967
goodix,gt1151
goodix,gt1158
goodix,gt5663
goodix,gt5688
st,stmpe811
st,stmpe610
adi,ad7879-1
adi,ad7889-1
adi,ad7879
ti,drv2604
ti,drv2604l
ti,drv2605
ti,drv2605l
ti,drv2665
ti,drv2667
coreriver,tc360-touchkey
cypress,midas-touchkey
cypress,tm2-touchkey
microchip,cap1106
adi,adp5585
adi,adp5585-00
adi,adp5585-01
adi,adp5585-02
adi,adp5585-03
adi,adp5585-04
adi,adp5588
adi,adp5587
ti,tca8418
semtech,sx1509q
semtech,sx1507q
semtech,sx1508q
semtech,sx1501q
semtech,sx1502q
semtech,sx1503q
fcs,fxl6408
nxp,pca9570
nxp,pca9571
maxim,max7310
maxim,max7312
maxim,max7313
maxim,max7315
maxim,max7319
maxim,max7320
maxim,max7321
maxim,max7322
maxim,max7323
maxim,max7324
ti,tpic2810
exar,xra1202
exar,xra1201
`,
    load: () => import('./touch/registers.ts'),
  },
  {
    file: 'touch/resistive',
    compatible: `
ti,ads7846
ti,tsc2046
ti,ads7843
ti,ads7845
ti,ads7873
ti,tsc2046e-adc
ti,tsc2007
`,
    load: () => import('./touch/resistive.ts'),
  },
  {
    file: 'touch/rmi4',
    bus: 'i2c',
    compatible: `
syna,rmi4-i2c
`,
    load: () => import('./touch/rmi4.ts'),
  },
  {
    file: 'touch/screen-rows',
    bus: 'i2c',
    compatible: `
samsung,s6sy761
zinitix,bt541
zinitix,bt531
zinitix,bt532
zinitix,bt538
zinitix,bt548
zinitix,bt554
zinitix,at100
zinitix,bt402
zinitix,bt412
zinitix,bt432
zinitix,bt403
zinitix,bt413
zinitix,bt404
ilitek,ili210x
ilitek,ili2117
ilitek,ili2120
ilitek,ili251x
imagis,ist3038
imagis,ist3038b
imagis,ist3038c
imagis,ist3038h
imagis,ist3032c
melfas,mip4_ts
mstar,msg2138
mstar,msg2638
hynitron,cst340
novatek,nt11205-ts
novatek,nt36672a-ts
melfas,mms114
melfas,mms152
melfas,mms345l
melfas,mms136
melfas,mms134s
`,
    load: () => import('./touch/screen-rows.ts'),
  },
  {
    file: 'tpm/tpm',
    compatible: `
google,cr50
infineon,slb9670
infineon,slb9673
st,st33htpm-spi
st,st33ktpm2xi2c
st,st33tphf2ei2c
atmel,attpm20p
nuvoton,npct75x
tcg,tpm_tis-spi
tcg,tpm-tis-i2c
`,
    load: () => import('./tpm/tpm.ts'),
  },
  {
    file: 'typec/switches',
    bus: 'i2c',
    compatible: `
ite,it5205
qcom,wcd9395-usbss
qcom,wcd9390-usbss
willsemi,wusb3801
mediatek,mt6360
`,
    load: () => import('./typec/switches.ts'),
  },
  {
    file: 'typec/tcpci',
    bus: 'i2c',
    compatible: `
nxp,ptn5110
nxp,ptn5110hq
tcpci
richtek,rt1711h
richtek,rt1715
etekmicro,et7304
hynetek,husb311
`,
    load: () => import('./typec/tcpci.ts'),
  },
  {
    file: 'typec/tps6598x',
    bus: 'i2c',
    compatible: `
ti,tps6598x
ti,tps65987ddh
apple,cd321x
`,
    load: () => import('./typec/tps6598x.ts'),
  },
];
