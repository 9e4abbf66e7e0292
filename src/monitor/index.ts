export type { Lane, Report, Row } from './row.ts';
export { type Monitor, type MonitorOptions, startMonitor } from './server/monitor.ts';
export { openInBrowser } from './server/open-in-browser.ts';
export { reportPage } from './server/report-page.ts';
export { edgeRow, lineName, transferRow } from './server/row-of.ts';
