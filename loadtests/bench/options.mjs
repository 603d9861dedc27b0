// The command line: which rows, how long, against whom.
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.mjs';

const flags = {
  seconds: { type: 'string', default: '4', value: 'N', says: 'of load a round' },
  rounds: { type: 'string', default: '5', value: 'N', says: 'of each peer; the median counts' },
  connections: { type: 'string', default: '64', value: 'N', says: 'where the title names none' },
  peers: { type: 'string', value: 'NAME,NAME', says: 'those alone; all where not given' },
  json: { type: 'string', value: 'FILE', says: 'takes the rows and the verdicts, for programs' },
  help: { type: 'boolean', short: 'h', says: 'prints this' },
};
const counts = ['seconds', 'rounds', 'connections'];

const names = scenarios.map(({ name }) => name);
const peers = [...new Set(scenarios.flatMap((scenario) => scenario.peers))];

/**
 * @param args of the command line.
 * @returns one of {help}: text to print; {complaint}: what cannot be understood, in one sentence; {asked}: scenarios to run and
 * `options` {seconds, rounds, connections}, names of `peers` and the file `json` where they are given.
 */
export function readOptions(args) {
  const { values, positionals, tokens } = parseArgs({
    args,
    allowPositionals: true,
    // Strict parsing would throw; the tokens tell the same.
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { value: _, says: __, ...option }]) => [name, option]),
    ),
  });
  const given = tokens.filter(({ kind }) => kind === 'option');
  if (values.help) return { help: usage() };
  const complaint = complaintOf(given, values, positionals);
  if (complaint !== undefined) return { complaint };
  return {
    asked: {
      chosen: scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
      options: Object.fromEntries(counts.map((name) => [name, Number(values[name])])),
      peers: values.peers?.split(','),
      json: values.json,
    },
  };
}

function complaintOf(given, values, positionals) {
  const unknown = given.find(({ name }) => !(name in flags));
  if (unknown !== undefined) return `there is no option ${unknown.rawName}; --help lists all`;
  const empty = given.find(({ name, value }) => flags[name].type === 'string' && (value ?? '') === '');
  if (empty !== undefined) return `${empty.rawName} needs a value`;
  // Whole numbers, as wrk takes no others.
  const count = counts.find((name) => !Number.isInteger(Number(values[name])) || Number(values[name]) <= 0);
  if (count !== undefined) return `--${count} takes a whole number over 0, not ${values[count]}`;
  const peer = values.peers?.split(',').find((name) => !peers.includes(name));
  if (peer !== undefined) return `there is no peer "${peer}"; give some of ${peers.join(', ')}`;
  const scenario = positionals.find((name) => !names.includes(name));
  if (scenario !== undefined) return `there is no scenario "${scenario}"; give some of ${names.join(', ')}`;
  return undefined;
}

function usage() {
  const table = (rows) => rows.map(([left, right]) => `  ${left.padEnd(20)}  ${right}`).join('\n');
  const options = Object.entries(flags).map(([name, { value, says, default: usual }]) => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    `${says}${usual === undefined ? '' : ` (default: ${usual})`}`,
  ]);
  return `npm run bench -- [SCENARIO...] [OPTION...]: what a hop costs, as ratios to Envoy in the same run

Scenarios (all where none is given):
${table(scenarios.map(({ name, title }) => [name, title]))}

Options:
${table(options)}

Peers: ${peers.join(', ')}
`;
}
