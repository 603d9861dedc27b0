/** Which listeners take captured outbound connections: one per port for HTTP, one per address and port for the rest. */

import type { ServicePortView } from '@weft/control-registry';
import type { Context } from '../context.ts';
import { isWithin, skippedPorts } from '../linkerd/workload.ts';
import { carriesHttp, egressListenerRoutes, isHttpProtocol, sniffedRoutes } from '../routes/outbound-plan.ts';
import type { EgressView } from '../scope/egress-view.ts';
import type { EgressListener } from '../scope/scope-listeners.ts';
import type { ServiceShape } from '../scope/service-shape.ts';

export const everywhere = '0.0.0.0';

/** Instances of a headless service that get listeners of their own. */
export const headlessAddressesMax = 1000;

export interface PlannedService {
  readonly service: ServiceShape;
  readonly port: ServicePortView;
  /** What its connections are sent to, where the listener takes more than one address. */
  readonly addresses: readonly string[];
  readonly view: EgressView;
}

export interface CapturedListener {
  readonly bind: string;
  readonly port: number;
  /** Name of the routes of what is HTTP; nothing where nothing is. */
  routes: string | undefined;
  /** Services whose connections are passed on as bytes, what nobody declared among them. */
  readonly services: PlannedService[];
}

/** In order of address and port. */
export function capturedPlan(context: Context): readonly CapturedListener[] {
  const plan = new Map<string, CapturedListener>();
  const at = (bind: string, port: number): CapturedListener => {
    const key = `${bind}_${port}`;
    const planned = plan.get(key) ?? { bind, port, routes: undefined, services: [] };
    plan.set(key, planned);
    return planned;
  };
  const { egress } = context.scope;
  const ownPorts = new Set(egress.flatMap(({ port }) => (port === undefined ? [] : [port])));
  const { ranges: skipped } = skippedPorts(context, 'outbound');
  for (const listener of egress) {
    if (listener.captureMode !== 'IPTABLES') continue;
    if (listener.port !== undefined) {
      planPort(context, listener, listener.port, at);
      continue;
    }
    for (const service of listener.view.services) {
      for (const port of service.ports) {
        if (!ownPorts.has(port.number) && !isWithin(skipped, port.number))
          planService(context, listener.view, service, port, at);
      }
    }
  }
  return [...plan.keys()].sort().flatMap((key) => plan.get(key) ?? []);
}

type At = (bind: string, port: number) => CapturedListener;

/** A Sidecar's egress listener that says its port: its protocol holds for all services behind it. */
function planPort(context: Context, listener: EgressListener, port: number, at: At): void {
  const { view, protocol, bind } = listener;
  if (isHttpProtocol(protocol)) {
    at(bind || everywhere, port).routes ??= egressListenerRoutes(context.scope, listener);
    return;
  }
  for (const service of view.services) {
    const servicePort = service.ports.find(({ number }) => number === port);
    if (servicePort === undefined) continue;
    if (bind !== '') at(bind, port).services.push({ service, port: servicePort, addresses: [], view });
    else planBytes(context, view, service, servicePort, at);
  }
}

function planService(context: Context, view: EgressView, service: ServiceShape, port: ServicePortView, at: At): void {
  if (carriesHttp(port)) {
    at(everywhere, port.number).routes ??= `${port.number}`;
    return;
  }
  for (const planned of planBytes(context, view, service, port, at)) {
    if (!port.sniffed) continue;
    const only = planned.bind !== everywhere;
    planned.routes ??= only ? sniffedRoutes(service.host, port.number) : `${port.number}`;
  }
}

/** A listener for each address of the service; blocks of addresses, and services without any, share one for all addresses. */
function planBytes(
  context: Context,
  view: EgressView,
  service: ServiceShape,
  port: ServicePortView,
  at: At,
): readonly CapturedListener[] {
  const addresses = addressesOf(context, service);
  const single = addresses.filter((address) => !address.includes('/'));
  const blocks = addresses.filter((address) => address.includes('/'));
  const planned = single.map((address) => at(address, port.number));
  for (const listener of planned) listener.services.push({ service, port, addresses: [], view });
  if (blocks.length > 0 || addresses.length === 0) {
    const shared = at(everywhere, port.number);
    shared.services.push({ service, port, addresses: blocks, view });
    planned.push(shared);
  }
  return planned;
}

/** Of a headless service its instances': clients found them by DNS. */
function addressesOf({ world }: Context, service: ServiceShape): readonly string[] {
  if (!service.headless) return service.addresses;
  const instances = world.input.registry.services.get(service.key)?.instances ?? [];
  return [...new Set(instances.map(({ address }) => address))].slice(0, headlessAddressesMax);
}
