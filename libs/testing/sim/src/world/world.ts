/** All parties of one scenario, and its three acts: mishaps, calm, the end. */

import type { StageDeps } from '@weft/data-filters';
import type { HttpHandlerTable, Route } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { type AppParts, Http1App } from '../actors/http1-app.ts';
import { type Client, Http1Client } from '../actors/http1-client.ts';
import { Http2App } from '../actors/http2-app.ts';
import { Http2Client } from '../actors/http2-client.ts';
import { SimClock } from '../clock/sim-clock.ts';
import { SimNetwork } from '../network/sim-network.ts';
import { Ledger } from '../scenario/ledger.ts';
import { type Mishap, makeAnswer, type ScenarioPlan } from '../scenario/plan.ts';
import { makeFilters } from './filters.ts';
import { Sidecar } from './sidecar.ts';
import { createStages } from './stages.ts';
import {
  freshTls,
  makeAppCluster,
  makeListener,
  makePeer,
  makePeerCluster,
  makeTheRoute,
  ports,
  type SimEndpoint,
} from './tables.ts';

/** Faults end here; from then on all that began must come to its end. */
const calmAtMs = 2_500;
/** After the calm: over it something hangs. It covers the longest timeouts that a plan sets, one after another. */
const patienceMs = 40_000;
/** What lingers closes by itself in that time. */
const settleMs = 30_000;
/** A scenario that never ends makes turns for ever. */
const turnsMax = 400_000;

let current: { readonly clock: SimClock; readonly random: Random } | undefined;
const stages: StageDeps = createStages(
  { now: () => current?.clock.now() ?? 0, monotonic: () => current?.clock.monotonic() ?? 0 },
  () => current?.random() ?? 0,
);

export class World {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly ledger = new Ledger();
  readonly a: Sidecar;
  readonly b: Sidecar;
  readonly #plan: ScenarioPlan;
  readonly #random: Random;
  readonly #clients: Client[];
  readonly #apps: (Http1App | Http2App)[] = [];
  readonly #peers: SimEndpoint[];
  #routeA: Route;
  readonly #routeB: Route;
  #calm = false;

  constructor(plan: ScenarioPlan, random: Random) {
    this.#plan = plan;
    this.#random = random;
    this.clock = new SimClock(random);
    this.clock.lateMsMax = plan.lateMsMax;
    this.network = new SimNetwork(this.clock, random, plan.weather);
    current = { clock: this.clock, random };
    const { clock, network, ledger } = this;
    this.#peers = Array.from({ length: plan.endpoints }, (_, i) => makePeer(plan, ports.b + i));
    const peers = makePeerCluster(plan, this.#peers);
    const app = makeAppCluster(plan);
    this.#routeA = makeTheRoute(plan, peers, true);
    this.#routeB = makeTheRoute(plan, app, false);
    const shared = { clock, random, network, stages };
    const tableA: HttpHandlerTable = makeListener(
      plan,
      () => this.#routeA,
      ledger,
      'a',
      makeFilters(plan.filters.a, clock, random),
    );
    const tableB = makeListener(plan, () => this.#routeB, ledger, 'b', makeFilters(plan.filters.b, clock, random));
    this.a = new Sidecar({ ...shared, name: 'a', direction: 'outbound' }, tableA);
    this.b = new Sidecar({ ...shared, name: 'b', direction: 'inbound' }, tableB);
    this.a.clusters.add(peers);
    this.b.clusters.add(app);
    for (const peer of this.#peers) this.a.endpoints.add(peer);
    for (const endpoint of app.endpoints) this.b.endpoints.add(endpoint);
    this.a.listen(ports.a, false);
    for (const { port, tls } of this.#peers) this.b.listen(port, tls !== undefined);
    this.#listenApp();
    const parts = { clock, network, ledger, port: ports.a };
    this.#clients = plan.clients.map((client) =>
      client.http2 ? new Http2Client(client, parts) : new Http1Client(client, parts),
    );
    for (const mishap of plan.mishaps) clock.schedule(mishap.atMs, () => this.#happen(mishap));
  }

  play(): void {
    const { clock } = this;
    const done = (): boolean => this.#clients.every((client) => client.done) || clock.turns > turnsMax;
    clock.run(calmAtMs, done);
    this.#calm = true;
    this.network.calm();
    for (const client of this.#clients) client.calm();
    clock.run(calmAtMs + patienceMs, done);
    if (clock.turns > turnsMax) this.ledger.faults.push(`still busy after ${turnsMax} turns`);
    for (const request of this.ledger.requests)
      if (request.outcome === undefined) this.ledger.fault(request, 'never ended');
    this.#end();
  }

  #end(): void {
    const { clock, a, b } = this;
    const afterMs = (ms: number): void => clock.run(clock.monotonic() + ms, () => clock.turns > 2 * turnsMax);
    for (const client of this.#clients) client.close();
    afterMs(1_000);
    a.handler.drain();
    a.pools.close();
    afterMs(2_000);
    b.handler.drain();
    b.pools.close();
    for (const app of this.#apps) app.leave();
    afterMs(settleMs);
  }

  #listenApp(): void {
    const { clock, ledger } = this;
    const parts: AppParts = {
      clock,
      ledger,
      nextAnswer: () => makeAnswer(this.#random, this.#calm ? 0 : this.#plan.mischief),
    };
    this.network.listen(ports.app, {
      chooseAlpn: () => '',
      accept: (wire) => {
        const { appHttp2, window, tableStreamsMax } = this.#plan;
        this.#apps.push(appHttp2 ? new Http2App(wire, parts, window, tableStreamsMax) : new Http1App(wire, parts));
      },
    });
  }

  #happen({ kind }: Mishap): void {
    const { a, b } = this;
    switch (kind) {
      case 'cut':
        this.network.cutOne();
        return;
      case 'drain-a':
        a.handler.drain();
        return;
      case 'drain-b':
        b.handler.drain();
        return;
      case 'forget':
        for (const peer of this.#peers) a.pools.forget(peer);
        return;
      case 'other-endpoint':
      case 'new-cluster':
        this.#replacePeers();
        return;
      case 'new-tls':
        for (const peer of this.#peers) if (peer.tls !== undefined) peer.tls = freshTls();
        return;
      default:
        for (const app of this.#apps) app.leave();
    }
  }

  /** An update: other endpoints in a new cluster, as the runtime makes them. */
  #replacePeers(): void {
    const port = ports.b + 100 + this.a.endpoints.size * 2;
    const peer = makePeer(this.#plan, port);
    const cluster = makePeerCluster(this.#plan, [peer]);
    this.a.endpoints.add(peer);
    this.a.clusters.add(cluster);
    this.b.listen(port, peer.tls !== undefined);
    this.#routeA = makeTheRoute(this.#plan, cluster, true);
  }
}
