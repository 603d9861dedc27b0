/** The client's trusted address, x-forwarded-*, and which x-envoy-* headers are believed: Envoy's ConnectionManagerUtility. */

import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  withoutPortOf as addressOf,
  compileCidrTextTest,
  type Exchange,
  type HttpFilter,
  type HttpHandlerTable,
  removeField,
  setField,
} from '@weft/data-runtime';
import { formatHostPort } from '@weft/kernel';
import { removeUntrusted } from './untrusted.ts';

const forwardedFor = 'x-forwarded-for';
const forwardedProto = 'x-forwarded-proto';

/** What one pass over the fields of a request found. */
const seen = { xff: false, proto: '', envoy: false };

/**
 * HttpConnectionManager.use_remote_address, xff_num_trusted_hops, skip_xff_append and internal_address_config. Sets `downstreamAddress` and
 * `scheme`. Without internal ranges no address is internal.
 * @param ownAddress of this host, said instead of a loopback client's.
 */
export function createForwarded(
  table: Pick<HttpHandlerTable, 'address'> & Partial<Pick<HttpHandlerTable, 'routes' | 'appendForwardedPort'>>,
  ownAddress: string = hostAddress(),
): HttpFilter {
  const { useRemoteAddress, trustedHops, skipXffAppend, internalRanges } = table.address;
  const isInternalAddress =
    internalRanges.length === 0 ? () => false : compileCidrTextTest(internalRanges, 'internal_address_config');
  return {
    name: 'forwarded',
    onRequest(exchange) {
      const { connection, request } = exchange;
      const { fields } = request;
      look(fields);
      const { xff, envoy } = seen;
      let { proto } = seen;
      const connectionScheme = connection.tls ? 'https' : 'http';
      const text = xff ? (request.header(forwardedFor) ?? '') : '';
      let single: boolean;
      if (useRemoteAddress) {
        single = !xff;
        exchange.downstreamAddress = connection.remoteAddress;
        if (trustedHops > 0 && xff) trust(exchange, addressFromEnd(text, trustedHops - 1));
        if (!skipXffAppend) append(fields, text, addressOf(connection.remoteAddress), ownAddress);
        if (table.appendForwardedPort === true) addPort(fields, connection.localAddress, trustedHops === 0);
        if (trustedHops === 0 || proto === '') {
          if (proto === '') fields.push(forwardedProto, connectionScheme);
          else setField(fields, forwardedProto, connectionScheme);
          proto = connectionScheme;
        }
      } else {
        exchange.downstreamAddress = connection.remoteAddress;
        single = xff && trust(exchange, addressFromEnd(text, trustedHops)) && !text.includes(',');
        if (proto === '') {
          proto = connectionScheme;
          fields.push(forwardedProto, proto);
        }
      }
      exchange.scheme = request.scheme !== '' ? request.scheme : schemeOf(proto, connectionScheme);
      const internal = single && isInternalAddress(addressOf(exchange.downstreamAddress));
      if (!internal) {
        if (envoy) removeUntrusted(fields, useRemoteAddress);
        const own = table.routes?.current?.internalOnlyHeaders;
        if (own !== undefined && own.length > 0) for (const name of own) removeField(fields, name);
      }
      if (internal) setField(fields, 'x-envoy-internal', 'true');
      else if (useRemoteAddress) {
        setField(fields, 'x-envoy-external-address', addressOf(exchange.downstreamAddress));
      }
      return true;
    },
  };
}

function look(fields: readonly string[]): void {
  seen.xff = false;
  seen.proto = '';
  seen.envoy = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.charCodeAt(0) !== 120 || name.charCodeAt(1) !== 45) continue;
    if (name.length === 15 && name === forwardedFor) seen.xff = true;
    else if (name.length === 17 && name === forwardedProto) {
      if (seen.proto === '') seen.proto = fields[i + 1] as string;
    } else if (!seen.envoy && name.startsWith('x-envoy-')) seen.envoy = true;
  }
}

/** An address that was said carries no port. @returns whether there is one. */
function trust(exchange: Exchange, address: string): boolean {
  if (address === '') return false;
  exchange.downstreamAddress = formatHostPort(address, 0);
  return true;
}

/** The address `skip` places before the last one; empty: there is none, or it is not an address. */
function addressFromEnd(text: string, skip: number): string {
  let end = text.length;
  for (let i = 0; i < skip; i += 1) {
    end = text.lastIndexOf(',', end - 1);
    if (end < 1) return '';
  }
  const found = text.slice(text.lastIndexOf(',', end - 1) + 1, end).trim();
  return isIP(found) === 0 ? '' : found;
}

function append(fields: string[], known: string, address: string, ownAddress: string): void {
  const last = address === '127.0.0.1' || address === '::1' ? ownAddress : address;
  if (known !== '') setField(fields, forwardedFor, `${known},${last}`);
  else {
    removeField(fields, forwardedFor);
    fields.push(forwardedFor, last);
  }
}

/** The port that the client came to. @param overwrite no one before this proxy is trusted to say it. */
function addPort(fields: string[], localAddress: string, overwrite: boolean): void {
  const port = localAddress.slice(localAddress.lastIndexOf(':') + 1);
  const said = fields.some((name, i) => i % 2 === 0 && name === 'x-forwarded-port');
  if (!said) fields.push('x-forwarded-port', port);
  else if (overwrite) setField(fields, 'x-forwarded-port', port);
}

function schemeOf(proto: string, connectionScheme: string): string {
  if (proto === 'http' || proto === 'https') return proto;
  const lower = proto.toLowerCase();
  return lower === 'http' || lower === 'https' ? lower : connectionScheme;
}

/** The first address of this host that is not loopback, IPv4 before others. */
function hostAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = all.find((one) => !one.internal && one.family === 'IPv4') ?? all.find((one) => !one.internal);
  return found?.address ?? '127.0.0.1';
}
