/** An exchange read as a request, for matchers that run after the route is chosen. */

import type { Exchange } from '../exchange.ts';
import type { RouteRequest } from '../tables/route.ts';

class ExchangeRequest implements RouteRequest {
  exchange: Exchange | undefined;

  get method(): string {
    return this.of().method;
  }

  get authority(): string {
    return this.of().authority;
  }

  get path(): string {
    return this.of().path;
  }

  get query(): string {
    return this.of().query;
  }

  get hasQuery(): boolean {
    return this.of().hasQuery;
  }

  get scheme(): string {
    return this.of().scheme;
  }

  get fields(): readonly string[] {
    return this.of().request.fields;
  }

  header(name: string): string | undefined {
    return name === 'host' ? this.of().authority : this.of().request.header(name);
  }

  private of(): Exchange {
    if (this.exchange === undefined) throw new Error('assertion failed: no exchange is being read');
    return this.exchange;
  }
}

const view = new ExchangeRequest();

/** One object for all exchanges, so that nothing is made for each: valid until the next call, keep it nowhere. */
export function requestOf(exchange: Exchange): RouteRequest {
  view.exchange = exchange;
  return view;
}
