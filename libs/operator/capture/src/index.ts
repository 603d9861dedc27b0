/** Capturing the traffic of an application with iptables, and undoing it. */

export type { CaptureRun } from './capture.ts';
export { CaptureError, capture, captured, undoCapture } from './capture.ts';
export type { CaptureOptions } from './capture-options.ts';
export { captureDefaults, parseIds, parsePorts, parseRanges } from './capture-options.ts';
export { captureRules } from './rules.ts';
