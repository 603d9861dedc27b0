/** Where a connection goes, as Node is told: a host and a port, or the path of a Unix socket. */

/** @param host an IP address or a name; a path, or "@name" in the abstract namespace, where `port` is 0. */
export function socketPlace(
  host: string,
  port: number,
): { readonly host: string; readonly port: number } | { readonly path: string } {
  return isSocketPath(host, port) ? { path: host.replace(/^@/, '\0') } : { host, port };
}

function isSocketPath(host: string, port: number): boolean {
  return port === 0 && (host.startsWith('/') || host.startsWith('@'));
}
