/** Told by a runner that has an option for it. */
let isAsked: () => boolean = () => false;

/** Lets a runner say whether what was seen replaces what files expect. */
export function askForUpdate(ask: () => boolean): void {
  isAsked = ask;
}

/** Whether files take what was seen: with `DTBUS_UPDATE=1`, or as the runner says. */
export function isUpdating(): boolean {
  return process.env['DTBUS_UPDATE'] === '1' || isAsked();
}
