/** What an attempt is told to send, and what it asks the pools for: one object each for an exchange, written anew for each request. */

import type { Cluster } from '@weft/data-runtime';
import type { AcquireOptions, OutgoingHead } from '@weft/data-upstream';
import type { HttpProtocol } from '@weft/http';
import type { HttpExchange } from '../exchange.ts';
import { proxyHeaderFor } from '../proxy-header.ts';

const noFields: string[] = [];

export class OutgoingRequest implements OutgoingHead {
  method = '';
  scheme = 'http';
  authority = '';
  target = '';
  fields: string[] = noFields;
  chunked = false;
  upgrade = '';
  /** A CONNECT that the endpoint answers. */
  connect = false;
  upgradeWord = 'upgrade';
  introduction = '';

  /** What the stages made of the request. */
  take(exchange: HttpExchange): void {
    const { request } = exchange;
    this.connect = forwardsConnect(exchange);
    this.method = exchange.method;
    this.scheme = exchange.scheme;
    this.authority = exchange.authority;
    this.target = exchange.hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path;
    this.fields = request.fields;
    if (this.connect) this.target = exchange.authority;
    this.chunked = request.framing === 'chunked' && request.upgrade === '' && !this.connect;
    this.upgrade = request.upgrade;
    this.upgradeWord = request.upgradeConnection || 'upgrade';
    this.introduction = exchange.introduction;
    if (exchange.requestTransform !== undefined && request.framing === 'length') {
      remove(request.fields, 'content-length');
      this.chunked = true;
    }
    if (request.expectContinue && exchange.context.table.proxy100Continue)
      request.fields.push('expect', '100-continue');
  }

  /** HTTP/1 servers want to be told that a POST has no body. */
  sayLength(protocol: HttpProtocol): void {
    if (protocol === 'HTTP/2' || this.chunked || this.upgrade !== '') return;
    if (this.method === 'GET' || this.method === 'HEAD' || this.method === 'DELETE' || this.method === 'TRACE') return;
    for (let i = 0; i < this.fields.length; i += 2) if (this.fields[i] === 'content-length') return;
    this.fields.push('content-length', '0');
  }
}

export class AcquireRequest implements AcquireOptions {
  protocol: HttpProtocol = 'HTTP/1.1';
  priority: 'default' | 'high' = 'default';
  exclusive = false;
  authority = '';
  proxyHeader: Buffer | undefined;

  take(exchange: HttpExchange, cluster: Cluster): void {
    const { request, route } = exchange;
    this.protocol = request.protocol === 'HTTP/2' ? 'HTTP/2' : 'HTTP/1.1';
    this.priority = route?.action.kind === 'forward' ? route.action.priority : 'default';
    this.authority = exchange.authority;
    this.proxyHeader = proxyHeaderFor(cluster, exchange.connection);
    const { http } = cluster;
    const oldOnes = http.protocol !== 'http2' && !(http.protocol === 'downstream' && this.protocol === 'HTTP/2');
    const connect = forwardsConnect(exchange);
    this.exclusive = (request.method === 'CONNECT' && !connect) || ((request.upgrade !== '' || connect) && oldOnes);
  }
}

function forwardsConnect({ method, route }: HttpExchange): boolean {
  return method === 'CONNECT' && route?.action.kind === 'forward' && route.action.forwardConnect === true;
}

/** Takes out all fields of a name. */
export function remove(fields: string[], name: string): void {
  for (let i = fields.length - 2; i >= 0; i -= 2) if (fields[i] === name) fields.splice(i, 2);
}

/** Makes a name have one value. */
export function set(fields: string[], name: string, value: string): void {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== name) continue;
    fields[i + 1] = value;
    return;
  }
  fields.push(name, value);
}
