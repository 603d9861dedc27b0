/** Keeps a join token and the root certificate in files for each WorkloadGroup, where sidecars on this machine find them. */

import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cancel, Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { type JoinTokens, joinTokenLifeMs, type WorkloadIdentity } from './join-tokens.ts';
import { ensurePrivateFolder, writePrivateFile } from './private-files.ts';

export interface TokenWriterOptions {
  readonly folder: string;
  readonly tokens: JoinTokens;
  /** PEM, read for each writing: all roots that are trusted. */
  readonly rootsPem: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface TokenWriter {
  /** Sets the groups that are to have a token; resolves when the files are written. Errors are logged, never thrown. */
  setGroups(groups: readonly WorkloadIdentity[]): Promise<void>;
  /** The roots have changed: all files are written anew. */
  rootsChanged(): void;
  stop(): void;
}

/** A name that is one folder and nothing else. */
const safeName = /^[a-z0-9][a-z0-9.-]{0,250}$/;

export function createTokenWriter(options: TokenWriterOptions): TokenWriter {
  const { tokens, clock, logger } = options;
  let written = new Map<string, WorkloadIdentity>();
  let work: Promise<void> = Promise.resolve();
  const cancel: Cancel = clock.every(joinTokenLifeMs / 2, () => {
    work = work.then(() => writeAll([...written.values()]));
  });

  const writeAll = async (groups: readonly WorkloadIdentity[]): Promise<void> => {
    for (const identity of groups) {
      try {
        await write(identity);
      } catch (error) {
        logger.error({ group: identity.group, err: error }, 'the join token of a workload group could not be written');
      }
    }
  };

  const folderOf = (group: string): string | undefined => {
    const name = group.replace('/', '.');
    return safeName.test(name) ? join(options.folder, name) : undefined;
  };

  const write = async (identity: WorkloadIdentity): Promise<void> => {
    const folder = folderOf(identity.group);
    if (folder === undefined) throw new Error(`${identity.group} cannot be the name of a folder`);
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    await ensurePrivateFolder(folder);
    await writePrivateFile(join(folder, 'root-cert.pem'), options.rootsPem());
    // Last: who finds a token finds the root.
    await writePrivateFile(join(folder, 'token'), `${await tokens.issueJoinToken(identity)}\n`);
  };

  const remove = async (group: string): Promise<void> => {
    const folder = folderOf(group);
    if (folder === undefined) return;
    await rm(join(folder, 'token'), { force: true });
    await rm(join(folder, 'root-cert.pem'), { force: true });
    // It stays where somebody put more into it.
    await rmdir(folder).catch(() => {});
  };

  const change = async (groups: readonly WorkloadIdentity[]): Promise<void> => {
    const next = new Map(groups.map((identity) => [identity.group, identity]));
    const before = written;
    written = next;
    const fresh = groups.filter((identity) => before.get(identity.group)?.serviceAccount !== identity.serviceAccount);
    await writeAll(fresh);
    for (const group of before.keys()) {
      if (next.has(group)) continue;
      await remove(group).catch((error: unknown) =>
        logger.error({ group, err: error }, 'the join token of a group that is gone could not be removed'),
      );
    }
  };

  return {
    setGroups(groups) {
      work = work.then(() => change(groups));
      return work;
    },
    rootsChanged() {
      work = work.then(() => writeAll([...written.values()]));
    },
    stop: cancel,
  };
}
