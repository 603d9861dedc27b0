/** What of the user's environment the processes get. */

import type { Layout } from '../plan/layout.ts';
import { markerVariable } from '../process/marker.ts';

/** A proxy of the user's must not stand between the parts of the mesh; the shop's settings come from the plan alone. */
const dropped = /^(?:.*_proxy|DATABASE_.*|DISCOVERY|HOST|PORT|HTTP_PORT|GRPC_.*|SERVICE_.*|PG[A-Z]+|LOG_LEVEL)$/i;

export function baseEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  layout: Layout,
  runFile: string,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !dropped.test(name)) kept[name] = value;
  }
  return { ...kept, [markerVariable]: runFile, NODE_COMPILE_CACHE: layout.compileCache };
}
