/** Addresses as flags give them. Each throws UsageError for what is none. */

import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type HostPort, type IngressFlag, type ProxyOptions, socketPathBytesMax } from '@weft/data-proxy';
import { formatHostPort } from '@weft/kernel';
import { UsageError } from './usage-error.ts';

export function parseAddress(flag: string, text: string): HostPort {
  const parts = split(text);
  const host = parts?.host === 'localhost' ? '127.0.0.1' : (parts?.host ?? '');
  if (parts === undefined || isIP(host) === 0) {
    throw new UsageError(`--${flag} ${text}: give an IP address and a port, like 127.0.0.1:15001`);
  }
  return { host, port: parts.port };
}

/** The control plane may have a name: in a container network it has nothing else. */
export function parseXds(text: string): HostPort {
  const parts = split(text);
  const named = parts !== undefined && (isIP(parts.host) !== 0 || /^[A-Za-z0-9._-]{1,253}$/.test(parts.host));
  if (!named) throw new UsageError(`--xds ${text}: give a host and a port, like 127.0.0.1:15012`);
  return parts;
}

export function parseIp(flag: string, text: string): string {
  const host = text === 'localhost' ? '127.0.0.1' : text;
  if (isIP(host) === 0) throw new UsageError(`--${flag} ${text}: give an IP address, like 127.0.0.1`);
  return host;
}

/** "auto": the first IPv4 address of this machine that is not of loopback. */
export function parseOwnAddress(text: string): string {
  if (text !== 'auto') return parseIp('address', text);
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal);
    if (found !== undefined) return found.address;
  }
  throw new UsageError('--address auto: this machine has no IPv4 address besides loopback; give one');
}

/** "http=127.0.0.1:21003,127.0.0.1:21000". */
export function parseInbound(text: string): IngressFlag {
  const match = /^([a-z0-9-]{1,63})=([^,]+),([^,]+)$/.exec(text);
  if (match === null) {
    throw new UsageError(
      `--inbound ${text}: give name=BIND:PORT,APPHOST:APPPORT, like http=127.0.0.1:21003,127.0.0.1:21000`,
    );
  }
  const own = parseAddress('inbound', match[2] ?? '');
  const app = parseAddress('inbound', match[3] ?? '');
  const defaultEndpoint = formatHostPort(app.host, app.port);
  return { name: match[1] ?? '', bind: own.host, port: own.port, defaultEndpoint };
}

/** "127.0.0.1:9100/metrics". */
export function parseAppMetrics(text: string): ProxyOptions['appMetrics'] {
  const slash = text.indexOf('/');
  if (slash < 0 || !/^[!-~]+$/.test(text)) {
    throw new UsageError(`--app-metrics ${text}: give an address and a path, like 127.0.0.1:9100/metrics`);
  }
  return { at: parseAddress('app-metrics', text.slice(0, slash)), path: text.slice(slash) };
}

/** "unix:///run/spire/agent.sock", as SPIFFE_ENDPOINT_SOCKET has it. */
export function parseSocket(text: string): string {
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1];
  if (path === undefined || Buffer.byteLength(path) > socketPathBytesMax) {
    throw new UsageError(
      `--workload-api ${text}: give a socket, like unix:///run/weft/workload.sock, of up to ${socketPathBytesMax} bytes`,
    );
  }
  return path;
}

function split(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || !(port <= 65_535) ? undefined : { host, port };
}
