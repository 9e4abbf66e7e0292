export { type GuestOptions, type GuestResult, runGuest } from './run-guest.ts';
