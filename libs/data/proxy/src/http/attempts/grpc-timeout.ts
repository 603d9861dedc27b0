/** grpc-timeout: how long a gRPC client waits. */

const unitsMs: { readonly [unit: string]: number } = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/** @returns milliseconds, rounded up as Envoy does; nothing for what is not valid. */
export function parseGrpcTimeout(value: string | undefined): number | undefined {
  const match = value === undefined ? null : /^([0-9]{1,8})([HMSmun])$/.exec(value);
  if (match === null) return undefined;
  return Math.ceil(Number(match[1]) * (unitsMs[match[2] as string] as number));
}

/** The shortest text with at most eight digits. */
export function formatGrpcTimeout(ms: number): string {
  if (ms < 100_000_000) return `${Math.round(ms)}m`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 100_000_000) return `${seconds}S`;
  return `${Math.min(99_999_999, Math.floor(seconds / 60))}M`;
}
