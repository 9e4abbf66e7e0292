import { busName } from '../../trace/decode.ts';
import type { Captured } from '../captured.ts';
import type { Drawing } from '../wave/drawing.ts';
import { TICK_NS } from '../wave/pen.ts';

/** Characters of a name in the file. */
const FIRST_CODE = 33;
const CODES = 94;

/** Characters that are put at once. */
const CHUNK = 1 << 16;

/** Writes a drawing as VCD (IEEE 1364, clause 18). Its wires stand in a scope `ideal`: nobody has measured them. */
export function writeVcd(captured: Captured, drawing: Drawing, put: (text: string) => void): void {
  const { all, buses } = drawing.lanes;
  const texts = captured.buses.flatMap((bus, place) => (buses[place] === undefined ? [] : [{ bus, place }]));
  const textCode = new Map(texts.map(({ place }, index) => [place, codeOf(all.length + index)]));
  const began =
    captured.beganMs === undefined ? '' : `$date ${new Date(captured.beganMs).toISOString()} $end\n`;
  put(`${began}$version dtbus $end
$comment Synthesised from the bytes of transfers: ideal waveforms, not measured ones. SPI is drawn in mode 0. $end
$timescale ${TICK_NS} ns $end
$scope module ideal $end
`);
  all.forEach(({ name }, lane) => {
    put(`$var wire 1 ${codeOf(lane)} ${nameText(name)} $end\n`);
  });
  for (const { bus, place } of texts)
    put(`$var string 1 ${textCode.get(place) as string} ${nameText(busName(bus))}.text $end\n`);
  put('$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n');
  const codes = all.map((_, lane) => codeOf(lane));
  all.forEach(({ idle }, lane) => {
    put(`${idle ? 1 : 0}${codes[lane]}\n`);
  });
  put('$end\n');
  let [last, text] = [0, ''];
  for (const step of drawing.steps(captured)) {
    if (step.tick !== last) text += `#${step.tick}\n`;
    last = step.tick;
    if ('lane' in step) text += `${step.high ? 1 : 0}${codes[step.lane]}\n`;
    else text += `s${textWord(step.text)} ${textCode.get(step.bus)}\n`;
    if (text.length < CHUNK) continue;
    put(text);
    text = '';
  }
  // The last level has a duration too.
  put(`${text}#${last + 1}\n`);
}

function codeOf(index: number): string {
  let code = '';
  let rest = index;
  do {
    code += String.fromCharCode(FIRST_CODE + (rest % CODES));
    rest = Math.floor(rest / CODES);
  } while (rest > 0);
  return code;
}

/** A name without what the format gives a meaning. */
function nameText(name: string): string {
  return name.replaceAll(/[^\x21-\x7e]/g, '_').replaceAll('$', '_');
}

/** A value of a string has no blanks. */
function textWord(text: string): string {
  return text.replaceAll(/\s+/g, '_').replaceAll(/[^\x21-\x7e]/g, '?');
}
