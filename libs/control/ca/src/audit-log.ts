/** Who was given or refused what, when: one line each in the log and in a bounded file. */

import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';

/** Size at which the file becomes `certificates.1.jsonl`, whose predecessor is dropped, bytes. */
export const auditBytesMax = 8 * 1024 * 1024;
/** Lines that wait for the disk; past it they are in the log alone. */
const auditQueueMax = 10_000;

export interface AuditEntry {
  readonly event:
    | 'certificate issued'
    | 'certificate refused'
    | 'JWT issued'
    | 'JWT refused'
    | 'token created'
    | 'token revoked'
    | 'identity revoked'
    | 'identity restored'
    | 'rotation';
  /** SPIFFE URI, where it is known. */
  readonly spiffeId?: string | undefined;
  readonly serial?: string;
  readonly notAfter?: string;
  /** How the caller showed who it is: "join token", "certificate" and so on. */
  readonly by?: string | undefined;
  readonly peer?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly token?: string;
}

export interface AuditLog {
  /** Never throws, never waits. Nothing secret may be in an entry. */
  write(entry: AuditEntry): void;
  /** Resolves when all lines are on disk. */
  flush(): Promise<void>;
}

/** @param folder the state folder; the file is `audit/certificates.jsonl`, 0600. */
export async function openAuditLog(
  folder: string,
  clock: Clock,
  logger: Logger,
  bytesMax = auditBytesMax,
  queueMax = auditQueueMax,
): Promise<AuditLog> {
  const path = join(folder, 'audit', 'certificates.jsonl');
  await mkdir(join(folder, 'audit'), { recursive: true, mode: 0o700 });
  let bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  let waiting: string[] = [];
  let work: Promise<void> | undefined;
  let failing = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const text = waiting.join('');
      waiting = [];
      if (bytes > 0 && bytes + text.length > bytesMax) {
        await rename(path, join(folder, 'audit', 'certificates.1.jsonl'));
        bytes = 0;
      }
      await appendFile(path, text, { mode: 0o600 });
      bytes += Buffer.byteLength(text);
      failing = false;
    }
  };

  return {
    write(entry) {
      const refused = entry.event.endsWith('refused');
      logger[refused ? 'warn' : 'info']({ ...entry, audit: 'identity' }, entry.event);
      if (waiting.length >= queueMax) return;
      waiting.push(`${JSON.stringify({ at: new Date(clock.now()).toISOString(), ...entry })}\n`);
      work ??= drain()
        .catch((error: unknown) => {
          if (!failing) logger.error({ err: error, path }, 'the audit file cannot be written; the log has its lines');
          failing = true;
        })
        .finally(() => {
          work = undefined;
        });
    },
    async flush() {
      while (work !== undefined) await work;
    },
  };
}
