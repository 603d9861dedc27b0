// The command line: which rows, how long, against whom.
import { columnsOf, readCommandLine } from '../command-line.mjs';
import { scenarios } from './scenarios.mjs';

// Whole numbers, as wrk takes no others.
const flags = {
  seconds: { type: 'string', default: '4', takes: 'count', value: 'N', says: 'of load a round' },
  rounds: { type: 'string', default: '5', takes: 'count', value: 'N', says: 'of each peer; the median counts' },
  connections: { type: 'string', default: '64', takes: 'count', value: 'N', says: 'where the title names none' },
  peers: { type: 'string', value: 'NAME,NAME', says: 'those alone; all where not given' },
  json: { type: 'string', value: 'FILE', says: 'takes the rows and the verdicts, for programs' },
};

const names = scenarios.map(({ name }) => name);
const peers = [...new Set(scenarios.flatMap((scenario) => scenario.peers))];

const usage = `npm run bench -- [SCENARIO...] [OPTION...]: what a hop costs, as ratios to Envoy in the same run

Scenarios (all where none is given):
${columnsOf(scenarios.map(({ name, title }) => [name, title]))}

Peers: ${peers.join(', ')}`;

/**
 * @param args of the command line.
 * @returns one of {help}: text to print; {complaint}: what cannot be understood, in one sentence; {asked}: scenarios to run and
 * `options` {seconds, rounds, connections}, names of `peers` and the file `json` where they are given.
 */
export function readOptions(args) {
  const read = readCommandLine(args, { flags, usage, positional: true });
  if (read.values === undefined) return read;
  const { values, positionals } = read;
  const complaint = complaintOf(values, positionals);
  if (complaint !== undefined) return { complaint };
  const { seconds, rounds, connections, json } = values;
  return {
    asked: {
      chosen: scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
      options: { seconds, rounds, connections },
      peers: values.peers?.split(','),
      json,
    },
  };
}

function complaintOf(values, positionals) {
  const peer = values.peers?.split(',').find((name) => !peers.includes(name));
  if (peer !== undefined) return `there is no peer "${peer}"; give some of ${peers.join(', ')}`;
  const scenario = positionals.find((name) => !names.includes(name));
  if (scenario !== undefined) return `there is no scenario "${scenario}"; give some of ${names.join(', ')}`;
  return undefined;
}
