/** The parts that every service starts and stops: its servers, its registration, its tracing. */

import { type Part, randomHex } from '@weft/kernel';
import type { Registration } from '@weft/service-discovery';
import { startTracing } from '@weft/service-tracing';
import type { FastifyInstance } from 'fastify';
import { createGrpcServer, type GrpcService } from '../grpc/server.ts';
import type { ServiceSettings, Settings } from './settings.ts';
import type { ServiceTools } from './tools.ts';

export function httpPart<T>(
  server: FastifyInstance,
  settings: Settings,
  { clock, drainMs }: ServiceTools<T>,
  ports: Record<string, number>,
): Part {
  return {
    name: 'http',
    start: async () => {
      await server.listen({ host: settings.HOST, port: settings.HTTP_PORT });
      const address = server.server.address();
      ports['http'] = address !== null && typeof address === 'object' ? address.port : settings.HTTP_PORT;
    },
    stop: async () => {
      const cancel = clock.after(drainMs, () => server.server.closeAllConnections());
      await server.close();
      cancel();
    },
  };
}

export function grpcPart<T>(
  settings: ServiceSettings,
  services: readonly GrpcService[],
  { log, metrics, clock, drainMs }: ServiceTools<T>,
  ports: Record<string, number>,
): Part {
  const server = createGrpcServer({
    services,
    log,
    metrics,
    clock,
    connectionAgeMaxMs: settings.GRPC_MAX_CONNECTION_AGE_MS,
  });
  return {
    name: 'grpc',
    start: async () => {
      ports['grpc'] = await server.listen(settings.HOST, settings.GRPC_PORT ?? 0);
    },
    stop: () => server.stop(drainMs),
  };
}

export function registrationPart<T>(
  settings: Settings,
  { discovery }: ServiceTools<T>,
  ports: Record<string, number>,
): Part {
  let registration: Registration | undefined;
  return {
    name: 'registration',
    start: async () => {
      registration = await discovery?.register({
        id: `${settings.SERVICE_NAME}-${randomHex(6)}`,
        service: settings.SERVICE_NAME,
        version: settings.SERVICE_VERSION,
        host: settings.HOST,
        ports: { ...ports },
      });
    },
    stop: () => registration?.deregister(),
  };
}

export function tracingPart(settings: Settings): Part {
  let tracing: Awaited<ReturnType<typeof startTracing>> | undefined;
  return {
    name: 'tracing',
    start: async () => {
      tracing = await startTracing({
        serviceName: settings.SERVICE_NAME,
        serviceVersion: settings.SERVICE_VERSION,
        exporterEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      });
    },
    stop: () => tracing?.stop(),
  };
}
