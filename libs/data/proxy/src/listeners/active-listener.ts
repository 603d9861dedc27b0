/** One listening socket: it outlives updates of its table, and its connections outlive it. */

import { createServer, type Server, type Socket } from 'node:net';
import type { DownstreamTls, ListenerTable } from '@weft/data-runtime';
import type { Cancel, ErrorCode } from '@weft/kernel';
import { createServerTls, type SecurePeer, type ServerTls, type TlsMaterial } from '@weft/tls';
import { connectionInfo, hostPort } from './connection-info.ts';
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
  #tls: ServerTls | undefined;
  #material: TlsMaterial | undefined;

  constructor(table: ListenerTable, options: ListenerManagerOptions) {
    this.#options = options;
    this.#refusals = createRefusalLog(options.clock, options.logger);
    this.#table = table;
    this.#bind = table.bind;
    this.#port = table.port;
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    this.#server.maxConnections = options.connectionsMax ?? listenerLimits.connectionsMax;
    this.#server.on('connection', (socket) => this.#accept(socket));
    this.#server.on('drop', () => this.#refused('upstream_overflow', 'the bound of open connections is reached'));
    this.#server.on('listening', () => this.#settle('listening', undefined));
    this.#server.on('error', (error: NodeJS.ErrnoException) => this.#listenFailed(error));
    this.#listen();
  }

  /** New connections get the new table; open ones go on with theirs, whose routes are places that follow by themselves. */
  update(table: ListenerTable): void {
    const before = this.#table;
    this.#table = table;
    if (!sameTls(before.tls, table.tls)) this.#tls = undefined;
    if (this.#state === 'failed') this.#startOver();
  }

  /** New handshakes use the new material. */
  rotate(material: TlsMaterial): void {
    if (this.#tls === undefined || material === this.#material) return;
    this.#material = material;
    this.#tls.rotate(material);
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

  /** Resolves when it listens, or when a first try has failed. */
  settled(): Promise<void> {
    if (this.#state !== 'starting') return Promise.resolve();
    return new Promise((resolve) => this.#onSettled.push(resolve));
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
    this.#server.listen({ host: this.#bind, port: this.#port, backlog: listenerLimits.backlog });
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
    const { tls } = this.#table;
    if (tls === undefined) {
      this.#hand(socket, undefined);
      return;
    }
    // Until the handshake is over nobody else listens for what goes wrong with it.
    socket.on('error', ignore);
    const secure = this.#secure(tls);
    if (secure !== undefined) {
      secure.accept(socket);
      return;
    }
    socket.destroy();
    this.#refused('identity_unavailable', 'this proxy has no certificate yet');
  }

  #secure(tls: DownstreamTls): ServerTls | undefined {
    if (this.#tls !== undefined) return this.#tls;
    const material = this.#options.material();
    if (material === undefined) return undefined;
    this.#material = material;
    this.#tls = createServerTls({
      material,
      tls,
      clock: this.#options.clock,
      onSecure: (socket, peer) => this.#hand(socket, peer),
      onRefused: (code, reason) => this.#refused(code, reason),
    });
    return this.#tls;
  }

  #refused(code: ErrorCode, reason: string): void {
    this.#options.onRefused(this.#table.name, code);
    this.#refusals.note(this.#table.name, code, reason);
  }

  #hand(socket: Socket, peer: SecurePeer | undefined): void {
    const { handler, direction } = this.#table;
    const info = connectionInfo(socket, direction, peer);
    if (handler.kind === 'http') this.#options.http.accept(socket, info, handler);
    else this.#options.tcp.accept(socket, info, handler);
  }
}

function sameTls(before: DownstreamTls | undefined, after: DownstreamTls | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return (
    before.requireClientCertificate === after.requireClientCertificate &&
    before.alpn.join() === after.alpn.join() &&
    before.allowedUriPrefixes.join() === after.allowedUriPrefixes.join()
  );
}

function ignore(): void {}
