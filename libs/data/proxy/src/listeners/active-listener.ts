/** One listening socket: it outlives updates of its table, and its connections outlive it. */

import { createServer, type Server, type Socket } from 'node:net';
import type { ConnectionInfo, FilterChainTable, ListenerTable } from '@weft/data-runtime';
import type { Cancel, ErrorCode } from '@weft/kernel';
import { originalDestination } from '@weft/sockets';
import { logConnection } from '../tcp/connection-record.ts';
import { type AcceptanceDeps, acceptConnection, type Refusal } from './accept/acceptance.ts';
import { type ChainServers, createChainServers } from './accept/chain-servers.ts';
import { hostPort } from './connection-info.ts';
import { listenerLimits } from './limits.ts';
import { describeListenError } from './listen-error.ts';
import type { ListenerManagerOptions, ListenerState } from './listener-manager-options.ts';
import { createRefusalLog, type RefusalLog } from './refusal-log.ts';

export class ActiveListener {
  readonly #options: ListenerManagerOptions;
  readonly #bind: string;
  readonly #port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #refusals: RefusalLog;
  #table: ListenerTable;
  #state: ListenerState['state'] = 'starting';
  #error: string | undefined;
  #tries = 0;
  #cancelRetry: Cancel = () => {};
  #onSettled: (() => void)[] = [];
  readonly #acceptance: AcceptanceDeps;
  /** Its chains as they are now. */
  servers: ChainServers;

