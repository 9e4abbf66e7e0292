export { type CommandResult, GuestSession, type GuestSessionOptions } from './guest-session.ts';
export { findKernel, KERNELS, usualKernel } from './kernels.ts';
export { type GuestOptions, type GuestResult, runGuest } from './run-guest.ts';
