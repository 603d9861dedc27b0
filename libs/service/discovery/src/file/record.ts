/** One instance as a file of the register. */

import { z } from 'zod';
import { type Instance, instancesMax } from '../discovery.ts';

const recordSchema = z.object({
  id: z.string(),
  service: z.string(),
  version: z.string(),
  host: z.string(),
  ports: z.record(z.string(), z.number().int().min(0).max(65535)),
  healthy: z.boolean(),
  /** Clock milliseconds after which the instance is dead. */
  expiresAt: z.number(),
});

export type InstanceRecord = z.infer<typeof recordSchema>;

/** Separates service and id in a file's name; no DNS label holds it. */
const separator = '~';

export function fileNameOf(instance: Pick<Instance, 'service' | 'id'>): string {
  return `${instance.service}${separator}${instance.id}.json`;
}

export function isFileOf(service: string, fileName: string): boolean {
  return fileName.startsWith(`${service}${separator}`) && fileName.endsWith('.json');
}

/** Nothing for a file that is no record: somebody else's file in the folder is not our failure. */
export function parseRecord(text: string): InstanceRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The living and healthy of `records`, sorted by id. */
export function livingInstances(records: readonly InstanceRecord[], nowMs: number): Instance[] {
  return records
    .filter((record) => record.healthy && record.expiresAt > nowMs)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, instancesMax)
    .map(({ id, service, version, host, ports }) => ({ id, service, version, host, ports }));
}
