export { EmulatedPins } from './emulated-pins.ts';
export { busPin, PIN_CAPABILITIES, type PinBank, PinLines } from './pin-lines.ts';
export { Turns } from './turns.ts';
