/** What one proxy may reach and listens on, from exportTo and its Sidecar; equal scopes are one object. */

import type { ProxyDescription } from '@weft/control-registry';
import type { MeshConfig, Model } from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import { outboundClusterName } from '../names.ts';
import { provenanceOf } from '../provenance.ts';
import { type EgressView, egressView, keepView } from './egress-view.ts';
import {
  allPorts,
  type EgressListener,
  egressListener,
  type IngressListener,
  ingressListeners,
} from './scope-listeners.ts';
import { importedView, unionView, visibleView } from './scope-views.ts';
import { indexSidecars, type SidecarResource, selectSidecar } from './select-sidecar.ts';
import type { ServiceShapes } from './service-shape.ts';

export interface ProxyScope {
  /** Absent for gateways, and where none holds. */
  readonly sidecar: SidecarResource | undefined;
  /** All that the proxy may reach: what its egress listeners import, and what their VirtualServices lead to. */
  readonly view: EgressView;
  /** At least one; the one without port, if any, is last. */
  readonly egress: readonly EgressListener[];
  /** Empty: the ports are those of the services that the workload belongs to. */
  readonly ingress: readonly IngressListener[];
  /** What becomes of a host that is not in the view. */
  readonly outbound: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  /** The cluster that it goes to where it may go (a Sidecar's egress proxy); absent: where it was going. */
  readonly egressCluster: string | undefined;
}

export interface ScopeInput {
  readonly model: Model;
  readonly mesh: MeshConfig;
  readonly shapes: ServiceShapes;
  readonly virtualServices: readonly IndexedVirtualService[];
  /** Every host that the rules lead to, mirrors among them, as the registry knows it. */
  destinations(rules: IndexedVirtualService): Iterable<string>;
}

export interface Scopes {
  of(proxy: ProxyDescription): ProxyScope;
  /** Views by key, for the scopes of the next model. */
  readonly views: ReadonlyMap<string, EgressView>;
}

const defaultScopesMax = 10_000;

/**
 * @param last views of the model before: those that say the same stay the same objects.
 * @param scopesMax scopes remembered, and views; more are made each time.
 */
export function createScopes(
  input: ScopeInput,
  last: ReadonlyMap<string, EgressView> = new Map(),
  scopesMax = defaultScopesMax,
): Scopes {
  const sidecars = indexSidecars(input.model);
  const views = new Map<string, EgressView>();
  const scopes = new Map<string, ProxyScope>();
  const remember = <T>(into: Map<string, T>, key: string, make: () => T): T => {
    const known = into.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (into.size < scopesMax) into.set(key, made);
    return made;
  };
  const viewFor = (key: string, make: () => EgressView): EgressView =>
    remember(views, key, () => keepView(make(), last.get(key)));
  const everything = viewFor('', () => egressView([...input.shapes.values()], input.virtualServices));
  const visible = (namespace: string): EgressView =>
    viewFor(namespace, () => visibleView(input.mesh, everything, namespace));
  return {
    views,
    of(proxy) {
      const { namespace } = proxy;
      const sidecar =
        proxy.type === 'router'
          ? undefined
          : selectSidecar(sidecars, namespace, proxy.labels, input.mesh.rootNamespace);
      const captured = proxy.interception !== 'NONE';
      const name = sidecar === undefined ? '' : `${sidecar.namespace}/${sidecar.name}`;
      return remember(scopes, `${namespace}|${name}|${captured}`, () =>
        buildScope(input, { namespace, captured, sidecar, visible: visible(namespace), viewFor }),
      );
    },
  };
}

interface ScopeParts {
  readonly namespace: string;
  readonly captured: boolean;
  readonly sidecar: SidecarResource | undefined;
  readonly visible: EgressView;
  viewFor(key: string, make: () => EgressView): EgressView;
}

function buildScope(input: ScopeInput, parts: ScopeParts): ProxyScope {
  const { captured, sidecar, visible } = parts;
  const outbound = sidecar?.spec.outboundTrafficPolicy?.mode ?? input.mesh.outboundTrafficPolicy.mode;
  const egressProxy = outbound === 'ALLOW_ANY' ? sidecar?.spec.outboundTrafficPolicy?.egressProxy : undefined;
  const egressCluster =
    egressProxy?.port === undefined
      ? undefined
      : outboundClusterName(egressProxy.port.number, egressProxy.subset ?? '', egressProxy.host.toLowerCase());
  const egress = sidecar?.spec.egress ?? [];
  if (sidecar === undefined || egress.length === 0) {
    const all = allPorts(visible, captured);
    return {
      sidecar,
      view: visible,
      egress: [all],
      ingress: ingressListeners(sidecar, captured),
      outbound,
      egressCluster,
    };
  }
  const key = `${parts.namespace}|${sidecar.namespace}/${sidecar.name}`;
  const listeners = egress.map((listener, position) => {
    const view = parts.viewFor(`${key}|${position}`, () => importedView(visible, listener, parts.namespace));
    const from = provenanceOf(sidecar, `egress[${position}]`);
    return egressListener(listener, view, captured, from);
  });
  const view = parts.viewFor(key, () => unionView(input.destinations, visible, listeners, egressProxy?.host));
  return { sidecar, view, egress: listeners, ingress: ingressListeners(sidecar, captured), outbound, egressCluster };
}
