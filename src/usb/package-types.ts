/** What is used of the npm package `usb`, version 2, which dtbus does not depend on. On Linux `usbfs` is the same without it. */

export interface UsbPackage {
  getDeviceList(): PackageDevice[];
}

export interface PackageDevice {
  readonly busNumber: number;
  readonly deviceAddress: number;
  readonly portNumbers: readonly number[];
  readonly deviceDescriptor: {
    readonly idVendor: number;
    readonly idProduct: number;
    readonly iSerialNumber: number;
  };
  /** ms, of control transfers */
  timeout: number;
  open(): void;
  close(): void;
  /** Once it is open. */
  readonly interfaces?: readonly PackageInterface[] | undefined;
  getStringDescriptor(index: number, done: (error: unknown, text?: string) => void): void;
  controlTransfer(
    requestType: number,
    request: number,
    value: number,
    index: number,
    dataOrLength: Buffer | number,
    done: (error: unknown, received?: Buffer | number) => void,
  ): void;
}

export interface PackageInterface {
  readonly descriptor: { readonly bInterfaceNumber: number; readonly bInterfaceClass: number };
  readonly endpoints?: readonly { readonly address: number }[];
  isKernelDriverActive?(): boolean;
  detachKernelDriver(): void;
  attachKernelDriver(): void;
  claim(): void;
  release(closeEndpoints: boolean, done: (error?: unknown) => void): void;
  endpoint(address: number): PackageEndpoint | undefined;
}

export interface PackageEndpoint {
  clearHalt(done: (error?: unknown) => void): void;
  makeTransfer(
    timeoutMs: number,
    done: (error: unknown, buffer: Buffer, length: number) => void,
  ): PackageTransfer;
}

export interface PackageTransfer {
  submit(buffer: Buffer): unknown;
  cancel(): boolean;
}