  constructor(table: ListenerTable, options: ListenerManagerOptions) {
    this.#options = options;
    this.#refusals = createRefusalLog(options.clock, options.logger);
    this.#table = table;
    this.#bind = table.bind;
    this.#port = table.port;
    this.servers = this.#makeServers(table);
    this.#acceptance = {
      clock: options.clock,
      servers: () => this.servers,
      listenerOf: options.listenerOf,
      originalDestination: options.originalDestination ?? originalDestination,
      hand: (socket, info, chain, first) => this.#hand(socket, info, chain, first),
      refused: (refusal, refusing, info, chain) => this.#log(refusal, refusing, info, chain),
    };
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    this.#server.maxConnections = connectionsMaxOf(table, options);
    this.#server.on('connection', (socket) => this.#accept(socket));
    this.#server.on('drop', () => this.#refused('upstream_overflow', 'the bound of open connections is reached'));
    this.#server.on('listening', () => this.#settle('listening', undefined));
    this.#server.on('error', (error: NodeJS.ErrnoException) => this.#listenFailed(error));
    this.#listen();
  }

  /**
   * New connections get the new table. Open ones of chains that did not change go on, those of chains that did end politely: what they were
   * accepted by (who may call, what is asked) holds no more. Routes are places that follow by themselves.
   */
  update(table: ListenerTable): void {
    if (table === this.#table) return;
    const stays = new Set(handlersOf(table));
    for (const handler of handlersOf(this.#table)) if (!stays.has(handler)) this.#retire(handler);
    this.#table = table;
    this.servers = this.#makeServers(table);
    this.#server.maxConnections = connectionsMaxOf(table, this.#options);
    if (this.#state === 'failed') this.#startOver();
  }

  state(): ListenerState {
    const address = this.#server.address();
    return {
      name: this.#table.name,
      address: hostPort(this.#bind, typeof address === 'object' && address !== null ? address.port : this.#port),
      state: this.#state,
      error: this.#error,
      connections: this.#sockets.size,
      from: this.#table.from,
    };
  }

  /** Nothing where it does not listen. */
  socket(): Server | undefined {
    return this.#server.listening ? this.#server : undefined;
  }

  /** Resolves when it listens, or when a first try has failed. */
  settled(): Promise<void> {
    if (this.#state !== 'starting') return Promise.resolve();
    return new Promise((resolve) => this.#onSettled.push(resolve));
  }

  /** It is gone from the configuration: takes no more connections, open ones end politely. */
  leave(): void {
    for (const handler of handlersOf(this.#table)) this.#retire(handler);
    this.stopListening();
  }

  /** Takes no more connections; open ones live on. */
  stopListening(): void {
    this.#cancelRetry();
    this.#settle('closed', this.#error);
    this.#server.close();
  }

  /** Closes the connections too. */
  destroy(): void {
    this.stopListening();
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(): void {
    if (!this.#table.bindToPort) {
      this.#settle('listening', undefined);
      return;
    }
    const { backlog } = listenerLimits;
    const { listen } = this.#options;
    try {
      if (listen === undefined) this.#server.listen({ host: this.#bind, port: this.#port, backlog });
      else listen(this.#server, this.#bind, this.#port, backlog);
    } catch (error) {
      this.#listenFailed(error as NodeJS.ErrnoException);
    }
  }

  #startOver(): void {
    this.#tries = 0;
    this.#state = 'retrying';
    this.#listen();
  }

  #listenFailed(error: NodeJS.ErrnoException): void {
    if (this.#state === 'closed' || this.#state === 'listening') return;
    this.#tries += 1;
    const reason = describeListenError(error, hostPort(this.#bind, this.#port));
    const last = this.#tries > (this.#options.retriesMax ?? listenerLimits.retriesMax);
    if (this.#tries === 1 || last) {
      this.#options.logger.error({ listener: this.#table.name, tries: this.#tries }, reason);
    }
    this.#settle(last ? 'failed' : 'retrying', reason);
    if (!last) this.#cancelRetry = this.#options.clock.after(listenerLimits.retryMs, () => this.#listen());
  }

  #settle(state: ListenerState['state'], error: string | undefined): void {
    this.#state = state;
    this.#error = error;
    for (const resolve of this.#onSettled.splice(0)) resolve();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    acceptConnection(socket, this.#acceptance);
  }

  #makeServers(table: ListenerTable): ChainServers {
    const { clock, secrets } = this.#options;
    return createChainServers(table, { clock, secrets }, this.servers);
  }

  #log(refusal: Refusal, table: ListenerTable, info: ConnectionInfo, chain: FilterChainTable | undefined): void {
    this.#refused(refusal.code, refusal.reason);
    const { logs, clock } = this.#options;
    if (logs === undefined) return;
    const denied = refusal.code === 'connection_denied';
    const handler = denied && chain?.handler.kind === 'tcp' ? chain.handler : undefined;
    // Where it would have gone: of weighted clusters the first stands for all.
    const target = handler === undefined ? undefined : (handler.bySni?.(info.sni ?? '') ?? handler.targets[0]);
    logConnection(logs, (handler ?? table).accessLogs, {
      info,
      startedAtMs: clock.now(),
      startedMonotonicMs: clock.monotonic(),
      durationMs: 0,
      flag: refusal.flag,
      bytesReceived: 0,
      bytesSent: 0,
      target,
      cluster: target?.cluster.current,
      endpoint: undefined,
      upstreamLocalAddress: '',
      upstreamPeerUri: undefined,
      transportFailure: '',
      details: denied ? '' : refusal.details,
      termination: denied ? refusal.details : '',
      reason: refusal.reason,
      attempts: 0,
    });
  }

  #refused(code: ErrorCode, reason: string): void {
    this.#options.onRefused(this.#table.name, code);
    this.#refusals.note(this.#table.name, code, reason);
  }

  #retire(handler: FilterChainTable['handler']): void {
    if (handler.kind === 'http') this.#options.http.retire(handler);
  }

  #hand(socket: Socket, info: ConnectionInfo, { handler }: FilterChainTable, first: Buffer | undefined): void {
    if (handler.kind === 'http') this.#options.http.accept(socket, info, handler, first);
    else this.#options.tcp.accept(socket, info, handler, first);
  }
}

function handlersOf({ chains, defaultChain }: ListenerTable): readonly FilterChainTable['handler'][] {
  return [...chains, ...(defaultChain === undefined ? [] : [defaultChain])].map(({ handler }) => handler);
}

function connectionsMaxOf(table: ListenerTable, options: ListenerManagerOptions): number {
  const most = options.connectionsMax ?? listenerLimits.connectionsMax;
  return table.connectionsMax > 0 ? Math.min(table.connectionsMax, most) : most;
}
