/** The proxies that are connected now: one record each, made from the newest stream. */

import { isDeepStrictEqual } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import type { ProxyDescription } from '@weft/control-registry';
import type { Clock } from '@weft/kernel';
import { type Model, sameOfKinds } from '@weft/model';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Refusal } from '@weft/xds-protocol';
import { type DescribedProxy, describeProxy, type StreamIdentity } from './describe-proxy.ts';

export interface ConnectedProxy {
  readonly proxy: ProxyDescription;
  readonly admin: string;
  readonly connectedAtMs: number;
  readonly node: Node;
  readonly identity: StreamIdentity;
}

export interface ConnectedProxies {
  /** Refused where the node is not acceptable, or where its id is in use by another identity. */
  join(node: Node, identity: StreamIdentity, model: Model): ConnectedProxy | Refusal;
  leave(id: string): void;
  /** A proxy said something. */
  heard(id: string): void;
  /** When it last said something; undefined where it is not connected. */
  lastWordAtMs(id: string): number | undefined;
  get(id: string): ConnectedProxy | undefined;
  all(): readonly ConnectedProxy[];
  /** Describes all proxies anew. @returns those that the model has no place for any more, with the reason. */
  setModel(model: Model): readonly { readonly id: string; readonly reason: string }[];
}

export function createConnectedProxies(clock: Clock, trustDomain: string): ConnectedProxies {
  const proxies = new Map<string, ConnectedProxy>();
  const words = new Map<string, number>();
  let described: Model | undefined;
  const record = (described: DescribedProxy, node: Node, identity: StreamIdentity, at: number): ConnectedProxy => ({
    proxy: described.proxy,
    admin: described.admin,
    connectedAtMs: at,
    node,
    identity,
  });

  return {
    join(node, identity, model) {
      const described = describeProxy(node, identity, model, trustDomain);
      if (described.refused) return described;
      const known = proxies.get(node.id);
      if (known !== undefined && !isSameWorkload(known.identity, identity)) {
        const reason = 'a proxy of another identity is connected with this node id';
        return { refused: true, status: grpc.status.ALREADY_EXISTS, reason };
      }
      const joined = record(keep(described, known), node, identity, clock.now());
      proxies.set(node.id, joined);
      words.set(node.id, joined.connectedAtMs);
      return joined;
    },
    leave(id) {
      proxies.delete(id);
      words.delete(id);
    },
    heard(id) {
      if (proxies.has(id)) words.set(id, clock.now());
    },
    lastWordAtMs: (id) => words.get(id),
    get: (id) => proxies.get(id),
    all: () => [...proxies.values()],
    setModel(model) {
      const homeless: { id: string; reason: string }[] = [];
      const same = described !== undefined && sameOfKinds(described, model, ['WorkloadGroup']);
      described = model;
      // Nothing else of a model says what a proxy is.
      if (same) return homeless;
      for (const [id, known] of proxies) {
        const { node, identity, connectedAtMs } = known;
        const now = describeProxy(node, identity, model, trustDomain);
        if (now.refused) homeless.push({ id, reason: now.reason });
        else proxies.set(id, record(keep(now, known), node, identity, connectedAtMs));
      }
      return homeless;
    },
  };
}

/** The description of before where it says the same: what was made for it still holds. */
function keep(now: DescribedProxy, before: ConnectedProxy | undefined): DescribedProxy {
  return before !== undefined && isDeepStrictEqual(before.proxy, now.proxy) ? { ...now, proxy: before.proxy } : now;
}

/** A proxy that comes back with a certificate instead of its token says no group. */
function isSameWorkload({ workload: one }: StreamIdentity, { workload: another }: StreamIdentity): boolean {
  if (one === undefined || another === undefined) return one === another;
  const sameGroup = one.group === another.group || one.group === '' || another.group === '';
  return sameGroup && one.namespace === another.namespace && one.serviceAccount === another.serviceAccount;
}
