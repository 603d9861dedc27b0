/** HTTP on accepted connections: which codec and which path one takes, and the end of all of them. */

import type { Socket } from 'node:net';
import type { ConnectionInfo, HttpHandlerTable } from '@weft/data-runtime';
import { acceptWire, type FlushQueue, Sweeper, type UpstreamPools, type Wire, weftAlpn } from '@weft/data-upstream';
import type { RequestRules } from '@weft/http1';
import type { Clock, Random } from '@weft/kernel';
import type { AcceptedConnection, ClientConnection, ConnectionOwner } from './downstream/connection-owner.ts';
import { Http1Connection } from './downstream/http1/http1-connection.ts';
import { Http2ClientConnection } from './downstream/http2/http2-connection.ts';
import { PrefaceSniffer } from './downstream/preface-sniffer.ts';
import type { HttpContext } from './http-context.ts';
import type { HttpPath } from './path.ts';

export interface HttpHandlerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly pools: UpstreamPools;
  readonly flushes: FlushQueue;
  /** See `HttpContext`; absent: true. */
  readonly reasonHeader?: boolean | undefined;
  /** The composed list of a listener (`outbound.ts`, `inbound.ts`); asked once for each table and direction. */
  readonly pathOf: (table: HttpHandlerTable, direction: ConnectionInfo['direction']) => HttpPath;
}

export interface HttpHandler {
  /**
   * @param socket accepted with `pauseOnConnect` where it is plain, or secured; it is the handler's from here on.
   * @param first octets that were read of it already, all that it had.
   */
  accept(socket: Socket, info: ConnectionInfo, table: HttpHandlerTable, first?: Buffer): void;
  /** As `accept`. @param early what was read of it already; empty: nothing. */
  acceptWire(wire: Wire, info: ConnectionInfo, table: HttpHandlerTable, early: Buffer): void;
  /**
   * Closes idle connections; the others end with their answers, which say so (GOAWAY, `connection: close`); so do new ones.
   * @param spareIdle idle ones of HTTP/1 too: a client that is about to use one does not find it closed.
   */
  drain(spareIdle?: boolean): void;
  /**
   * Nobody is to be served by this table any more: HTTP/2 connections of it say GOAWAY now, those of HTTP/1 end with their next answer, and
   * idle ones after `retiredIdleMs` (Envoy's drain of a filter chain that has changed).
   */
  retire(table: HttpHandlerTable): void;
  /** Open connections. */
  connections(): number;
  /** Closes everything now. */
  close(): void;
}

/** Istio's drainDuration. */
export const retiredIdleMs = 45_000;

interface Prepared {
  readonly context: HttpContext;
  readonly rules: RequestRules;
  readonly open: Set<ClientConnection>;
  readonly owner: ConnectionOwner;
  retired: boolean;
}

export function createHttpHandler(deps: HttpHandlerDeps): HttpHandler {
  const open = new Set<ClientConnection>();
  const prepared = new WeakMap<HttpHandlerTable, Map<string, Prepared>>();
  const sweeper = new Sweeper(deps.clock);
  let draining = false;

  const prepare = (table: HttpHandlerTable, direction: ConnectionInfo['direction']): Prepared => {
    let known = prepared.get(table);
    if (known === undefined) {
      known = new Map();
      prepared.set(table, known);
    }
    const found = known.get(direction);
    if (found !== undefined) return found;
    const made = prepareTable(deps, table, direction, {
      sweeper,
      isDraining: () => draining,
      onClosed: (connection) => open.delete(connection),
    });
    known.set(direction, made);
    return made;
  };

  const acceptOne = (wire: Wire, info: ConnectionInfo, table: HttpHandlerTable): void => {
    const { context, rules, owner, open: ofTable } = prepare(table, info.direction);
    const accepted: AcceptedConnection = { owner, context, info };
    const add = <T extends ClientConnection>(connection: T): T => {
      open.add(connection);
      ofTable.add(connection);
      return connection;
    };
    const make = (http2: boolean): ClientConnection =>
      add(
        http2
          ? new Http2ClientConnection(wire, accepted, info.alpn === weftAlpn)
          : new Http1Connection(wire, accepted, rules),
      );
    const codec = codecOf(table, info);
    if (codec === 'sniff') add(new PrefaceSniffer(wire, accepted, make));
    else make(codec === 'http2');
  };

  return {
    accept(socket, info, table, first) {
      acceptOne(acceptWire(socket, true, first), info, table);
    },
    acceptWire(wire, info, table, early) {
      acceptOne(wire, info, table);
      if (early.length > 0) wire.sink.onData(early);
      wire.resume();
    },
    drain(spareIdle) {
      draining = true;
      for (const connection of [...open]) connection.drain(spareIdle);
    },
    retire(table) {
      for (const one of prepared.get(table)?.values() ?? []) retireOne(one, deps.clock);
    },
    connections: () => open.size,
    close() {
      draining = true;
      for (const connection of [...open]) connection.destroy();
    },
  };
}

function retireOne(one: Prepared, clock: Clock): void {
  if (one.retired) return;
  one.retired = true;
  for (const connection of [...one.open]) connection.drain(true);
  if (one.open.size === 0) return;
  clock.after(retiredIdleMs, () => {
    for (const connection of [...one.open]) connection.drain();
  });
}

/** What all connections of the handler have in common. */
interface Shared {
  readonly sweeper: Sweeper;
  isDraining(): boolean;
  onClosed(connection: ClientConnection): void;
}

function prepareTable(
  { clock, random, pools, flushes, reasonHeader = true, pathOf }: HttpHandlerDeps,
  table: HttpHandlerTable,
  direction: ConnectionInfo['direction'],
  { sweeper, isDraining, onClosed }: Shared,
): Prepared {
  const open = new Set<ClientConnection>();
  const made: Prepared = {
    retired: false,
    open,
    owner: {
      sweeper,
      get draining() {
        return isDraining() || made.retired;
      },
      onConnectionClosed(connection) {
        onClosed(connection);
        open.delete(connection);
      },
    },
    context: { clock, random, pools, flushes, table, path: pathOf(table, direction), reasonHeader },
    rules: { fieldsMax: table.headFieldsMax, http10: table.acceptHttp10, defaultHost: table.defaultHost },
  };
  return made;
}

function codecOf(table: HttpHandlerTable, info: ConnectionInfo): 'http1' | 'http2' | 'sniff' {
  if (info.alpn === weftAlpn) return 'http2';
  if (table.codec !== 'auto') return table.codec;
  // "h2", and Istio's "istio-h2".
  if (info.alpn === 'h2' || info.alpn === 'istio-h2') return 'http2';
  // Envoy: what the ALPN names is believed; without one the first octets tell.
  return info.alpn?.includes('http/1') === true ? 'http1' : 'sniff';
}
