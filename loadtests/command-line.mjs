// The command lines of the load tests: options out of a table, help made of it, and one sentence where something cannot be understood.
import { parseArgs } from 'node:util';

const kinds = {
  count: { says: 'a whole number over 0', holds: (value) => Number.isInteger(value) && value > 0 },
  amount: { says: 'a number over 0', holds: (value) => value > 0 },
};
const help = { type: 'boolean', short: 'h', says: 'prints this' };

/**
 * @param args of the command line.
 * @param about `flags` by name as `parseArgs` takes them, with `says` (what it does), `value` (its name in the help) and perhaps `takes`: "count" or
 * "amount"; `usage`: the help over the options; `positional`: other words are taken.
 * @returns one of {help}: text to print; {complaint}: what cannot be understood, in one sentence; {values, positionals}: numbers where `takes` says so.
 */
export function readCommandLine(args, { flags: own, usage, positional = false }) {
  const flags = { ...own, help };
  // Strict parsing would throw; the tokens tell the same.
  const { values, positionals, tokens } = parseArgs({
    args,
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: flags,
  });
  if (values.help) return { help: `${usage}\n\nOptions:\n${tableOf(flags)}\n` };
  const given = tokens.filter(({ kind }) => kind === 'option');
  const complaint = complaintOf(given, values, flags);
  if (complaint !== undefined) return { complaint };
  if (!positional && positionals.length > 0)
    return { complaint: `"${positionals[0]}" is not understood; --help lists all` };
  const numbers = Object.keys(values).filter((name) => flags[name].takes !== undefined);
  return {
    values: { ...values, ...Object.fromEntries(numbers.map((name) => [name, Number(values[name])])) },
    positionals,
  };
}

/** Prints the help or the complaint and ends the process, where it is one of them. @returns what it was given. */
export function orEnd(read) {
  if (read.help !== undefined) {
    process.stdout.write(read.help);
    process.exit(0);
  }
  if (read.complaint !== undefined) {
    console.error(read.complaint);
    process.exit(2);
  }
  return read;
}

/** @param rows [left, right] each. */
export function columnsOf(rows) {
  return rows.map(([left, right]) => `  ${left.padEnd(20)}  ${right}`).join('\n');
}

function complaintOf(given, values, flags) {
  const unknown = given.find(({ name }) => !Object.hasOwn(flags, name));
  if (unknown !== undefined) return `there is no option ${unknown.rawName}; --help lists all`;
  const empty = given.find((token) => flags[token.name].type === 'string' && !hasValue(token));
  if (empty !== undefined) return `${empty.rawName} needs a value`;
  for (const [name, { takes }] of Object.entries(flags)) {
    if (takes === undefined || values[name] === undefined) continue;
    if (!kinds[takes].holds(Number(values[name]))) return `--${name} takes ${kinds[takes].says}, not ${values[name]}`;
  }
  return undefined;
}

/** The next option is not one: what begins like an option is a value behind = alone. */
const hasValue = ({ value, inlineValue }) => (value ?? '') !== '' && (inlineValue || !value.startsWith('-'));

function tableOf(flags) {
  return columnsOf(
    Object.entries(flags).map(([name, { value, says, default: usual }]) => [
      `--${name}${value === undefined ? '' : ` ${value}`}`,
      `${says}${usual === undefined ? '' : ` (default: ${usual})`}`,
    ]),
  );
}
