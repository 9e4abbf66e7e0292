export type { Row } from './row.ts';
export { type Monitor, type MonitorOptions, startMonitor } from './server/monitor.ts';
