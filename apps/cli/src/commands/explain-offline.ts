/** The answer of `weft explain` from files alone: compiled as the control plane does it, asked as a sidecar would be. */

import {
  type AskedRequest,
  askedRequest,
  compile,
  decodeSnapshot,
  type ExplainedAccess,
  type ExplainedCut,
  explainAccess,
  explainCuts,
  explainRequest,
  nameOfProxy,
  offlineClient,
  type PlannedMesh,
} from '@weft/control-compiler';
import type { ExplainRequest, Explanation } from '@weft/operator-admin-client';
import { CliFailure, exitCodes } from '../failure.ts';
import { asMesh, readMeshConfig, readOffline } from '../validation/offline.ts';

export interface OfflineExplanation {
  /** Who asks. */
  readonly name: string;
  readonly explanation: Explanation;
  /** What the workloads at the other end say of it, each once. */
  readonly access: readonly ExplainedAccess[];
  /** What NetworkPolicies cut of it. */
  readonly cuts: readonly ExplainedCut[];
}

/** @param from "order", "order.shop", "shop/order", "gateway"; "name.namespace" of nobody that is known is a client of that namespace. */
export async function explainOffline(
  request: ExplainRequest,
  from: string,
  paths: readonly string[],
  meshConfig: string | undefined,
): Promise<OfflineExplanation> {
  const { model } = await readOffline(paths);
  const mesh = asMesh(model, await readMeshConfig(meshConfig));
  const proxy = findOffline(mesh, from);
  const asked = askedRequest(request.method, request.url, request.headers);
  if (asked === undefined) throw new CliFailure(exitCodes.usage, `"${request.url}" is not a URL`);
  const explanation = explainRequest(decodeSnapshot(compile(mesh.input, proxy)), proxy, asked);
  const name = proxy.workloadGroup || nameOfProxy(proxy);
  const endpoints = explanation.targets.flatMap((target) => target.endpoints.map(({ address }) => address));
  const cuts = explainCuts(mesh, proxy, endpoints);
  return { name, explanation, access: accessOf(mesh, explanation, asked), cuts };
}

function accessOf(
  { input, proxies }: PlannedMesh,
  explanation: Explanation,
  asked: AskedRequest,
): OfflineExplanation['access'] {
  const found = new Map<string, ExplainedAccess>();
  for (const { address, identity } of explanation.targets.flatMap(({ endpoints }) => endpoints)) {
    const colon = address.lastIndexOf(':');
    const server = proxies.find(({ addresses }) => addresses.includes(address.slice(0, colon)));
    if (server === undefined) continue;
    const snapshot = decodeSnapshot(compile(input, server));
    const principal = identity === '' ? '' : explanation.identity.own;
    const name = server.workloadGroup || `${server.namespace}/${server.workloadName}`;
    const access = explainAccess(name, snapshot, Number(address.slice(colon + 1)), asked, principal);
    if (access !== undefined) found.set(`${name}:${access.port}`, access);
  }
  return [...found.values()];
}

function findOffline({ input, proxies }: PlannedMesh, from: string): PlannedMesh['proxies'][number] {
  const wanted = from.toLowerCase() === 'gateway' ? 'ingressgateway' : from.toLowerCase();
  const found =
    proxies.find(({ workloadName, namespace, workloadGroup }) =>
      [workloadGroup, workloadName, `${workloadName}.${namespace}`].includes(wanted),
    ) ?? proxies.find((proxy) => [nameOfProxy(proxy), nameOfProxy(proxy).split('.')[0]].includes(wanted));
  if (found !== undefined) return found;
  const [, name, namespace] = /^([a-z0-9-]+)[.]([a-z0-9-]+)$/.exec(wanted) ?? [];
  if (name !== undefined && namespace !== undefined) {
    return offlineClient(namespace, name, input.trustDomain, input.domain);
  }
  const known = [...new Set(proxies.map(nameOfProxy))].sort().join(', ');
  throw new CliFailure(
    exitCodes.failed,
    `no WorkloadGroup or Pod of the files is "${from}"${known === '' ? '' : `; there are ${known}`}; a client that they do not describe is written as name.namespace`,
  );
}
