/** What the command line takes from its environment, and where it looks by default. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CliConfig {
  /** Folder of the repository that this program was built in; nothing in an image. */
  readonly root: string | undefined;
  /** Run folder. */
  readonly dir: string;
  /** Address of the operator API. */
  readonly api: string;
  /** File with the operator's token; the run folder's where absent. */
  readonly tokenFile: string | undefined;
  /** Address of a sidecar's admin port that every command uses; found through the control plane where absent. */
  readonly admin: string | undefined;
  readonly colour: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const defaultApi = '127.0.0.1:15080';

/** Variables: WEFT_DIR, WEFT_API, WEFT_TOKEN_FILE, WEFT_ADMIN, NO_COLOR, FORCE_COLOR. */
export function readConfig(): CliConfig {
  const { env } = process;
  const root = findRoot();
  return {
    root,
    dir: resolve(set(env['WEFT_DIR']) ?? join(root ?? process.cwd(), '.weft')),
    api: set(env['WEFT_API']) ?? defaultApi,
    tokenFile: set(env['WEFT_TOKEN_FILE']),
    admin: set(env['WEFT_ADMIN']),
    colour: usesColour(env),
    env,
  };
}

/** An empty variable counts as absent. */
function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** https://no-color.org: present and not empty switches colours off. */
function usesColour(env: NodeJS.ProcessEnv): boolean {
  if (set(env['NO_COLOR']) !== undefined) return false;
  if (set(env['FORCE_COLOR']) !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return process.stdout.isTTY === true && env['TERM'] !== 'dumb';
}

/** From `apps/cli/dist/main.js`, or `apps/cli/src/config.ts` in tests. */
function findRoot(): string | undefined {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  return existsSync(join(root, 'apps', 'cli')) ? resolve(root) : undefined;
}
