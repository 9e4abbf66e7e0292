import { busName } from '../../trace/decode.ts';
import type { Captured } from '../captured.ts';
import type { Drawing } from '../wave/drawing.ts';
import { TICK_NS } from '../wave/pen.ts';

/** Characters of a name in the file. */
const FIRST_CODE = 33;
const CODES = 94;

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
  all.forEach(({ idle }, lane) => {
    put(`${idle ? 1 : 0}${codeOf(lane)}\n`);
  });
  put('$end\n');
  let last = 0;
  for (const step of drawing.steps(captured)) {
    if (step.tick !== last) put(`#${step.tick}\n`);
    last = step.tick;
    if ('lane' in step) put(`${step.high ? 1 : 0}${codeOf(step.lane)}\n`);
    else put(`s${textWord(step.text)} ${textCode.get(step.bus) as string}\n`);
  }
  // The last level has a duration too.
  put(`#${last + 1}\n`);
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
