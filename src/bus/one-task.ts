let isSo = false;

/** This process carries out one task: while it waits for a device, nothing else is to be done. */
export function haveOneTask(): void {
  isSo = true;
}

export function hasOneTask(): boolean {
  return isSo;
}
