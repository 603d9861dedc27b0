/** One service from its settings to its end: what starts, in which order, and what stops. */

import { format } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import {
  type Clock,
  createLifecycle,
  delay,
  type Part,
  type Random,
  stopOnSignal,
  systemClock,
  systemRandom,
} from '@weft/kernel';
import { createFileDiscovery, type Discovery } from '@weft/service-discovery';
import { openDatabase, waitForDatabase } from '../db/database.ts';
import { type Migrations, migrate } from '../db/migrate.ts';
import type { GrpcService } from '../grpc/server.ts';
import { healthRoutes } from '../http/health.ts';
import { createHttpServer, type Routes } from '../http/server.ts';
import { createLogger, type Logger } from '../observe/logger.ts';
import { createMetrics } from '../observe/metrics.ts';
import { grpcPart, httpPart, registrationPart, tracingPart } from './parts.ts';
import { databaseUrl, type ServiceSettings } from './settings.ts';
import type { ServiceTools } from './tools.ts';

/** What a service is made of. */
export interface ServiceParts {
  readonly routes: readonly Routes[];
  readonly grpc?: readonly GrpcService[];
  /** Started before the servers listen, stopped after they have drained. */
  readonly parts?: readonly Part[];
}

export interface ServiceDefinition<T> {
  readonly settings: ServiceSettings;
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
  captureOutput(log);
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

/** What Node and grpc-js would print as plain text, between the lines of JSON. */
function captureOutput(log: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ error: warning }, 'a warning of the runtime'));
  process.on('uncaughtException', (error) => {
    log.fatal({ error }, 'an unexpected failure; the process ends');
    process.exit(1);
  });
  const write = (...parts: unknown[]): void => log.warn({ said: format(...parts) }, 'gRPC says');
  grpc.setLogger({ error: write, info: write, debug: write });
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
        ...(grpc.length === 0 ? [] : [grpcPart(settings, grpc, tools, ports)]),
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
