/** Client of the control plane's operator API (interfaces.md, section 5). */

import { asObject, asString, listOf } from '../decode.ts';
import { type Call, callJson, callText, type Fetch } from '../request.ts';
import { decodeApplied, decodeCut, decodeHistory, decodeProxy, decodeResource, decodeStatus } from './decode.ts';
import { decodeFinding, decodePlan } from './decode-plan.ts';
import { createIdentityClient, type IdentityClient } from './identity.ts';
import type {
  AnalysisItem,
  AppliedItem,
  History,
  MeshStatus,
  NetworkCut,
  PlanItem,
  PlanRequest,
  ProxyStatus,
  ResourceFilter,
  ResourceItem,
} from './types.ts';

export interface OperatorClientOptions {
  /** "http://127.0.0.1:15080". */
  readonly baseUrl: string;
  /** Content of the operator token's file; read anew for each call. */
  readonly token: () => string | Promise<string>;
  readonly fetch?: Fetch;
  readonly timeoutMs?: number;
}

/** Every call throws AdminError. */
export interface OperatorClient {
  /** Needs no token. */
  version(): Promise<string>;
  status(): Promise<MeshStatus>;
  proxies(): Promise<readonly ProxyStatus[]>;
  /** Envoy's config_dump JSON. */
  snapshot(proxyId: string): Promise<unknown>;
  resources(filter?: ResourceFilter): Promise<readonly ResourceItem[]>;
  /** @param yaml one or more documents. */
  apply(yaml: string): Promise<readonly AppliedItem[]>;
  remove(kind: string, namespace: string, name: string): Promise<void>;
  /** What the operator API accepted. */
  history(): Promise<History>;
  /** Makes what was applied as it was at a version. @returns what that changed. */
  rollback(version: number): Promise<readonly AppliedItem[]>;
  /** What the analysers say of the configuration in force. */
  analysis(): Promise<readonly AnalysisItem[]>;
  /** What NetworkPolicies cut of the caller's flows to endpoints ("10.0.0.1:8080"), as sentences with the policies' places. */
  networkCuts(proxyId: string, targets: readonly string[]): Promise<readonly NetworkCut[]>;
  /** What a change would do; nothing is changed. */
  plan(request: PlanRequest): Promise<PlanItem>;
  /** Join tokens and the CA. */
  readonly identity: IdentityClient;
}

export function createOperatorClient(options: OperatorClientOptions): OperatorClient {
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const peer = `the control plane at ${options.baseUrl}`;
  const call = async (
    method: Call['method'],
    path: string,
    content?: { type: string; body: string },
  ): Promise<Call> => ({
    method,
    url: options.baseUrl + path,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${(await options.token()).trim()}`,
      ...(content === undefined ? {} : { 'content-type': content.type }),
    },
    ...(content === undefined ? {} : { body: content.body }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const get = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
    asObject(await callJson(fetch, await call('GET', path), peer));

  return {
    async version() {
      const answer = await callJson(fetch, { method: 'GET', url: `${options.baseUrl}/v1/version` }, peer);
      return asString(asObject(answer)['version']);
    },
    async status() {
      return decodeStatus(await get('/v1/status'));
    },
    async proxies() {
      return listOf((await get('/v1/proxies'))['proxies'], decodeProxy);
    },
    async snapshot(proxyId) {
      return callJson(fetch, await call('GET', `/v1/proxies/${encodeURIComponent(proxyId)}/snapshot`), peer);
    },
    async resources(filter = {}) {
      const query = new URLSearchParams();
      for (const key of ['kind', 'namespace', 'name'] as const) {
        const value = filter[key];
        if (value !== undefined) query.set(key, value);
      }
      const suffix = query.size === 0 ? '' : `?${query.toString()}`;
      return listOf((await get(`/v1/resources${suffix}`))['resources'], decodeResource);
    },
    async apply(yaml) {
      const request = await call('POST', '/v1/resources', { type: 'application/yaml', body: yaml });
      return listOf(asObject(await callJson(fetch, request, peer))['applied'], decodeApplied);
    },
    async analysis() {
      return listOf((await get('/v1/analysis'))['findings'], decodeFinding);
    },
    async networkCuts(proxyId, targets) {
      const query = new URLSearchParams(targets.map((target): [string, string] => ['target', target]));
      const path = `/v1/proxies/${encodeURIComponent(proxyId)}/network-cuts?${query.toString()}`;
      return listOf((await get(path))['cuts'], decodeCut);
    },
    async plan(request) {
      const content = { type: 'application/json', body: JSON.stringify(request) };
      return decodePlan(await callJson(fetch, await call('POST', '/v1/plan', content), peer));
    },
    async remove(kind, namespace, name) {
      const path = [kind, namespace, name].map(encodeURIComponent).join('/');
      await callText(fetch, await call('DELETE', `/v1/resources/${path}`), peer);
    },
    async history() {
      return decodeHistory(await get('/v1/history'));
    },
    async rollback(version) {
      const request = await call('POST', `/v1/rollback/${version}`);
      return listOf(asObject(await callJson(fetch, request, peer))['applied'], decodeApplied);
    },
    identity: createIdentityClient(async (method, path, body) => {
      const content = body === undefined ? undefined : { type: 'application/json', body: JSON.stringify(body) };
      const request = await call(method, path, content);
      if (method !== 'DELETE') return callJson(fetch, request, peer);
      await callText(fetch, request, peer);
      return undefined;
    }),
  };
}
