/** What every command works with: configuration after the global flags, output, and the way to the running mesh. */

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  createOperatorClient,
  createSidecarAdmin,
  type OperatorClient,
  type SidecarAdmin,
} from '@weft/operator-admin-client';
import type { CliConfig } from './config.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { createOutput, type Format, type Output, toFormat } from './output/output.ts';

export interface GlobalFlags {
  readonly dir?: string;
  readonly api?: string;
  readonly admin?: string;
  readonly output?: string;
}

export interface Context {
  readonly config: CliConfig;
  readonly output: Output;
  readonly format: Format;
  operator(): OperatorClient;
  sidecar(address: string): SidecarAdmin;
}

/** @throws CliFailure (usage) */
export function createContext(base: CliConfig, flags: GlobalFlags): Context {
  const config: CliConfig = {
    ...base,
    ...(flags.dir === undefined ? {} : { dir: resolve(flags.dir) }),
    ...(flags.api === undefined ? {} : { api: flags.api }),
    ...(flags.admin === undefined ? {} : { admin: flags.admin }),
  };
  return {
    config,
    output: createOutput(config),
    format: toFormat(flags.output),
    operator: () => createOperatorClient({ baseUrl: baseUrlOf(config.api), token: () => readToken(config) }),
    sidecar: (address) => createSidecarAdmin({ address: address.replace(/^http:\/\//, '').replace(/\/$/, '') }),
  };
}

function baseUrlOf(api: string): string {
  const url = api.includes('://') ? api : `http://${api}`;
  if (URL.canParse(url)) return url.replace(/\/$/, '');
  throw new CliFailure(exitCodes.usage, `"${api}" is not an address; write host:port, as in --api 127.0.0.1:15080`);
}

async function readToken(config: CliConfig): Promise<string> {
  const path = config.tokenFile ?? join(config.dir, 'control-plane', 'operator-token');
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EACCES') {
      throw new CliFailure(
        exitCodes.failed,
        `no permission to read the operator token ${path}; use the account that started the mesh`,
        [],
        cause,
      );
    }
    throw new CliFailure(
      exitCodes.unreachable,
      `the mesh is not running: there is no operator token at ${path}; start it with \`npm start\`, or name its run folder with --dir`,
      [],
      cause,
    );
  }
}
