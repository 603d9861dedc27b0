/** What an API server sends, as far as its envelope goes: objects, pages of lists, events of watches. */

/** An object with its name; what it means is the model's business. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface ListPage {
  readonly objects: readonly KubernetesObject[];
  /** Of the whole list. */
  readonly version: string;
  /** Asks for the next page; nothing at the last. */
  readonly more: string | undefined;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubernetesObject }
  | { readonly type: 'ERROR'; readonly code: number; readonly status: unknown };

/** Undefined for what is no list. Items carry no kind of their own: that of the list stands for it. */
export function listPage(body: unknown): ListPage | undefined {
  if (!isObject(body) || !Array.isArray(body['items']) || !isObject(body['metadata'])) return undefined;
  const { resourceVersion, continue: more } = body['metadata'];
  if (typeof resourceVersion !== 'string') return undefined;
  const kind = typeof body['kind'] === 'string' ? body['kind'].replace(/List$/, '') : undefined;
  const objects = body['items'].flatMap((item: unknown) =>
    isKubernetesObject(item) ? [{ apiVersion: body['apiVersion'], kind, ...item } as KubernetesObject] : [],
  );
  return { objects, version: resourceVersion, more: typeof more === 'string' && more !== '' ? more : undefined };
}

/** Undefined for a line that is no event. */
export function watchEvent(line: string): WatchEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { type, object } = value;
  if (type === 'ERROR') {
    return {
      type,
      code: isObject(object) && typeof object['code'] === 'number' ? object['code'] : 500,
      status: object,
    };
  }
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED' && type !== 'BOOKMARK') return undefined;
  return isKubernetesObject(object) ? { type, object } : undefined;
}

/** The object without what the mesh never reads and the API server keeps in bulk. */
export function withoutBulk(object: KubernetesObject): KubernetesObject {
  const { managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return isObject(value) && isObject(value['metadata']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
