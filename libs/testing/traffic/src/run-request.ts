/** Sends one request of a case to a peer and gathers what was seen of it on all sides. */

import { send } from './client.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { logLineTimeoutMs, type Peer } from './peers/peer.ts';
import type { CaseRequest } from './traffic-case.ts';
import type { World } from './world.ts';

/** @returns one outcome for each of the request's `times`. */
export async function runRequest(
  world: World,
  peer: Peer,
  caseIndex: number,
  nth: number,
  request: CaseRequest,
): Promise<readonly Outcome[]> {
  if (request.pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, request.pauseMs));
  const times = request.times ?? 1;
  const one = async (turn: number): Promise<Outcome> => {
    const id = `${peer.name}-${caseIndex}-${nth}-${turn}`;
    const answer = await send(peer.portOf(caseIndex), request, id);
    if (request.logsAtEnd === true) answer.close();
    const line = request.unlogged === true ? undefined : await peer.logLine(caseIndex, id, answer.from);
    answer.close();
    if (turn === 0) await reached(world, id, attemptsOf(request, peer));
    return outcomeOf(answer, world.seenOf(id), line);
  };
  if (request.parallel === true) return Promise.all(Array.from({ length: times }, (_, turn) => one(turn)));
  const outcomes: Outcome[] = [];
  for (let turn = 0; turn < times; turn += 1) outcomes.push(await one(turn));
  return outcomes;
}

const lookMs = 2;

/** What the case says of the first of its `times`; a conversation of bytes reaches an endpoint unless the case says otherwise. */
function attemptsOf({ see, envoy, talk }: CaseRequest, peer: Peer): number {
  const { attempts } = peer.name === 'envoy' ? (envoy ?? see) : see;
  return attempts ?? (talk === undefined ? 0 : 1);
}

/** Nothing orders a mirrored request, or how an endpoint saw a connection end, before the line of the log. */
async function reached(world: World, id: string, attempts: number): Promise<void> {
  const until = performance.now() + logLineTimeoutMs;
  while (world.seenOf(id).length < attempts && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, lookMs));
}
