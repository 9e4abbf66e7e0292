import type { VirtioDevice } from '../../../src/virtio/index.ts';

export class EchoDevice implements VirtioDevice {
  readonly deviceId: number;
  readonly features: number;
  readonly queueCount: number;
  readonly config: Uint8Array;
  busy: boolean;
  resets: number;
  processed: number;
  due: number;
  acceptFeatures(features: number): boolean;
  activate: VirtioDevice['activate'];
  processQueue(queue: number): number;
  reset(): void;
}
