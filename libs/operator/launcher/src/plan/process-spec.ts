/** One process of a plan: what to start, where it listens, how it tells that it is ready. */

/** Processes of a stage stop together, after those of the stages before. */
export type StopStage = 'gateway' | 'callers' | 'callees' | 'sidecars' | 'control-plane' | 'database';

export const stopOrder: readonly StopStage[] = [
  'gateway',
  'callers',
  'callees',
  'sidecars',
  'control-plane',
  'database',
];

export interface ProcessSpec {
  /** "payment-v1", "payment-v1-sidecar", "control-plane": unique; names the log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Numeric user and group, where the launcher is root and the process must not be. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Ports that must be free before it starts. */
  readonly ports: readonly number[];
  /** "http://…" is ready at a 2xx; "tcp://host:port" when it accepts. */
  readonly ready: string;
  readonly readyTimeoutMs: number;
  /** Files that must be there before it starts. */
  readonly needsFiles: readonly string[];
  /** Processes that must be ready before it starts. */
  readonly after: readonly string[];
  /** Runs once, before the first start. */
  readonly prepare?: () => Promise<void>;
  /** Runs each time the process answers, before it counts as ready; false: it is not yet, ask again. */
  readonly onAnswering?: () => Promise<boolean>;
  readonly stopStage: StopStage;
  readonly stopSignal: NodeJS.Signals;
  /** After this long it is killed. */
  readonly stopTimeoutMs: number;
}

/** What most processes have in common. */
export const processDefaults = {
  env: {},
  ports: [],
  readyTimeoutMs: 30_000,
  needsFiles: [],
  after: [],
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 8_000,
} as const satisfies Partial<ProcessSpec>;
