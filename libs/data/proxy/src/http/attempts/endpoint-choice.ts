/** From a cluster to one endpoint: plainly where nothing of the request matters, else with what the balancer may depend on. */

import type { Endpoint, PickContext } from '@weft/data-runtime';
import { describeProvenance } from '@weft/kernel';
import type { HttpExchange } from '../exchange.ts';

const none: Endpoint[] = [];
const noPriorities: readonly number[] = [];

export class EndpointChoice implements PickContext {
  hash: number | undefined;
  avoid: Endpoint[] = none;
  avoidTries = 0;
  avoidPriorities: readonly number[] = noPriorities;
  subset: Readonly<Record<string, string>> | undefined;
  overrideHost: string | undefined;
  /** Of the attempts that previous_priorities counts. */
  #triedPriorities: number[] = [];
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  begin(): void {
    this.hash = undefined;
    this.avoid = none;
    this.avoidTries = 0;
    this.avoidPriorities = noPriorities;
    if (this.#triedPriorities.length > 0) this.#triedPriorities = [];
    this.subset = undefined;
    this.overrideHost = undefined;
  }

  /** An attempt at the endpoint failed. */
  tried(endpoint: Endpoint): void {
    const action = this.#exchange.route?.action;
    if (action?.kind !== 'forward' || action.retry === undefined) return;
    if (action.retry.previousPrioritiesEvery > 0)
      this.#triedAt(endpoint.priority, action.retry.previousPrioritiesEvery);
    if (!action.retry.avoidPrevious) return;
    this.avoidTries = action.retry.avoidTries;
    if (this.avoid === none) this.avoid = [endpoint];
    else if (!this.avoid.includes(endpoint)) this.avoid.push(endpoint);
  }

  /** update_frequency: after so many attempts their levels are left out. */
  #triedAt(priority: number, every: number): void {
    const tried = this.#triedPriorities;
    tried.push(priority);
    if (tried.length % every === 0) this.avoidPriorities = [...new Set(tried)].sort((a, b) => a - b);
  }

  /** Sets `exchange.endpoint`. @returns false: there is none, and the exchange was ended. */
  pick(): boolean {
    const exchange = this.#exchange;
    const { cluster, route, target } = exchange;
    if (cluster === undefined) return false;
    const action = route?.action;
    let endpoint: Endpoint | undefined;
    if (cluster.originalDestination !== undefined) {
      // Only the address that a client wanted: this proxy's own would be a circle.
      const { restored, localAddress } = exchange.connection;
      endpoint = restored === false ? undefined : cluster.originalDestination(localAddress);
    } else {
      if (action?.kind === 'forward') {
        this.subset = target?.subset ?? action.subset;
        if (action.hash !== undefined) this.hash = action.hash(exchange);
      }
      const override = exchange.state.size > 0 ? exchange.state.get(overrideHostKey) : undefined;
      this.overrideHost = typeof override === 'string' ? override : undefined;
      const bare =
        this.hash === undefined &&
        this.subset === undefined &&
        this.avoid === none &&
        this.avoidPriorities === noPriorities &&
        this.overrideHost === undefined;
      endpoint = bare ? cluster.pick() : cluster.pick(this);
      // No other level is left: Envoy begins again with all of them.
      if (endpoint !== undefined && this.avoidPriorities.includes(endpoint.priority)) {
        this.avoidPriorities = noPriorities;
        this.#triedPriorities = [];
      }
      const wanted = this.overrideHost;
      if (wanted !== undefined && endpoint?.hostPort !== wanted && exchange.state.has(overrideStrictKey))
        endpoint = undefined;
    }
    if (endpoint === undefined) {
      exchange.fail('no_healthy_upstream', 'no_healthy_upstream', describeProvenance(cluster.from));
      return false;
    }
    exchange.endpoint = endpoint;
    return true;
  }
}

/** Key in `exchange.state`: "10.0.0.1:8080" that a filter (stateful session) wants the request to go to. */
export const overrideHostKey = 'weft.override_host';

/** Key in `exchange.state`: no other endpoint than the wanted one will do. */
export const overrideStrictKey = 'weft.override_host_strict';
