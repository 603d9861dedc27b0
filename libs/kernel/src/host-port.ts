/** An IP address or a name with its port, as one text. */

/** "127.0.0.1:15000", "[::1]:15000", "a.test:80". @param host without brackets. */
export function formatHostPort(host: string, port: number | string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
