/** Capturing the traffic of an application with iptables, and undoing it. */
export type { CaptureOptions } from './capture-options.ts';
export { captureDefaults, parsePorts, parseRanges } from './capture-options.ts';
export type { CaptureRun } from './capture.ts';
export { CaptureError, capture, captured, undoCapture } from './capture.ts';
export { captureRules } from './rules.ts';
