/** Filters that do nothing but take their time, look at bodies and carry them through their own hands. */

import type { Exchange, HttpFilter } from '@weft/data-runtime';
import type { Cancel, Random } from '@weft/kernel';
import type { SimClock } from '../clock/sim-clock.ts';
import type { FilterPlan } from '../scenario/plan.ts';

const nothing = Buffer.alloc(0);
/** What a filter that reads bodies wants of them. */
const readBytesMax = 5_000;

export function makeFilters(plan: FilterPlan, clock: SimClock, random: Random): HttpFilter[] {
  const filters: HttpFilter[] = [];
  if (plan.waits) filters.push(makeWaiting(clock, random));
  if (plan.reads) filters.push(makeReading(clock, random));
  if (plan.transforms) filters.push(makeTransforming());
  if (plan.refuses) filters.push(makeRefusing(random));
  return filters;
}

/** As filters that ask someone: goes on after a while, unless the exchange is over by then. */
function makeWaiting(clock: SimClock, random: Random): HttpFilter {
  const name = 'sim.waits';
  return {
    name,
    onRequest(exchange) {
      if (random() < 0.5) return true;
      const cancel = clock.after(Math.floor(random() * 30), () => {
        exchange.state.delete(name);
        exchange.proceed();
      });
      exchange.state.set(name, cancel);
      return false;
    },
    onComplete: (exchange) => (exchange.state.get(name) as Cancel | undefined)?.(),
  };
}

/** As external authorisation with bodies: reads, asks, goes on. */
function makeReading(clock: SimClock, random: Random): HttpFilter {
  const name = 'sim.reads';
  return {
    name,
    onRequest(exchange) {
      exchange.readRequestBody(readBytesMax, () => {
        if (random() < 0.5) {
          exchange.proceed();
          return;
        }
        const cancel = clock.after(5, () => {
          exchange.state.delete(name);
          exchange.proceed();
        });
        exchange.state.set(name, cancel);
      });
      return false;
    },
    onComplete: (exchange) => (exchange.state.get(name) as Cancel | undefined)?.(),
  };
}

/** Bodies of both directions come out as they went in, late by one part. */
function makeTransforming(): HttpFilter {
  const late = (): NonNullable<Exchange['requestTransform']> => {
    let held = nothing;
    return {
      onData(bytes, from, to, end) {
        const part = Buffer.from(bytes.subarray(from, to));
        const out = end ? Buffer.concat([held, part]) : held;
        held = end ? nothing : part;
        return out;
      },
      onTrailers(fields) {
        const data = held;
        held = nothing;
        return { data, fields };
      },
    };
  };
  return {
    name: 'sim.transforms',
    onRequest(exchange) {
      if (exchange.request.upgrade === '') exchange.requestTransform = late();
      return true;
    },
    onResponse(exchange) {
      if (exchange.errorCode === undefined && exchange.status !== 101 && exchange.request.upgrade === '')
        exchange.responseTransform = late();
    },
  };
}

function makeRefusing(random: Random): HttpFilter {
  return {
    name: 'sim.refuses',
    onRequest(exchange) {
      if (random() < 0.8) return true;
      exchange.answer(503, [], 'not now', 'sim_refused');
      return false;
    },
  };
}
