/** Which route configurations a sidecar's outbound listeners may ask for, and by which names. */

import type { ServicePortView } from '@weft/control-registry';
import type { EgressView } from '../scope/egress-view.ts';
import type { ProxyScope } from '../scope/proxy-scope.ts';
import type { EgressListener } from '../scope/scope-listeners.ts';

export interface OutboundRoutes {
  readonly name: string;
  /** Service port. */
  readonly port: number;
  readonly view: EgressView;
  /** Of one service alone, whose protocol is looked at: every request is for it. */
  readonly only?: string;
  /** The listener is an HTTP proxy: requests name the port that they are for. */
  readonly isProxy?: boolean;
}

/** HTTP in one of its forms. @param protocol of a Sidecar's port, in upper case. */
export function isHttpProtocol(protocol: string): boolean {
  return ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY'].includes(protocol);
}

/** Neither HTTP nor declared to be bytes: a Sidecar's port whose connections are looked at. */
export function isSniffedProtocol(protocol: string): boolean {
  return !isHttpProtocol(protocol) && !['TCP', 'TLS', 'HTTPS', 'MONGO', 'MYSQL', 'REDIS'].includes(protocol);
}

/** HTTP in one of its forms, of a service's port. */
export function carriesHttp({ protocol }: ServicePortView): boolean {
  return protocol === 'http' || protocol === 'http2' || protocol === 'grpc';
}

/** Name of the routes of a Sidecar's egress listener that has a port: the port, and where another listener of that port sees something else, the address before it. */
export function egressListenerRoutes({ egress }: Pick<ProxyScope, 'egress'>, listener: EgressListener): string {
  const sameElsewhere = egress.some(
    (other) =>
      other !== listener &&
      other.port === listener.port &&
      other.bind !== listener.bind &&
      other.view !== listener.view,
  );
  return sameElsewhere && listener.bind !== '' && listener.bind !== '0.0.0.0'
    ? `${listener.bind}_${listener.port}`
    : `${listener.port}`;
}

/** Routes of a port of one service whose protocol is looked at. */
export function sniffedRoutes(host: string, port: number): string {
  return `${host}:${port}`;
}

/** All that listeners may ask for; what none asks for is not made. */
export function outboundPlan(scope: ProxyScope): readonly OutboundRoutes[] {
  const planned = new Map<string, OutboundRoutes>();
  const add = (routes: OutboundRoutes): void => {
    if (!planned.has(routes.name)) planned.set(routes.name, routes);
  };
  for (const listener of scope.egress) {
    const { port, view, protocol } = listener;
    if (port !== undefined) {
      if (isHttpProtocol(protocol) || isSniffedProtocol(protocol)) {
        add({ name: egressListenerRoutes(scope, listener), port, view, isProxy: protocol === 'HTTP_PROXY' });
      }
      continue;
    }
    for (const service of view.services) {
      for (const servicePort of service.ports) {
        const { number } = servicePort;
        if (carriesHttp(servicePort)) add({ name: `${number}`, port: number, view });
        else if (servicePort.sniffed) {
          add({ name: `${number}`, port: number, view });
          add({ name: sniffedRoutes(service.host, number), port: number, view, only: service.host });
        }
      }
    }
    // A VirtualService's host that is no service is there on port 80.
    add({ name: '80', port: 80, view });
  }
  return [...planned.values()];
}
