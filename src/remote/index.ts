export { FrameCutter } from './frame-cutter.ts';
export * from './frames.ts';
