/** One scenario from its seed, and how it is told where something did not hold. */

import { createSeededRandom } from '@weft/kernel';
import { World } from '../world/world.ts';
import { checkInvariants } from './invariants.ts';
import { makePlan, type ScenarioPlan } from './plan.ts';

export interface ScenarioResult {
  readonly requests: number;
  readonly answered: number;
  /** Requests that the application got, repetitions included. */
  readonly arrivals: number;
  readonly turns: number;
}

/**
 * @param trace hears of every read and write; nothing: nobody asks.
 * @throws with the seed that repeats it, the plan, and all that did not hold.
 */
export function runScenario(seed: number, trace?: (line: string) => void): ScenarioResult {
  const random = createSeededRandom(seed);
  const plan = makePlan(random);
  const world = new World(plan, random);
  const { ledger } = world;
  if (trace !== undefined) {
    world.network.watch.trace = (wire, what, bytes) => {
      const shown =
        bytes === undefined ? '' : ` ${bytes.length} ${JSON.stringify(bytes.toString('latin1', 0, traceBytes))}`;
      trace(`${world.clock.monotonic().toFixed(2)} ${wire} ${what}${shown}`);
    };
  }
  try {
    world.play();
    checkInvariants(plan, world);
  } catch (error) {
    ledger.faults.push(`thrown: ${error instanceof Error ? error.stack : String(error)}`);
  }
  if (ledger.faults.length > 0) throw new Error(describe(seed, plan, world));
  const { requests } = ledger;
  return {
    requests: requests.length,
    answered: requests.filter(({ outcome }) => outcome === 'answered').length,
    arrivals: requests.reduce((sum, { arrivals }) => sum + arrivals.length, 0),
    turns: world.clock.turns,
  };
}

const faultsShown = 12;
/** Octets of a read or write that a trace shows. */
const traceBytes = 120;

function describe(seed: number, plan: ScenarioPlan, world: World): string {
  const { clients, ...rest } = plan;
  const { faults, requests } = world.ledger;
  const lines = [
    `scenario ${seed} (SIM_SEED=${seed} repeats it):`,
    ...faults.slice(0, faultsShown).map((fault) => `  ! ${fault}`),
    ...(faults.length > faultsShown ? [`  ! and ${faults.length - faultsShown} more`] : []),
    `  plan ${JSON.stringify(rest)}`,
  ];
  for (const client of clients) lines.push(`  client ${JSON.stringify(client)}`);
  for (const { id, method, outcome, status, answeredBy, arrivals, logs } of requests) {
    const tried = arrivals.map(
      ({ key, whole, refused, finished, answer }) =>
        `[${key} ${answer.kind} ${answer.status} ${answer.framing} ${answer.bodyLength}${whole ? ' whole' : ''}${refused ? ' refused' : ''}${finished ? ' finished' : ''}]`,
    );
    lines.push(
      `  ${id} ${method}: ${outcome ?? 'never ended'} ${status} by ${answeredBy} logs ${logs.a}/${logs.b} ${tried.join(' ')}`,
    );
  }
  return lines.join('\n');
}
