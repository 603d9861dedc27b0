/** A request, or a connection, as matchers see it. */

export interface AskedRequest {
  /** Upper case. */
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** As the client writes it, with the port where it does. */
  readonly authority: string;
  /** Without query. */
  readonly path: string;
  /** Without "?". */
  readonly query: string;
  /** Names in lower case; several values of one name are joined by ",". */
  readonly headers: ReadonlyMap<string, string>;
}

/** What the server's side knows besides. */
export interface AskedCall extends AskedRequest {
  /** Of the certificate; empty: none. */
  readonly principal: string;
  /** Port of the workload. */
  readonly port: number;
  /** Of the connection; empty: not known, and then no block of addresses holds it. */
  readonly sourceAddress: string;
  /** Payload of the verified token; absent: none. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The request's value for a header's name, pseudo headers among them. */
export function headerOf(request: AskedRequest, name: string): string | undefined {
  switch (name.toLowerCase()) {
    case ':method':
      return request.method;
    case ':authority':
    case 'host':
      return request.authority;
    case ':scheme':
      return request.scheme;
    case ':path':
      return request.query === '' ? request.path : `${request.path}?${request.query}`;
    default:
      return request.headers.get(name.toLowerCase());
  }
}

/**
 * @param headers "name:value".
 * @returns nothing for what is no URL.
 */
export function askedRequest(method: string, url: string, headers: readonly string[]): AskedRequest | undefined {
  const full = url.includes('://') ? url : `http://${url}`;
  if (!URL.canParse(full)) return undefined;
  const { host, pathname, search, port } = new URL(full);
  const fields = new Map<string, string>();
  for (const header of headers) {
    const colon = header.indexOf(':', 1);
    const name = header.slice(0, colon).trim().toLowerCase();
    const value = header.slice(colon + 1).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before},${value}`);
  }
  const scheme = full.startsWith('https:') ? 'https' : 'http';
  const connect = method.toUpperCase() === 'CONNECT';
  // A tunnel's target always names its port, which URL drops where it is the scheme's own.
  const authority = connect && port === '' ? `${host}:${scheme === 'https' ? 443 : 80}` : host;
  return {
    method: method.toUpperCase(),
    scheme,
    authority: fields.get('host')?.toLowerCase() ?? authority,
    path: connect ? '' : pathname,
    query: connect ? '' : search.slice(1),
    headers: fields,
  };
}
