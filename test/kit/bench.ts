/** A board with a thermometer, a light sensor, an EEPROM, an expander with an interrupt, and a flash. */
export const I2C_BENCH = {
  source: `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; spi0 = &spi; };
	i2c: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		light: light@23 { compatible = "rohm,bh1750"; reg = <0x23>; };
		eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; pagesize = <8>; };
		expander: gpio@20 {
			compatible = "nxp,pca9554";
			reg = <0x20>;
			interrupt-parent = <&gpio>;
			interrupts = <0 2>;
		};
	};
	spi: spi {
		compatible = "platform,virtio-spi";
		#address-cells = <1>;
		#size-cells = <0>;
		flash: flash@0 { compatible = "jedec,spi-nor"; reg = <0>; };
	};
	gpio: gpio {
		compatible = "platform,virtio-gpio";
		gpio-controller;
		#gpio-cells = <2>;
		interrupt-controller;
		#interrupt-cells = <2>;
		ngpios = <4>;
		gpio-line-names = "expander", "", "button", "";
	};
};
`,
} as const;
