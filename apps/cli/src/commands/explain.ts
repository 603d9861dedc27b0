/** `weft explain`: what the running sidecar would do with a request, each decision with the line that made it. */

import type { ExplainedAccess } from '@weft/control-compiler';
import { describeProvenance } from '@weft/kernel';
import {
  AdminError,
  type DecidedBy,
  type ExplainedTarget,
  type ExplainRequest,
  type Explanation,
  type NetworkCut,
} from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { findAdmin, findProxy } from '../find-proxy.ts';
import type { Paint } from '../output/style.ts';
import { table } from '../output/table.ts';
import { explainId, isRequestId } from './explain-id.ts';

export interface ExplainFlags {
  readonly header: readonly string[];
  readonly from: string | undefined;
  /** Files and folders to answer from; empty: the running sidecar is asked. */
  readonly filename: readonly string[];
  /** Istio's MeshConfig, for files. */
  readonly meshConfig: string | undefined;
  /** Access logs to look for a request id in. */
  readonly log: readonly string[];
}

export async function explain(
  context: Context,
  first: string,
  second: string | undefined,
  flags: ExplainFlags,
): Promise<void> {
  if (second === undefined && isRequestId(first)) return explainId(context, first, flags.log);
  const request = toRequest(first, second, flags.header);
  if (flags.filename.length > 0) {
    if (flags.from === undefined) throw new CliFailure(exitCodes.usage, 'say who asks: --from order');
    const { explainOffline } = await import('./explain-offline.ts');
    const offline = await explainOffline(request, flags.from, flags.filename, flags.meshConfig);
    const { name, explanation, access, cuts } = offline;
    await context.output.answer(context.format, { from: name, request, ...explanation, access, cuts }, () =>
      [
        print(context.output.paint, request, name, explanation),
        ...access.map((one) => printAccess(context.output.paint, one)),
        ...cuts.map((one) => printCut(context.output.paint, one)),
      ].join('\n'),
    );
    return;
  }
  const { address, name } = await sidecarOf(context, flags.from);
  const explanation = await context
    .sidecar(address)
    .explain(request)
    .catch((error: unknown) => {
      if (!(error instanceof AdminError) || error.kind !== 'not-found') throw error;
      throw new CliFailure(
        exitCodes.failed,
        `${name} has an Envoy as its proxy, which cannot explain itself; ask by the files, as in: weft explain ${request.method} ${request.url} --from ${name} -f infra/mesh`,
      );
    });
  const cuts = await cutsOf(context, flags.from, explanation);
  await context.output.answer(context.format, { from: name, request, ...explanation, cuts }, () =>
    [
      print(context.output.paint, request, name, explanation),
      ...cuts.map((one) => printCut(context.output.paint, one)),
    ].join('\n'),
  );
}

/** Endpoints that the control plane is asked about. */
const cutTargetsMax = 100;

/** The sidecar knows nothing of NetworkPolicies; without a control plane that does, nothing is said. */
async function cutsOf(
  context: Context,
  from: string | undefined,
  { targets }: Explanation,
): Promise<readonly NetworkCut[]> {
  const endpoints = targets.flatMap((target) => target.endpoints.map(({ address }) => address)).slice(0, cutTargetsMax);
  if (from === undefined || endpoints.length === 0) return [];
  try {
    const { id } = await findProxy(context, from);
    return await context.operator().networkCuts(id, endpoints);
  } catch (error) {
    if (error instanceof AdminError || error instanceof CliFailure) return [];
    throw error;
  }
}

/** "network       NetworkPolicy shop/x cuts order → payment:8080". */
function printCut(paint: Paint, { sentence, places }: NetworkCut): string {
  return `${paint('dim', 'network'.padEnd(14))}${paint('bad', sentence)}  ${paint('dim', places.join(', '))}`;
}

/** The method may be left out. @throws CliFailure (usage) */
function toRequest(first: string, second: string | undefined, headers: readonly string[]): ExplainRequest {
  const method = second === undefined ? 'GET' : first.toUpperCase();
  const url = second ?? first;
  const withScheme = url.includes('://') ? url : `http://${url}`;
  if (!URL.canParse(withScheme)) {
    throw new CliFailure(
      exitCodes.usage,
      `"${url}" is not a URL; write it as in: weft explain GET http://payment.shop/charge --from order`,
    );
  }
  for (const header of headers) {
    if (!/^[^\s:]+\s*:/.test(header)) {
      throw new CliFailure(exitCodes.usage, `"${header}" is not a header; write it as in: -H 'x-canary: 1'`);
    }
  }
  return { method, url: withScheme, headers: headers.map((header) => header.replace(/^([^:]+?)\s*:\s*/, '$1:')) };
}

