import type { Texts } from './edits.ts';

export const BOARD = `/dts-v1/;
/memreserve/ 0x4000 0x100;
#include "soc.dtsi"
#include "names.h"
/ {
	model = "A board";
	aliases { serial0 = &uart0; };
	chosen {
		stdout-path = "serial0:115200n8";
	};
	leds {
		compatible = "gpio-leds";
		#ifdef RED
		red: led-0 {
			gpios = <&gpio RED 0>;
			color = <NAMED(RED)>;
		};
		#endif
	};
};
&uart0 {
	status = "okay";
	/delete-property/ dmas;
	current-speed = <9600>, <LATE_SPEED>;
	second-speed = <115200>;
	clocks = <&clk PAIR>;
};
/delete-node/ &spare;
&{/soc/i2c@20} {
	#address-cells = <1>;
	#size-cells = <0>;
	status = "okay";
	eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
};
`;

export const SOC = `#include "names.h"
#define PAIR 3 4
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@1 { reg = <1>; };
	};
	clk: clock { #clock-cells = <2>; };
	soc {
		gpio: gpio@10 {
			reg = <0x10 0x4>;
			#gpio-cells = <2>;
		};
		i2c@20 { status = "disabled"; reg = <0x20 0x4>; };
		uart0: serial@30 {
			reg = <0x30 0x4>;
			status = "disabled";
			dmas = <&clk 1 2>;
			clocks = <&clk 1 2>, <&clk 3 4>;
		};
		/omit-if-no-ref/ unused: unused { };
		spare: spare@40 { reg = <0x40 0x4>; };
	};
};
#include "late.h"
`;

const NAMES = `#ifndef NAMES_H
#define NAMES_H
#define RED 5
#define NAMED(x) ((x) << 1)
#endif
`;

/** A board of several files, with all that the language and its preprocessor have. */
export const TEXTS: Texts = new Map([
  ['board.dts', BOARD],
  ['soc.dtsi', SOC],
  ['names.h', NAMES],
  ['late.h', '#define LATE_SPEED 19200\n'],
]);
