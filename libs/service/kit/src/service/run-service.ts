/** One service from its settings to its end: what starts, in which order, and what stops. */

import {
  type Clock,
  createLifecycle,
  delay,
  type Part,
  type Random,
  randomHex,
  stopOnSignal,
  systemClock,
  systemRandom,
} from '@weft/kernel';
import { createFileDiscovery, type Discovery, type Registration } from '@weft/service-discovery';
import { startTracing } from '@weft/service-tracing';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { openDatabase, waitForDatabase } from '../db/database.ts';
import { type Migrations, migrate } from '../db/migrate.ts';
import { createGrpcServer, type GrpcService } from '../grpc/server.ts';
import { healthRoutes } from '../http/health.ts';
import { createHttpServer, type Routes } from '../http/server.ts';
import { createLogger, type Logger } from '../observe/logger.ts';
import { createMetrics, type Metrics } from '../observe/metrics.ts';
import { databaseUrl, type Settings } from './settings.ts';

/** What a service is built with. */
export interface ServiceTools<T> {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly db: Kysely<T>;
  /** Of the service's own database, for what needs a connection of its own. */
  readonly databaseUrl: string;
  readonly discovery: Discovery | undefined;
  /** Milliseconds that stopping may wait for work in progress. */
  readonly drainMs: number;
}

/** What a service is made of. */
export interface ServiceParts {
  readonly routes: readonly Routes[];
  readonly grpc?: readonly GrpcService[];
  /** Started before the servers listen, stopped after they have drained. */
  readonly parts?: readonly Part[];
}

export interface ServiceDefinition<T> {
  readonly settings: Settings & {
    readonly GRPC_PORT?: number;
    readonly GRPC_MAX_CONNECTION_AGE_MS?: number | undefined;
  };
  readonly migrations: Migrations;
  /** Bytes of a request's body. */
  readonly bodyMax?: number;
  /** Called when the database has its schema. */
  readonly build: (tools: ServiceTools<T>) => Promise<ServiceParts>;
}

/** Runs until SIGTERM or SIGINT; exits 1 with one sentence in the log when it cannot start. */
export async function runService<T>(definition: ServiceDefinition<T>): Promise<void> {
  const { settings } = definition;
  const log = createLogger({
    service: settings.SERVICE_NAME,
    version: settings.SERVICE_VERSION,
    level: settings.LOG_LEVEL,
  });
  // Node prints its warnings as plain text, between the lines of JSON.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ error: warning }, 'a warning of the runtime'));
  process.on('uncaughtException', (error) => {
    log.fatal({ error }, 'an unexpected failure; the process ends');
    process.exit(1);
  });
  const service = createService(definition, { log, clock: systemClock, random: systemRandom });
  stopOnSignal(async () => {
    log.info('stopping');
    await service.stop();
    log.info('stopped');
  });
  try {
    await service.start();
  } catch (error) {
    log.fatal({ error }, 'the service cannot start');
    process.exit(1);
  }
}

interface World {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

function createService<T>(definition: ServiceDefinition<T>, world: World): ReturnType<typeof createLifecycle> {
  const { settings } = definition;
  const { log, clock, random } = world;
  const drainMs = settings.DRAIN_SECONDS * 1000;
  const metrics = createMetrics(settings.SERVICE_NAME, settings.SERVICE_VERSION);
  const url = databaseUrl(settings);
  const database = openDatabase<T>({
    url,
    connectionsMax: settings.DATABASE_POOL_MAX,
    applicationName: settings.SERVICE_NAME,
    log,
  });
  const discovery = settings.DISCOVERY === undefined ? undefined : openDiscovery(settings.DISCOVERY, world);
  const state = { draining: false };
  const readiness = { check: async () => (state.draining ? 'the service is stopping' : database.check()) };

  const prepare: Part = {
    name: 'database',
    start: () =>
      waitForDatabase(() => migrate(database.db, definition.migrations, log), {
        clock,
        random,
        log,
        waitMaxMs: settings.DATABASE_WAIT_SECONDS * 1000,
      }),
    stop: () => database.stop(),
  };
  const tools = { log, metrics, clock, random, db: database.db, databaseUrl: url, discovery, drainMs };
  const discoveryPart: Part = { name: 'discovery', stop: () => discovery?.stop() };
  const main = mainPart(definition, tools, () => healthRoutes(readiness, metrics.registry), state);
  return createLifecycle([tracingPart(settings), prepare, discoveryPart, main], (part, error) =>
    log.error({ error, part }, 'a part did not stop cleanly'),
  );
}

/** The service's own parts and its servers: made only when the database is there. */
function mainPart<T>(
  definition: ServiceDefinition<T>,
  tools: ServiceTools<T>,
  health: () => Routes,
  state: { draining: boolean },
): Part {
  const { settings } = definition;
  const { log, metrics, clock, drainMs } = tools;
  let own: ReturnType<typeof createLifecycle> | undefined;
  const start = async (): Promise<void> => {
    const { routes, grpc = [], parts = [] } = await definition.build(tools);
    const http = createHttpServer({ log, metrics, clock, ...optional('bodyMax', definition.bodyMax) });
    for (const add of [health(), ...routes]) add(http);
    const ports: Record<string, number> = {};
    own = createLifecycle(
      [
        ...parts,
        ...(grpc.length === 0 ? [] : [grpcPart(definition, grpc, tools, ports)]),
        httpPart(http, settings, tools, ports),
        registrationPart(settings, tools, ports),
        {
          name: 'announcement',
          start: () => log.info({ ports }, 'ready'),
          stop: async () => {
            state.draining = true;
            if (settings.DRAIN_DELAY_SECONDS > 0) await delay(clock, settings.DRAIN_DELAY_SECONDS * 1000);
          },
        },
      ],
      (part, error) => log.error({ error, part }, 'a part did not stop cleanly'),
    );
    await own.start();
  };
  return {
    name: 'service',
    start,
    stop: async () => {
      state.draining = true;
      const bound = clock.after(drainMs * 2 + 1000, () => log.error('draining takes too long'));
      await own?.stop();
      bound();
    },
  };
}

function httpPart<T>(
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

function grpcPart<T>(
  { settings }: ServiceDefinition<T>,
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

function registrationPart<T>(settings: Settings, { discovery }: ServiceTools<T>, ports: Record<string, number>): Part {
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

function tracingPart(settings: Settings): Part {
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

function openDiscovery(setting: string, { clock, log }: World): Discovery {
  return createFileDiscovery({
    folder: setting.slice('file:'.length),
    clock,
    onError: (error) => log.warn({ error }, 'the register failed; it is tried again'),
  });
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
