/** What all cases stand on: echo endpoints, a control plane, the peers. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { startFakeControlPlane, type TestResource } from '@weft/data-proxy/testing';
import { freePorts } from '@weft/kernel/testing';
import { type Echo, type Seen, startEcho } from './backend/echo.ts';
import { startServices } from './backend/services.ts';
import { findEnvoy, startEnvoy } from './peers/envoy.ts';
import type { Peer } from './peers/peer.ts';
import type { startWeft } from './peers/weft.ts';
import { caseRegistry } from './registry.ts';
import { caseResources } from './resources.ts';
import type { TrafficCase } from './traffic-case.ts';

export interface World {
  readonly weft: Peer | undefined;
  /** Nothing: Envoy is not installed. */
  readonly envoy: Peer | undefined;
  /** Requests that reached endpoints under an `x-case`, in order. */
  seenOf(id: string): readonly Seen[];
  stop(): Promise<void>;
}

/**
 * @param startOurs starts our sidecar; nothing: a case is tried on Envoy alone. It comes loaded: all of the data plane takes longer to load
 * on a busy machine than to start.
 * @param only one of the peers.
 */
export async function startWorld(
  cases: readonly TrafficCase[],
  startOurs: typeof startWeft | undefined,
  only?: 'weft' | 'envoy',
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-traffic-'));
  const seen = new Map<string, Seen[]>();
  const note = (one: Seen): void => {
    const list = seen.get(one.id);
    if (list === undefined) seen.set(one.id, [one]);
    else list.push(one);
  };
  const echoes: Echo[] = [];
  for (const name of ['a', 'b', 'c']) echoes.push(await startEcho(name, note));
  const [closed = 0, ...ports] = await freePorts(1 + 2 * cases.length);
  const echoPorts = Object.fromEntries(echoes.map(({ name, port }) => [name, port]));
  const services = await startServices(echoPorts, note);
  const endpoints = { ...echoPorts, closed, ...services.ports };
  const plane = await startFakeControlPlane();
  const resourcesFor = (own: readonly number[], accessLog: string): readonly TestResource[] =>
    cases.flatMap((one, index) =>
      caseResources(one, { index, port: own[index] ?? 0, endpoints, accessLog }).map(toResource),
    );
  const weftPorts = ports.slice(0, cases.length);
  const envoyPorts = ports.slice(cases.length);
  const program = only === 'weft' ? undefined : findEnvoy();
  const accessLog = join(folder, 'envoy.access.log');
  const weft = await startOurs?.(plane, resourcesFor(weftPorts, '/dev/stdout'), weftPorts);
  const envoy =
    program === undefined
      ? undefined
      : await startEnvoy(program, folder, plane, resourcesFor(envoyPorts, accessLog), envoyPorts, accessLog);
  return {
    weft,
    envoy,
    seenOf: (id) => seen.get(id) ?? [],
    async stop() {
      await weft?.stop();
      await envoy?.stop();
      plane.stop();
      for (const echo of echoes) echo.stop();
      services.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function toResource({ '@type': typeUrl, ...json }: JsonObject): TestResource {
  const schema = caseRegistry.getMessage(String(typeUrl).replace(/^.*\//, ''));
  if (schema === undefined) throw new Error(`${String(typeUrl)} is not in the registry`);
  const bytes = toBinary(schema, fromJson(schema, json, { registry: caseRegistry }));
  return { typeUrl: String(typeUrl), name: String(json['name']), bytes };
}
