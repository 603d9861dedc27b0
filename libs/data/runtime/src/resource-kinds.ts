/** The kinds of xDS resources: how each is compiled and where it goes. */

import type { Any } from '@bufbuild/protobuf/wkt';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { createResourceKind, fromMessage, type ResourceKind } from './apply-update.ts';
import { refuse, withinPlug } from './check/refuse.ts';
import { compileAssignment } from './clusters/assignment.ts';
import { compileCluster } from './clusters/cluster-spec.ts';
import type { ChainVersions } from './listeners/chain-versions.ts';
import { compileListener } from './listeners/listener.ts';
import type { ListenerContext } from './listeners/listener-context.ts';
import { checkPlugConfig, type Plugs, typeNameOf } from './plugs.ts';
import type { ClusterRef, RouteContext } from './routes/route-context.ts';
import { compileRouteTableVersion } from './routes/route-table-versions.ts';
import { secretsOfCluster } from './secrets/cluster-secrets.ts';
import { compileSecret } from './secrets/secret.ts';
import type { ClusterStore } from './stores/cluster-store.ts';
import type { SecretStore } from './stores/secret-store.ts';
import type { TrafficStore } from './stores/traffic-store.ts';

export interface ResourceKindsOptions {
  readonly clusters: ClusterStore;
  readonly traffic: TrafficStore;
  readonly secrets: SecretStore;
  readonly plugs: Plugs;
  readonly outbound: ListenerContext['outbound'];
  readonly serviceCluster: string;
  readonly environment: ListenerContext['environment'];
}

export const typeUrls = {
  cluster: `type.googleapis.com/${ClusterSchema.typeName}`,
  endpoint: `type.googleapis.com/${ClusterLoadAssignmentSchema.typeName}`,
  route: `type.googleapis.com/${RouteConfigurationSchema.typeName}`,
  secret: `type.googleapis.com/${SecretSchema.typeName}`,
} as const;

const noChains: ChainVersions = new Map();

/** What a resource's routes may point to; the names of the clusters are noted. */
type ContextOf = (names: Set<string>) => RouteContext;

export function createResourceKinds(options: ResourceKindsOptions): ReadonlyMap<string, ResourceKind> {
  const { clusters, secrets } = options;
  const contextOf = routeContexts(options);
  const readAssignment = fromMessage(ClusterLoadAssignmentSchema, ({ clusterName }) => clusterName, compileAssignment);
  const readSecret = fromMessage(SecretSchema, ({ name }) => name, compileSecret);
  const kinds: readonly ResourceKind[] = [
    clusterKind(options),
    createResourceKind({
      schema: ClusterLoadAssignmentSchema,
      compile: readAssignment,
      commit: clusters.commitAssignments,
    }),
    listenerKind(options, contextOf),
    routeKind(options, contextOf),
    createResourceKind({
      schema: SecretSchema,
      compile: readSecret,
      commit: (changed) => secrets.commit(changed),
    }),
  ];
  return new Map(kinds.map((kind) => [kind.typeUrl, kind]));
}

function routeContexts({ clusters, plugs, serviceCluster }: ResourceKindsOptions): ContextOf {
  return (names) => {
    const clusterRef: ClusterRef = (name) => {
      names.add(name);
      return clusters.ref(name);
    };
    return {
      clusterRef,
      clusterNamed: (name) => clusters.clusters.get(name),
      serviceCluster,
      filterConfig: (_name, config, where, optional) => compilePerRoute(config, plugs, clusterRef, where, optional),
    };
  };
}

function clusterKind({ clusters, secrets }: ResourceKindsOptions): ResourceKind {
  const compile = fromMessage(
    ClusterSchema,
    (cluster) => cluster.name,
    (cluster, where) => ({ spec: compileCluster(cluster, where), secrets: secretsOfCluster(cluster, where) }),
  );
  return createResourceKind({
    schema: ClusterSchema,
    compile,
    commit(changed, removed) {
      for (const [name, cluster] of changed) secrets.reference(`cluster ${name}`, cluster.secrets);
      for (const name of removed) secrets.reference(`cluster ${name}`, []);
      clusters.commitClusters(new Map([...changed].map(([name, { spec }]) => [name, spec])), removed);
    },
  });
}

function listenerKind(options: ResourceKindsOptions, contextOf: ContextOf): ResourceKind {
  const { traffic, secrets, plugs, outbound, environment } = options;
  const { routesRef, inlineRoutesRef } = traffic;
  const chains = new Map<string, ChainVersions>();
  const compile = fromMessage(
    ListenerSchema,
    (listener) => listener.name,
    (listener, where) => {
      const context = (names: Set<string>): ListenerContext => {
        return { routes: contextOf(names), plugs, outbound, routesRef, inlineRoutesRef, environment };
      };
      const value = compileListener(listener, context, chains.get(listener.name) ?? noChains, where);
      return { value, clusters: value.clusterNames };
    },
  );
  return createResourceKind({
    schema: ListenerSchema,
    compile,
    commit(changed, removed) {
      for (const [name, { value }] of changed) {
        chains.set(name, value.chains);
        const named = [...value.secretNames];
        secrets.reference(`listener ${name}`, [{ named, inline: value.inlineSecrets }]);
      }
      for (const name of removed) {
        chains.delete(name);
        secrets.reference(`listener ${name}`, []);
      }
      traffic.commitListeners(changed, removed);
    },
  });
}

function routeKind({ traffic }: ResourceKindsOptions, contextOf: ContextOf): ResourceKind {
  return createResourceKind({
    schema: RouteConfigurationSchema,
    compile: (body, name, where) =>
      body === undefined
        ? refuse(where, 'a RouteConfiguration is missing')
        : compileRouteTableVersion(body, name, traffic.routeVersions.get(name), contextOf, where),
    commit: traffic.commitRoutes,
  });
}

/** Per-route configuration is told by its type: the route does not know which listeners' filters will read it. */
function compilePerRoute(config: Any, plugs: Plugs, clusterRef: ClusterRef, where: string, optional: boolean): unknown {
  const type = typeNameOf(config);
  const kind = plugs.perRoute.get(type);
  if (kind?.perRouteSchema === undefined || kind.compilePerRoute === undefined) {
    return optional ? undefined : refuse(where, `${type} is not supported`);
  }
  checkPlugConfig(config, kind.perRouteSchema, kind.supported, where);
  const { compilePerRoute } = kind;
  return withinPlug(kind.supported, () => compilePerRoute.call(kind, config, { clusterRef }, where));
}
