/** One resource of an API server, followed: a list, then a watch from where the list ended, for as long as it goes. */

import type { Cancel, Clock, Random } from '@weft/kernel';
import { type ApiAnswer, type ApiClient, type ApiFailure, failureOf } from './api/api-client.ts';
import { createBackOff } from './back-off.ts';
import { type KubernetesLimits, kubernetesLimits } from './limits.ts';
import { type KubernetesObject, listPage, type WatchEvent, watchEvent } from './object.ts';

export interface ListWatchTarget {
  /** Collections without a query, of the versions that would do, the best first: "/apis/networking.istio.io/v1/virtualservices". */
  readonly paths: readonly string[];
  readonly fieldSelector?: string;
}

export interface ListWatchHandler {
  /** Everything that is there; what is not among it is gone. */
  replace(objects: readonly KubernetesObject[]): void;
  apply(object: KubernetesObject, change: 'put' | 'removed'): void;
  /** The API server has no such resource. */
  absent(): void;
  /** After `failed`: what is known is up to date again as soon as changes come. */
  recovered(): void;
  /** It cannot be read now; what is known stays, and it is tried again. */
  failed(failure: ApiFailure): void;
}

export interface ListWatchOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly target: ListWatchTarget;
  readonly handler: ListWatchHandler;
  readonly limits?: Pick<KubernetesLimits, 'backOffMs' | 'backOffMaxMs' | 'absentMs' | 'pageSize' | 'watchSeconds'>;
}

export interface ListWatch {
  start(): void;
  /** Nothing is handed over after it resolved. */
  stop(): Promise<void>;
}

/** Where a watch goes on; nothing: the list is due again. */
type Version = string | undefined;

const gone = 410;
const notFound = 404;

export function createListWatch(options: ListWatchOptions): ListWatch {
  const { client, clock, random, target, handler, limits = kubernetesLimits } = options;
  const stopping = new AbortController();
  const backOff = createBackOff(limits.backOffMs, limits.backOffMaxMs, random);
  let wake: Cancel = () => {};
  let running: Promise<void> | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (stopping.signal.aborted) return resolve();
      const cancel = clock.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  const fail = (failure: ApiFailure): Promise<void> => {
    if (stopping.signal.aborted) return Promise.resolve();
    handler.failed(failure);
    return pause(backOff.next());
  };

  /** @returns the path that was there and the version to watch from. */
  const list = async (): Promise<{ readonly path: string; readonly version: string } | undefined> => {
    for (const path of target.paths) {
      const found = await listAll(client, path, target.fieldSelector, limits.pageSize, stopping.signal);
      if (stopping.signal.aborted) return undefined;
      if (found.ok) {
        handler.replace(found.objects);
        return { path, version: found.version };
      }
      if (found.status === notFound) continue;
      // Pages that have expired meanwhile are no failure to tell of.
      if (found.status === gone) await pause(backOff.next());
      else await fail(found);
      return undefined;
    }
    handler.absent();
    await pause(limits.absentMs * (0.5 + random()));
    return undefined;
  };

  /** Follows one watch to its end. @returns where the next goes on. */
  const watch = async (path: string, from: string): Promise<Version> => {
    let version: Version = from;
    let wrong: ApiFailure | undefined;
    const seconds = Math.round(limits.watchSeconds * (1 + random()));
    const query = queryOf({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      timeoutSeconds: String(seconds),
      fieldSelector: target.fieldSelector,
    });
    const take = (event: WatchEvent): boolean => {
      if (event.type === 'ERROR') {
        wrong = failureOf(event.code, event.status);
        return false;
      }
      backOff.reset();
      version = event.object.metadata.resourceVersion ?? version;
      if (event.type !== 'BOOKMARK') handler.apply(event.object, event.type === 'DELETED' ? 'removed' : 'put');
      return true;
    };
    const startedAt = clock.monotonic();
    const ended: ApiAnswer = await client.watch(
      path + query,
      {
        opened: () => handler.recovered(),
        line(line) {
          if (stopping.signal.aborted) return false;
          const event = watchEvent(line);
          if (event !== undefined) return take(event);
          wrong = { ok: false, status: 0, reason: '', message: 'an event of the watch is not readable' };
          version = undefined;
          return false;
        },
      },
      stopping.signal,
    );
    if (stopping.signal.aborted) return undefined;
    const lastedMs = clock.monotonic() - startedAt;
    if (lastedMs >= limits.backOffMaxMs) backOff.reset();
    const failure = wrong ?? (ended.ok ? undefined : ended);
    const relist = failure?.status === gone || failure?.status === notFound;
    if (failure !== undefined && !relist) await fail(failure);
    // One that ends at once, again and again, is no better than a failure.
    else if (lastedMs < limits.backOffMs) await pause(backOff.next());
    return relist ? undefined : version;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const listed = await list();
      let version: Version = listed?.version;
      while (listed !== undefined && version !== undefined && !stopping.signal.aborted) {
        version = await watch(listed.path, version);
      }
    }
  };

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}

type Listed =
  | { readonly ok: true; readonly objects: readonly KubernetesObject[]; readonly version: string }
  | ApiFailure;

async function listAll(
  client: ApiClient,
  path: string,
  fieldSelector: string | undefined,
  pageSize: number,
  signal: AbortSignal,
): Promise<Listed> {
  const objects: KubernetesObject[] = [];
  let token: string | undefined;
  for (;;) {
    const query = queryOf({ limit: String(pageSize), continue: token, fieldSelector });
    const answer = await client.request({ method: 'GET', path: path + query }, signal);
    if (!answer.ok) return answer;
    const page = listPage(answer.body);
    if (page === undefined) return { ok: false, status: 0, reason: '', message: `${path} does not answer with a list` };
    // No spread: a page may be larger than the stack.
    for (const object of page.objects) objects.push(object);
    if (page.more === undefined) return { ok: true, objects, version: page.version };
    token = page.more;
  }
}

function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return `?${query}`;
}