async function sidecarOf(context: Context, from: string | undefined): Promise<{ address: string; name: string }> {
  const { admin } = context.config;
  if (from === undefined) {
    if (admin !== undefined) return { address: admin, name: `the sidecar at ${admin}` };
    throw new CliFailure(
      exitCodes.usage,
      'say who asks: --from order (`weft proxy-status` lists the names), or --admin host:port of a sidecar',
    );
  }
  if (admin !== undefined) return { address: admin, name: from };
  const found = await findAdmin(context, from);
  if (found.address !== '') return found;
  throw new CliFailure(
    exitCodes.failed,
    `the proxy ${from} does not tell its admin port; name it with --admin host:port`,
  );
}

const noDecision: DecidedBy = { resource: '', file: '', line: 0, rule: '' };

function print(paint: Paint, request: ExplainRequest, name: string, explanation: Explanation): string {
  const { route, identity } = explanation;
  const label = (text: string): string => paint('dim', text.padEnd(14));
  const lines = [`${paint('strong', `${request.method} ${request.url}`)} from ${paint('strong', name)}`];
  for (const header of request.headers) lines.push(`  ${header.replace(':', ': ')}`);
  lines.push('', `${label('listener')}${explanation.listener || '-'}`);
  lines.push(`${label('virtual host')}${explanation.virtualHost || paint('bad', 'none takes this host')}`);
  lines.push(
    route === undefined
      ? `${label('route')}${paint('bad', 'none matches')}`
      : `${label('route')}${route.name || 'default'}  ${paint('dim', place(route.from))}`,
  );
  lines.push(`${label('result')}${resultText(paint, explanation)}`);
  if (explanation.rewrite !== '') lines.push(`${label('rewrite')}${explanation.rewrite}`);
  if (explanation.result === 'forward') {
    lines.push(`${label('timeout')}${explanation.timeoutMs === 0 ? 'none' : `${explanation.timeoutMs} ms`}`);
  }
  if (identity.own !== '') lines.push(`${label('shows')}${identity.own}`);
  for (const expected of identity.expected) lines.push(`${label('expects')}${expected}`);
  if (explanation.targets.length > 0) lines.push('', printTargets(paint, explanation.targets));
  return lines.join('\n');
}

function printTargets(paint: Paint, targets: readonly ExplainedTarget[]): string {
  const total = targets.reduce((sum, target) => sum + target.weight, 0);
  const rows = targets.flatMap((target) => {
    const share = targets.length === 1 || total === 0 ? 1 / targets.length : target.weight / total;
    const healthy = target.endpoints.filter((endpoint) => endpoint.healthy).length;
    const head = [paint('strong', percent(share)), target.cluster, '', '', paint('dim', place(target.from))];
    if (target.endpoints.length === 0) return [head, ['', `  ${paint('bad', 'no endpoints')}`, '', '', '']];
    const endpoints = target.endpoints.map((endpoint) => [
      endpoint.healthy ? percent(share / healthy) : percent(0),
      `  ${endpoint.address}`,
      endpoint.healthy ? paint('good', 'healthy') : paint('bad', `unhealthy${why(endpoint.reason)}`),
      endpoint.workload,
      endpoint.identity,
    ]);
    return [head, ...endpoints];
  });
  return table(paint, ['SHARE', 'CLUSTER / ENDPOINT', 'HEALTH', 'WORKLOAD', 'DECIDED BY / IDENTITY'], rows);
}

/** "access        shop/inventory:8080 denies it: guard.yaml:7 AuthorizationPolicy shop/guard rules[0]". */
function printAccess(paint: Paint, { workload, port, allowed, policy, from, asksAuthorizer }: ExplainedAccess): string {
  const verdict = allowed ? paint('good', 'lets it in') : paint('bad', 'denies it: 403');
  const place = from === undefined ? policy : describeProvenance(from);
  const why = place !== '' ? `  ${paint('dim', place)}` : allowed ? '' : '  no rule allows it';
  const authorizer = allowed && asksAuthorizer ? ', if its authorizer does' : '';
  return `${paint('dim', 'access'.padEnd(14))}${workload}:${port} ${verdict}${authorizer}${why}`;
}

function why(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function place(from: DecidedBy = noDecision): string {
  return from.file === '' && from.rule === '' ? 'built-in' : describeProvenance(from);
}

function resultText(paint: Paint, explanation: Explanation): string {
  switch (explanation.result) {
    case 'forward':
      return explanation.targets.some((target) => target.endpoints.some((endpoint) => endpoint.healthy))
        ? paint('good', 'forward')
        : paint('bad', 'forward, but no endpoint is healthy: 503 UH');
    case 'redirect':
      return 'redirect, answered by the sidecar';
    case 'direct':
      return 'direct response, answered by the sidecar';
    case 'no-route':
      return paint('bad', 'no route: 404 NR, or 502 for an unknown host');
  }
}
