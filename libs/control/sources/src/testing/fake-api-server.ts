/** An API server of a test: lists in pages, watches with bookmarks and 410, and every way to break them by hand. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface FakeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

interface Stored extends FakeObject {
  readonly metadata: FakeObject['metadata'] & { readonly resourceVersion: string };
}

interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Stored;
}

interface OpenWatch {
  readonly collection: string;
  readonly response: ServerResponse;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What is answered instead of the list or watch. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export async function startFakeApiServer() {
  /** Collection → objects by "namespace/name". */
  const collections = new Map<string, Map<string, Stored>>();
  const history: (Change & { readonly collection: string })[] = [];
  const watches = new Set<OpenWatch>();
  const sockets = new Set<Socket>();
  const seen: SeenRequest[] = [];
  let version = 100;
  let oldest = 0;
  let answerOf: (request: SeenRequest) => Answer | 'hang' | 'break' | undefined = () => undefined;
  let waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  const moved = (): void => {
    for (const { holds, resolve } of waiting) if (holds()) resolve();
    waiting = waiting.filter(({ holds }) => !holds());
  };
  const collectionOf = (name: string): Map<string, Stored> => {
    const found = collections.get(name) ?? new Map<string, Stored>();
    collections.set(name, found);
    return found;
  };
  const send = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const line = (response: ServerResponse, type: string, object: unknown): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

  const list = (request: SeenRequest, response: ServerResponse): void => {
    const all = [...collectionOf(request.path).values()];
    const limit = Number(request.query.get('limit') ?? all.length);
    const from = Number(request.query.get('continue') ?? 0);
    const more = from + limit < all.length ? String(from + limit) : undefined;
    const metadata = { resourceVersion: String(version), ...(more === undefined ? {} : { continue: more }) };
    send(response, 200, { kind: 'ThingList', apiVersion: 'v1', metadata, items: all.slice(from, from + limit) });
  };

  const watch = (request: SeenRequest, response: ServerResponse): void => {
    const from = Number(request.query.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    if (from < oldest) {
      line(response, 'ERROR', expired);
      response.end();
      return;
    }
    for (const { collection, version: at, type, object } of history) {
      if (collection === request.path && at > from) line(response, type, object);
    }
    const open = { collection: request.path, response };
    watches.add(open);
    response.on('close', () => {
      watches.delete(open);
      moved();
    });
  };

  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://fake');
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    incoming.on('end', () => {
      const { method = '', headers } = incoming;
      const request: SeenRequest = { method, path: url.pathname, query: url.searchParams, headers, body };
      seen.push(request);
      const answer = answerOf(request);
      if (answer === 'break') incoming.socket.destroy();
      else if (answer === undefined && request.query.get('watch') === 'true') watch(request, response);
      else if (answer === undefined) list(request, response);
      else if (answer !== 'hang') send(response, answer.status, answer.body ?? { kind: 'Status', code: answer.status });
      moved();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const keyOf = ({ metadata }: FakeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  const tell = (collection: string, type: Change['type'], object: Stored): void => {
    history.push({ collection, version, type, object });
    for (const open of watches) if (open.collection === collection) line(open.response, type, object);
  };

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: (): readonly SeenRequest[] => seen,
    watching: (collection: string): number => [...watches].filter((open) => open.collection === collection).length,
    put(collection: string, object: FakeObject): void {
      version += 1;
      const stored: Stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      const known = collectionOf(collection).has(keyOf(object));
      collectionOf(collection).set(keyOf(object), stored);
      tell(collection, known ? 'MODIFIED' : 'ADDED', stored);
    },
    remove(collection: string, key: string): void {
      const stored = collectionOf(collection).get(key);
      if (stored === undefined) return;
      version += 1;
      collectionOf(collection).delete(key);
      tell(collection, 'DELETED', { ...stored, metadata: { ...stored.metadata, resourceVersion: String(version) } });
    },
    /** Moves the version of the whole server without telling anyone of a change. */
    bookmark(collection: string): void {
      version += 1;
      for (const open of watches) {
        if (open.collection === collection) {
          line(open.response, 'BOOKMARK', { kind: 'Thing', metadata: { resourceVersion: String(version) } });
        }
      }
    },
    /** Forgets all changes: a watch from before now is told 410. */
    forgetHistory(): void {
      history.length = 0;
      oldest = version;
    },
    /** To all watches of a collection, as it is. */
    write(collection: string, text: string): void {
      for (const open of watches) if (open.collection === collection) open.response.write(text);
    },
    endWatches(): void {
      for (const { response } of watches) response.end();
    },
    breakConnections(): void {
      for (const socket of sockets) socket.destroy();
    },
    /** @param answer undefined: as a healthy server would. */
    answer(answer: typeof answerOf): void {
      answerOf = answer;
    },
    /** Resolves when `holds` is true, judged after each request and each watch that ended. */
    until(holds: () => boolean): Promise<void> {
      if (holds()) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ holds, resolve }));
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export type FakeApiServer = Awaited<ReturnType<typeof startFakeApiServer>>;
