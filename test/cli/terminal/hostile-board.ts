import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a terminal would obey: a title, a cleared screen, C1's CSI in UTF-8, a rung bell; and all that begins a line. */
const EVIL =
  '\\x1b]0;owned\\x07\\x1b[2J\\xc2\\x9b31m\\nfake: 1\\r\\nfake: 2\\rfake: 3\\xe2\\x80\\xa8fake: 4\\xe2\\x80\\xa9fake: 5\\xc2\\x85fake: 6\\v\\ffake: 7\\t\\x08';
/** The same in a file's name. */
export const EVIL_NAME = 'bo\x1b[31m\u009bard\nfake\rfake\u2028fake\u2029fake\u0085fake\tx';
/** A line that a string of the board began: no word of ours begins so. */
export const FORGED = /(?:^|[\n\r\v\f\u0085\u2028\u2029])[\s│├└─]*fake/;

export interface HostileBoard {
  readonly folder: string;
  readonly board: string;
  readonly overlay: string;
  readonly blob: string;
  readonly script: string;
  readonly image: string;
  /** A recording with the same in all its texts. */
  readonly recording: string;
  /** One in which nothing happens. */
  readonly emptyRecording: string;
}

/** A board of a stranger: control bytes in every string, and in the names of its files. */
export function hostileBoard(parent: string): HostileBoard {
  const folder = join(parent, `f${EVIL_NAME}`);
  mkdirSync(folder);
  const board = join(folder, `${EVIL_NAME}.dts`);
  const node = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
  const source = `/dts-v1/;
/ {
  model = "${EVIL}"; compatible = "${EVIL}";
  odd${'\t'}= "${EVIL}";
  aliases { i2c0 = &bus; spi0 = &spi; };
  bus: i2c {
    ${node} label = "${EVIL}";
    temp: temp@48 { compatible = "national,lm75", "${EVIL}"; reg = <0x48>; label = "${EVIL}"; dtbus,set = "${EVIL}=1", "temperature=${EVIL}"; };
    strange@10 { compatible = "${EVIL}"; reg = <0x10>; };
    own@11 { compatible = "acme,x"; reg = <0x11>; dtbus,model = "./${EVIL}.mjs"; };
    throws@12 { compatible = "acme,${EVIL}"; reg = <0x12>; dtbus,model = "./throws.mjs"; };
    mem: mem@50 { compatible = "atmel,24c02"; reg = <0x50>; label = "${EVIL}"; dtbus,contents = "no/${EVIL}"; };
    dump@20 { compatible = "acme,dump"; reg = <0x20>; dtbus,dump = "${EVIL}"; };
    oled: oled@3c { compatible = "solomon,ssd1306fb-i2c"; reg = <0x3c>; solomon,width = "${EVIL}"; status = "${EVIL}"; };
    wrong@99 { compatible = "national,lm75"; reg = "${EVIL}"; };
  };
  spi: spi {
    compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    flash: flash@0 { compatible = "jedec,spi-nor", "${EVIL}"; reg = <0>; spi-max-frequency = "${EVIL}"; dtbus,contents = "no/${EVIL}"; };
  };
  adapter: i2c-adapter { ${node} dtbus,host = <&host>; x@1 { compatible = "${EVIL}"; reg = <1>; }; };
  gpio: gpio { compatible = "platform,virtio-gpio"; ngpios = <2>; gpio-controller; #gpio-cells = <2>; gpio-line-names = "${EVIL}", "b"; };
  hosts { host: pirate { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/${EVIL}"; label = "${EVIL}"; }; };
};
`;
  writeFileSync(board, source);
  writeFileSync(
    join(folder, 'throws.mjs'),
    'throw new Error("\\x1b]0;owned\\x07\\u009b31m\\nfake: line\\u2028fake");',
  );
  const overlay = join(folder, `${EVIL_NAME}.dtso`);
  writeFileSync(overlay, `/dts-v1/; /plugin/; &temp { label = "${EVIL}"; new = "${EVIL}"; };`);
  const script = join(folder, `${EVIL_NAME}.cjs`);
  writeFileSync(script, 'process.exitCode = 0;');
  const image = join(folder, `${EVIL_NAME}.bin`);
  writeFileSync(image, Buffer.alloc(16, 0x1b));
  const recording = join(folder, `${EVIL_NAME}.bus`);
  const evil = JSON.stringify(EVIL_NAME);
  writeFileSync(
    recording,
    `dtbus-recording 1
bus i2c-0 ${evil}
part i2c-0 48 ${evil} ${evil}
line ${evil} ${evil} 0
i2c-0 48 w 00, r 1f 80 struck ${evil} by ${evil}
${evil} rises
end
`,
  );
  const emptyRecording = join(folder, 'empty.bus');
  writeFileSync(emptyRecording, 'dtbus-recording 1\nend\n');
  return {
    folder,
    board,
    overlay,
    script,
    image,
    recording,
    emptyRecording,
    blob: join(folder, `${EVIL_NAME}.dtb`),
  };
}
