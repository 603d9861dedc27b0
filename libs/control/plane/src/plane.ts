/** The control plane, composed: sources to model to registry to compiler to streams. */

import { join } from 'node:path';
import { createTokenWriter } from '@weft/control-ca';
import { createCompiler } from '@weft/control-compiler';
import { createLifecycle, type Lifecycle, type Part } from '@weft/kernel';
import { createAuthenticator } from './authenticate.ts';
import { type Address, formatAddress } from './grpc/listen.ts';
import { createIdentitySide } from './identity/identity-side.ts';
import { fetchText } from './key-sets/fetch-text.ts';
import { createKeySetKeeper } from './key-sets/key-set-keeper.ts';
import { gatewayAddresses } from './kubernetes/gateway-addresses.ts';
import { createKubernetesSide, openCluster } from './kubernetes/kubernetes-side.ts';
import { refusedObjects } from './kubernetes/refused-objects.ts';
import { type SharedAuthorityOptions, shareAuthority } from './kubernetes/shared-authority.ts';
import { createMeshState } from './mesh-state.ts';
import { createMonitoringServer } from './monitoring/server.ts';
import { createOperatorView } from './operator-api/create-operator-view.ts';
import { isLoopbackHost } from './operator-api/guard.ts';
import { createOperatorApi } from './operator-api/server.ts';
import { type ControlPlaneAddresses, type ControlPlaneOptions, SettingError } from './options.ts';
import { createPlaneMetrics } from './plane-metrics.ts';
import { createProxyService } from './proxy-service.ts';
import { clearXdsPart, httpPart, secureXdsPart } from './servers.ts';
import { openStateFolder, type StateFolder } from './state-folder.ts';
import { createWorkloadKeeper } from './workloads/workload-keeper.ts';

export interface ControlPlane {
  /**
   * @throws SettingError, ListenError or WeftError (state_invalid): one clear sentence each, and everything started before is stopped.
   * Configuration that is not valid is no reason to throw: what is valid is served.
   */
  start(): Promise<void>;
  /** Ends all streams; a second call returns the first one's promise. */
  stop(): Promise<void>;
  /** Where it listens, after `start`. */
  addresses(): ControlPlaneAddresses;
}

type Bound = { -readonly [K in keyof ControlPlaneAddresses]?: ControlPlaneAddresses[K] };

export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const bound: Bound = {};
  let lifecycle: Lifecycle | undefined;

  return {
    async start() {
      assertLoopback(options);
      const cluster = options.kubernetes && openCluster(options.kubernetes.access, options.clock);
      const caDir = options.caDir ?? (cluster && (await shareAuthority(sharedBy(options, cluster.client))));
      lifecycle = assemble(options, await openStateFolder({ ...options, caDir }), bound, cluster);
      await lifecycle.start();
      const { xds, monitoring, api, xdsClear } = addressesOf(bound);
      options.logger.info(
        {
          xds: formatAddress(xds),
          ...(xdsClear === undefined ? {} : { xdsClear: formatAddress(xdsClear) }),
          monitoring: formatAddress(monitoring),
          api: formatAddress(api),
          trustDomain: options.trustDomain,
        },
        'control plane ready',
      );
    },
    stop: async () => lifecycle?.stop(),
    addresses: () => addressesOf(bound),
  };
}

