/**
 * What `--version` prints. The last word is dtc's version whose behaviour the commands have: build scripts take
 * it from there to decide what they may use.
 */
export const VERSION_LINE = 'Version: dtbus, as DTC 1.8.1\n';
