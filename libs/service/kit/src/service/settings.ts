/** What every service is told by its environment; each app adds its own in its `config.ts`. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);

/** Fields that every service has. An unknown variable is not our business. */
export const settingsFields = {
  SERVICE_VERSION: z.string().min(1).max(63).default('v1'),
  HOST: z.string().min(1).default('127.0.0.1'),
  HTTP_PORT: port,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_PASSWORD_FILE: z.string().min(1).optional(),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(100).default(10),
  DATABASE_WAIT_SECONDS: z.coerce.number().int().min(0).max(3600).default(60),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /**
   * How long it goes on serving after it said that it is not ready, so that balancers notice first: more than the period of
   * the probe times its failure threshold. Only where another instance takes over: a sole one is away for longer by it.
   */
  DRAIN_DELAY_SECONDS: z.coerce.number().min(0).max(60).default(0),
  /** How long work in progress may take to end. */
  DRAIN_SECONDS: z.coerce.number().min(0).max(600).default(10),
  /** `file:DIR`; absent where a mesh or DNS finds the callees. */
  DISCOVERY: z
    .string()
    .regex(/^file:.+$/)
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  http_proxy: z.string().optional(),
  no_proxy: z.string().optional(),
};

export const grpcServerFields = {
  GRPC_PORT: port,
  /** Absent: connections live as long as the peer wants. */
  GRPC_MAX_CONNECTION_AGE_MS: z.coerce.number().int().min(100).optional(),
};

const base = z.object(settingsFields);
export type Settings = z.infer<typeof base> & { SERVICE_NAME: string };

/** With the settings of a gRPC server, where the service has one. */
export type ServiceSettings = Settings & {
  readonly GRPC_PORT?: number;
  readonly GRPC_MAX_CONNECTION_AGE_MS?: number | undefined;
};

/** An empty variable counts as absent. @throws SettingsError that names every wrong variable, never a value. */
export function readSettings<S extends z.ZodObject>(schema: S, environment: Environment): z.output<S> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return given[name] === undefined ? `${name} is not set` : `${name} is wrong (${message})`;
  });
  throw new SettingsError(`the environment of this service is not complete: ${wrong.join('; ')}`);
}

/** For an app's `config.ts`: a wrong environment is one sentence on standard error and exit code 2. */
export function requireSettings<S extends z.ZodObject>(schema: S, environment: Environment): z.output<S> {
  try {
    return readSettings(schema, environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The URL with the password of the file, where one is named. */
export function databaseUrl({ DATABASE_URL, DATABASE_PASSWORD_FILE }: Settings): string {
  if (DATABASE_PASSWORD_FILE === undefined) return DATABASE_URL;
  const url = new URL(DATABASE_URL);
  url.password = encodeURIComponent(readFileSync(DATABASE_PASSWORD_FILE, 'utf8').trim());
  return url.href;
}