/** All parts in the order in which they start; they stop in reverse, so that ports close first. */
function assemble(options: ControlPlaneOptions, folder: StateFolder, bound: Bound, cluster?: Cluster): Lifecycle {
  const { clock, logger, trustDomain, domain } = options;
  const { authority, tokens, book, issued, trust, operatorToken } = folder;
  const writer =
    options.tokenDir === undefined
      ? undefined
      : createTokenWriter({ folder: options.tokenDir, tokens, rootsPem: authority.rootsPem, clock, logger });
  let ready = false;
  const state = createMeshState(
    options,
    (model) => {
      keys.setModel(model);
      proxies.modelChanged(model);
      void writer?.setGroups(state.groups());
      kubernetes?.modelChanged();
    },
    cluster?.client,
  );
  const keys = createKeySetKeeper({ clock, logger, fetch: fetchText, onChange: () => proxies.keySetsChanged() });
  const keeper = createWorkloadKeeper({
    path: join(options.stateDir, 'workloads.json'),
    registry: state.registry,
    trustDomain,
    clock,
    logger,
  });
  const metrics = createPlaneMetrics(() => proxies.streamCount());
  const { groups } = state;
  const reviewer = options.tokenReviewer ?? cluster?.reviewer;
  const authenticator = createAuthenticator({ tokens, book, authority, issued, trustDomain, reviewer, groups });
  const proxies = createProxyService({
    clock,
    logger,
    domain,
    trustDomain,
    trust: trust.current,
    state,
    authenticator,
    compiler: createCompiler(),
    metrics,
    keySets: keys.keySets,
  });
  const view = createOperatorView({ version: options.version, startedAtMs: clock.now(), state, proxies });
  const identity = createIdentitySide(options, folder, proxies, writer);
  const servers = { options, folder, authenticator, proxies, metrics };
  const monitoring = createMonitoringServer({ metrics: metrics.registry, ready: () => ready, proxies: view.proxies });
  const keep = (key: keyof ControlPlaneAddresses) => (address: Address) => {
    bound[key] = address;
  };

  const kubernetes =
    cluster === undefined || options.kubernetes === undefined
      ? undefined
      : createKubernetesSide(options, options.kubernetes, cluster.client, {
          authority,
          model: state.model,
          mesh: state.mesh,
          gatewayAddresses: (namespace, name) => gatewayAddresses(proxies.connected(), namespace, name),
          refused: () => refusedObjects(state.files()),
          onWebhook: keep('webhook'),
        });

  const parts: Part[] = [
    { name: 'configuration', start: () => state.start(), stop: () => state.stop() },
    { name: 'key sets', stop: () => keys.stop() },
    { name: 'kept workloads', start: () => keeper.restore() },
    identity.part,
    { name: 'join tokens', start: () => writer?.setGroups(state.groups()), stop: () => writer?.stop() },
    httpPart('--monitoring', options.monitoring, monitoring, keep('monitoring')),
    httpPart('--api', options.api, createOperatorApi(view, operatorToken, logger, identity.operations), keep('api')),
    secureXdsPart(servers, keep('xds')),
    ...(options.xdsClear === undefined ? [] : [clearXdsPart(servers, options.xdsClear, keep('xdsClear'))]),
    ...(kubernetes?.parts ?? []),
    { name: 'streams', stop: () => proxies.stop() },
    // Stops before the streams do: who is connected now is who will come back.
    { name: 'workloads to keep', start: () => keeper.follow(), stop: () => keeper.stop() },
    {
      name: 'readiness',
      start: () => {
        ready = true;
      },
      stop: () => {
        ready = false;
      },
    },
  ];
  return createLifecycle(parts, (part, error) => logger.error({ part, err: error }, 'a part did not stop'));
}

function addressesOf({ xds, monitoring, api, xdsClear, webhook }: Bound): ControlPlaneAddresses {
  if (xds === undefined || monitoring === undefined || api === undefined) {
    throw new Error('the control plane has not started');
  }
  return { xds, monitoring, api, xdsClear, webhook };
}

type Cluster = ReturnType<typeof openCluster>;

function sharedBy(options: ControlPlaneOptions, client: Cluster['client']): SharedAuthorityOptions {
  const { trustDomain, stateDir, clock, logger, kubernetes } = options;
  return { client, namespace: kubernetes?.access.namespace ?? '', trustDomain, stateDir, clock, logger };
}

function assertLoopback({ xdsClear, api }: ControlPlaneOptions): void {
  for (const [flag, address] of [
    ['--xds-clear', xdsClear],
    ['--api', api],
  ] as const) {
    if (address === undefined || isLoopbackHost(formatAddress(address))) continue;
    throw new SettingError(`${flag} ${formatAddress(address)}: only a loopback address is allowed here`);
  }
}
