/** The servers of a control plane as parts with a lifetime: what listens where, with what on it. */

import * as grpc from '@grpc/grpc-js';
import {
  createCertificateService,
  createIssueRate,
  createJwtService,
  createServingCertificate,
  type ServingCertificate,
} from '@weft/control-ca';
import type { Part } from '@weft/kernel';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from './authenticate.ts';
import { type Address, closeGrpc, createGrpcServer, ListenError, listenGrpc } from './grpc/listen.ts';
import { createTokenCheck } from './operator-api/guard.ts';
import type { ControlPlaneOptions } from './options.ts';
import type { PlaneMetrics } from './plane-metrics.ts';
import type { ProxyService } from './proxy-service.ts';
import type { StateFolder } from './state-folder.ts';

/** Told where a server really listens. */
export type OnBound = (address: Address) => void;

export interface XdsServersOptions {
  readonly options: ControlPlaneOptions;
  readonly folder: StateFolder;
  readonly authenticator: Authenticator;
  readonly proxies: ProxyService;
  readonly metrics: PlaneMetrics;
}

/** ADS and the CA over TLS. */
export function secureXdsPart(on: XdsServersOptions, onBound: OnBound): Part {
  const { options, folder, authenticator, proxies, metrics } = on;
  const { clock, logger, trustDomain, xds } = options;
  const server = createGrpcServer();
  let serving: ServingCertificate | undefined;
  return {
    name: 'xds',
    async start() {
      const unspecified = xds.host === '0.0.0.0' || xds.host === '::';
      const names = unspecified ? options.sans : [...options.sans, xds.host];
      serving = await createServingCertificate(folder.authority, names, clock, logger);
      proxies.addTo(server, 'tls');
      proxies.addStatusTo(server, createTokenCheck(folder.operatorToken));
      const { authority, issued, audit, jwt } = folder;
      const rate = createIssueRate(clock);
      const common = { trustDomain, authenticate: authenticator.caller, issued, rate, audit };
      const onOutcome = (outcome: string): void => metrics.certificate(outcome);
      createCertificateService({ ...common, authority, clock, onOutcome }).addTo(server);
      createJwtService({ ...common, jwt }).addTo(server);
      onBound(await listenGrpc(server, '--xds', xds, serving.credentials));
    },
    stop() {
      serving?.stop();
      return closeGrpc(server, clock);
    },
  };
}

/** ADS in clear text, without the CA: no secret belongs on this port. */
export function clearXdsPart(on: XdsServersOptions, address: Address, onBound: OnBound): Part {
  const server = createGrpcServer();
  return {
    name: 'xds in clear text',
    async start() {
      on.proxies.addTo(server, 'clear');
      on.proxies.addStatusTo(server, createTokenCheck(on.folder.operatorToken));
      onBound(await listenGrpc(server, '--xds-clear', address, grpc.ServerCredentials.createInsecure()));
    },
    stop: () => closeGrpc(server, on.options.clock),
  };
}

/** @param flag names the setting in the sentence that says the port is busy. */
export function httpPart(flag: string, address: Address, app: FastifyInstance, onBound: OnBound): Part {
  return {
    name: flag,
    async start() {
      try {
        await app.listen({ host: address.host, port: address.port });
      } catch (error) {
        throw new ListenError(flag, address, error);
      }
      const bound = app.server.address();
      if (bound === null || typeof bound === 'string') throw new ListenError(flag, address, 'no address');
      onBound({ host: address.host, port: bound.port });
    },
    stop: () => app.close(),
  };
}
