/** All that a control plane does with a Kubernetes cluster besides reading it: one leader writes, every replica judges. */

import { type Authority, createKubernetesTokenReviewer, type TokenReviewer } from '@weft/control-ca';
import { type ApiClient, type ClusterAccess, createApiClient } from '@weft/control-sources';
import type { Cancel, Clock, Part } from '@weft/kernel';
import type { MeshConfig, Model } from '@weft/model';
import type { Address } from '../grpc/listen.ts';
import type { ControlPlaneOptions } from '../options.ts';
import type { RefusedObject } from './due-statuses.ts';
import { createLeader } from './leader.ts';
import { clusterNames } from './names.ts';
import type { KubernetesOptions } from './options.ts';
import { createRootPublisher } from './root-publisher.ts';
import { createStatusWriter } from './status-writer.ts';
import { registerWebhook } from './webhook-registration.ts';
import { webhookPart } from './webhook-server.ts';

export interface KubernetesSide {
  readonly parts: readonly Part[];
  /** Statuses, and roots of namespaces, may be due. */
  modelChanged(): void;
}

/** What it reads of the rest of the plane. */
export interface PlaneSight {
  readonly authority: Authority;
  model(): Model;
  mesh(): MeshConfig;
  /** Of the connected proxies of a Gateway of the Gateway API. */
  gatewayAddresses(namespace: string, name: string): readonly string[];
  /** Objects of the cluster whose newest version is not taken. */
  refused(): readonly RefusedObject[];
  readonly onWebhook: (address: Address) => void;
}

/** Changes are gathered for so long before they are written. */
const gatherMs = 200;
/** What could not be written is tried again after this, and all is looked at. */
const againMs = 5_000;
const lookMs = 60_000;

/** The client of a cluster, and the judge of its tokens, which other parts need before anything starts. */
export function openCluster(access: ClusterAccess, clock: Clock): { client: ApiClient; reviewer: TokenReviewer } {
  const client = createApiClient(access, clock);
  const post = async (review: object): Promise<unknown> => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const answer = await client.request({ method: 'POST', path, body: review });
    if (answer.ok) return answer.body;
    throw new Error(answer.message);
  };
  return { client, reviewer: createKubernetesTokenReviewer(post, clock) };
}

export function createKubernetesSide(
  options: ControlPlaneOptions,
  kubernetes: KubernetesOptions,
  client: ApiClient,
  sight: PlaneSight,
): KubernetesSide {
  const { clock, logger, sans } = options;
  const { access, identity, random } = kubernetes;
  const { namespace } = access;
  let stopped = false;
  let cancel: Cancel = () => {};
  let waiting = false;
  let writing: Promise<void> | undefined;

  const roots = createRootPublisher(client, logger);
  const statuses = createStatusWriter({
    client,
    logger,
    now: () => new Date(clock.now()).toISOString().replace(/\.\d+/, ''),
    mesh: sight.mesh,
    addressesOf: sight.gatewayAddresses,
    stopped: () => stopped || !leader.leading(),
  });

  const writeAll = async (): Promise<void> => {
    const model = sight.model();
    const rootsPem = sight.authority.rootsPem();
    const webhook = kubernetes.webhook === undefined || (await registerWebhook(client, rootsPem, logger));
    const done =
      !leader.leading() || ((await roots.publish(model, rootsPem)) && (await statuses.write(model, sight.refused())));
    writing = undefined;
    if (!waiting) soon(webhook && done ? lookMs : againMs);
  };
  /** At most one round under way and one that waits. */
  const soon = (delayMs: number): void => {
    if (stopped) return;
    cancel();
    cancel = clock.after(delayMs, () => {
      waiting = writing !== undefined;
      if (waiting) soon(gatherMs);
      else writing = writeAll();
    });
  };
  const due = (): void => {
    // A steady stream of changes must not put off the writing for ever.
    if (waiting) return;
    waiting = true;
    soon(gatherMs);
  };

  const leader = createLeader({
    client,
    namespace,
    name: clusterNames.lease,
    identity,
    clock,
    random,
    logger,
    onChange(leading) {
      roots.forget();
      statuses.forget();
      if (leading) due();
    },
  });
  let stopFollowing: Cancel = () => {};

  const writer: Part = {
    name: 'leader',
    start() {
      stopFollowing = sight.authority.onChange(due);
      leader.start();
      due();
    },
    async stop() {
      stopped = true;
      stopFollowing();
      cancel();
      await writing;
      await leader.stop();
      client.close();
    },
  };
  const names = [`istiod.${namespace}.svc`, `weft-control-plane.${namespace}.svc`, ...sans];
  const { authority, onWebhook: onBound } = sight;
  const webhook =
    kubernetes.webhook === undefined
      ? []
      : [webhookPart({ authority, names, address: kubernetes.webhook, clock, logger, onBound })];
  return { parts: [...webhook, writer], modelChanged: due };
}
