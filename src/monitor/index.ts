export { type Monitor, type MonitorOptions, startMonitor } from './server/monitor.ts';
export { openInBrowser } from './server/open-in-browser.ts';
export { reportOf } from './server/report.ts';
