/** `weft explain <request-id>`: what became of one request, proxy by proxy, from what sidecars remember and from access logs. */

import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AdminError, decodeSeen, type SeenRequest } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { flagWords } from '../output/response-flags.ts';
import type { Paint } from '../output/style.ts';
import { askEachSidecar } from './each-sidecar.ts';

/** Of a log file, its end: what is before is not read. */
const logBytesMax = 64 * 1024 * 1024;

interface Hop extends SeenRequest {
  /** "shop/order", or the log that says it. */
  readonly proxy: string;
}

/** An x-request-id is nothing that could be a host: letters, digits, "-" and "_", 16 at least, with a digit among them. */
export function isRequestId(text: string): boolean {
  return /^[0-9A-Za-z_-]{16,128}$/.test(text) && /\d/.test(text);
}

/** @param logs access logs to read besides those of a mesh on this machine. @throws CliFailure (failed) where nobody remembers it. */
export async function explainId(context: Context, id: string, logs: readonly string[]): Promise<void> {
  const { hops: remembered, note } = await askSidecars(context, id);
  const hops = [...remembered];
  const known = new Set(hops.map(keyOf));
  for (const hop of await readLogs(context, id, logs)) if (!known.has(keyOf(hop))) hops.push(hop);
  hops.sort((left, right) => (left.startTime < right.startTime ? -1 : left.startTime > right.startTime ? 1 : 0));
  if (note !== '') context.output.note(note);
  if (hops.length === 0) {
    throw new CliFailure(
      exitCodes.failed,
      `no sidecar remembers the request ${id} (each worker keeps its newest 2048; of a second 64 that went well and 64 that failed), and no access log that was read has it; name one with --log FILE`,
    );
  }
  await context.output.answer(context.format, { id, hops }, () => print(context.output.paint, id, hops));
}

/** One exchange, remembered or logged. Without the query: what sidecars remember of it lacks what may be a credential. */
function keyOf({ startTime, path, status, durationMs, cluster, endpoint }: SeenRequest): string {
  return [startTime, path.split('?', 1)[0], status, Math.round(durationMs), cluster, endpoint].join('|');
}

/** While the control plane is dead the logs alone can tell. @returns with a note where not everybody answered. */
async function askSidecars(context: Context, id: string): Promise<{ hops: readonly Hop[]; note: string }> {
  try {
    const { answers, silent } = await askEachSidecar(context, (sidecar) => sidecar.requestsById(id));
    return {
      hops: answers.flatMap(({ proxy, answer }) => answer.map((seen) => ({ ...seen, proxy }))),
      note: silent === 0 ? '' : `${answers.length} of ${answers.length + silent} proxies answered`,
    };
  } catch (error) {
    if (error instanceof AdminError || (error instanceof CliFailure && error.exitCode === exitCodes.unreachable))
      return { hops: [], note: `no sidecar was asked, only logs were read: ${error.message}` };
    throw error;
  }
}

async function readLogs(context: Context, id: string, named: readonly string[]): Promise<readonly Hop[]> {
  const { layoutOf } = await import('@weft/operator-launcher');
  const folder = layoutOf(context.config.dir).logs;
  const own = (await readdir(folder).catch(() => []))
    .filter((name) => /\.access\.log(\.\d+)?$/.test(name))
    .map((name) => join(folder, name));
  const found: Hop[] = [];
  for (const path of [...new Set([...own, ...named])]) {
    const text = await readEnd(path).catch((cause: unknown) => {
      if (named.includes(path)) throw new CliFailure(exitCodes.usage, `cannot read ${path}`, [], cause);
      return '';
    });
    const lines = text.split('\n').filter((line) => line.includes(id));
    const proxy = basename(path).replace(/(-sidecar)?\.access\.log(\.\d+)?$/, '');
    const seen = decodeSeen(lines.join('\n')).filter(({ requestId }) => requestId === id);
    found.push(...seen.map((one) => ({ ...one, proxy })));
  }
  return found;
}

async function readEnd(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, logBytesMax);
    const buffer = Buffer.alloc(length);
    await file.read(buffer, 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

function print(paint: Paint, id: string, hops: readonly Hop[]): string {
  return [paint('strong', `request ${id}`), ...hops.flatMap((hop) => ['', ...printHop(paint, hop)])].join('\n');
}

function printHop(paint: Paint, hop: Hop): readonly string[] {
  const failed = hop.status === 0 || hop.status >= 400;
  const answer = hop.status === 0 ? 'no answer' : String(hop.status);
  const attempts = hop.attempts > 1 ? `, ${hop.attempts} attempts` : '';
  const way = hop.direction || (hop.cluster.startsWith('inbound|') ? 'inbound' : '');
  const lines = [
    `${paint('strong', hop.proxy)}${way === '' ? '' : ` ${way}`}: ${hop.method} ${hop.authority}${hop.path}  ${paint(failed ? 'bad' : 'good', answer)} in ${Number(hop.durationMs.toFixed(1))} ms${attempts}  ${paint('dim', hop.startTime)}`,
  ];
  const say = (label: string, text: string, where = ''): void => {
    if (text === '' && where === '') return;
    lines.push(
      `  ${paint('dim', label.padEnd(10))}${text}${where === '' ? '' : `${text === '' ? '' : '  '}${paint('dim', where)}`}`,
    );
  };
  say('caller', hop.sourceWorkload, hop.sourcePrincipal);
  say('route', hop.route, hop.routeFrom || (hop.route === '' ? '' : hop.reason));
  const policy = policyOf(hop);
  if (policy !== '' || failed)
    say(
      policy === '' ? 'decided by' : 'policy',
      policy,
      hop.reason === hop.routeFrom ? '' : hop.reason.replace(/^rbac: denied by [^;]*; /, ''),
    );
  say('cluster', hop.cluster);
  say('endpoint', hop.endpoint, hop.destinationWorkload);
  for (const { flag, meaning } of flagWords(hop.flags)) say('flag', flag, meaning);
  if (failed) say('details', hop.details);
  return lines;
}

/** "ns[shop]-policy[guard]-rule[0]", as RBAC filters say who denied. */
function policyOf({ details }: Hop): string {
  const matched = /^rbac_access_denied_matched_policy\[(.*)\]$/.exec(details)?.[1];
  if (matched === undefined) return '';
  return matched === 'none' ? 'no rule allows it' : matched;
}
