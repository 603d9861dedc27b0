/** The form in which registered workloads are kept for a restart: descriptions, no tokens and no keys. */

import type { KeptWorkload } from '@weft/control-registry';
import { z } from 'zod';

/** Longest file, UTF-16 units: thousands of workloads with usual names. */
export const workloadFileLengthMax = 16 * 1024 * 1024;

const format = 'weft registered workloads 1';

const port = z.int().min(1).max(65535);
const address = z.ipv4().or(z.ipv6());
const workloadSchema = z.object({
  id: z.string().min(1),
  type: z.enum(['sidecar', 'router', 'grpc']),
  namespace: z.string(),
  serviceAccount: z.string(),
  workloadName: z.string(),
  labels: z.record(z.string(), z.string()),
  address,
  addresses: z.array(address).default([]),
  interception: z.enum(['NONE', 'REDIRECT', 'TPROXY']).default('NONE'),
  locality: z.string().default(''),
  network: z.string().default(''),
  clusterId: z.string().default(''),
  ingress: z.array(z.object({ name: z.string(), bind: address, port, defaultEndpoint: z.string() })),
  egressProxy: z.object({ bind: address, port }).optional(),
  gatewayBind: z.string(),
  workloadGroup: z.string().min(1),
  reported: z.boolean().optional(),
  message: z.string(),
});
const fileSchema = z.object({
  format: z.literal(format),
  trustDomain: z.string(),
  workloads: z.array(workloadSchema),
});

export interface WrittenWorkloads {
  readonly text: string;
  /** Workloads that `lengthMax` left no room for. */
  readonly leftOut: number;
}

export function writeWorkloads(
  trustDomain: string,
  workloads: readonly KeptWorkload[],
  lengthMax = workloadFileLengthMax,
): WrittenWorkloads {
  const lines: string[] = [];
  const head = `{"format":${JSON.stringify(format)},"trustDomain":${JSON.stringify(trustDomain)},"workloads":[\n`;
  const tail = '\n]}\n';
  let length = head.length + tail.length;
  for (const { proxy, reported, message } of workloads) {
    const { trustDomain: _same, ...described } = proxy;
    const line = JSON.stringify({ ...described, reported, message });
    if (length + line.length + 2 > lengthMax) break;
    length += line.length + 2;
    lines.push(line);
  }
  return { text: `${head}${lines.join(',\n')}${tail}`, leftOut: workloads.length - lines.length };
}

/** @returns a sentence where the text is not of this form, or of another trust domain. */
export function readWorkloads(text: string, trustDomain: string): readonly KeptWorkload[] | string {
  if (text.length > workloadFileLengthMax) return `it is longer than ${workloadFileLengthMax} characters`;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not valid'}`;
  }
  if (parsed.data.trustDomain !== trustDomain) return `it is of trust domain ${parsed.data.trustDomain}`;
  return parsed.data.workloads.map(({ reported, message, egressProxy, ...described }) => ({
    proxy: { ...described, egressProxy, trustDomain },
    reported,
    message,
  }));
}
