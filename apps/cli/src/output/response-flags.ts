/** Envoy's response flags, in words. */

const meanings: Readonly<Record<string, string>> = {
  DC: 'the client went away before the answer was complete',
  DI: 'delayed by an injected fault',
  DO: 'an overloaded filter or proxy dropped it',
  DPE: 'the request breaks the protocol',
  DT: 'the request, or the connection, took longer than it may',
  FI: 'answered by an injected fault',
  IH: 'refused for the value of a header',
  LH: 'the local health check failed',
  LR: 'the connection was reset here',
  NC: 'the cluster of the route does not exist',
  NFCF: 'no filter configuration came in time',
  NR: 'no route matches, or no filter chain takes the connection',
  OM: 'the overload manager ended it',
  RL: 'over the rate limit',
  RLSE: 'the rate limit service failed',
  SI: 'no byte moved for longer than the stream may be idle',
  UAEX: 'denied by the external authorizer',
  UC: 'the endpoint closed the connection',
  UF: 'no connection to the endpoint: refused, timed out or its identity is wrong',
  UH: 'no endpoint of the cluster is healthy',
  UMSDR: 'the endpoint took longer than a stream may',
  UO: 'the limits of the connection pool are reached (circuit breaker)',
  UPE: "the endpoint's answer breaks the protocol",
  UR: 'the endpoint reset the stream',
  URX: 'the limit of retries, or of attempts to connect, is reached',
  UT: 'the endpoint did not answer in time',
};

/** @param flags joined with ",". */
export function flagWords(flags: string): readonly { readonly flag: string; readonly meaning: string }[] {
  return flags
    .split(',')
    .filter((flag) => flag !== '' && flag !== '-')
    .map((flag) => ({ flag, meaning: meanings[flag] ?? 'a flag of Envoy' }));
}
