/** `weft status`: processes of this machine, sources, services and what the control plane could not do as written. */

import { AdminError, type MeshStatus } from '@weft/operator-admin-client';
import { isRunning, layoutOf, type RunRecord, readRunFile } from '@weft/operator-launcher';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output/table.ts';

interface StatusReport {
  /** The run of this folder; null where none is recorded. */
  readonly run: {
    state: string;
    pid: number;
    startedAt: string;
    what: string;
    urls: Readonly<Record<string, string>>;
  } | null;
  readonly processes: readonly { name: string; pid: number; running: boolean }[];
  /** null where the control plane does not answer. */
  readonly controlPlane: MeshStatus | null;
}

export async function status(context: Context): Promise<void> {
  const record = readRunFile(layoutOf(context.config.dir).runFile);
  const controlPlane = await askStatus(context);
  if (record === undefined && controlPlane === null) {
    throw new CliFailure(
      exitCodes.unreachable,
      'the mesh is not running; start it with `npm start` (or `npx weft up`)',
    );
  }
  const report: StatusReport = {
    run: record === undefined ? null : describeRun(record),
    processes: (record?.processes ?? []).map((item) => ({ name: item.name, pid: item.pid, running: isRunning(item) })),
    controlPlane,
  };
  await context.output.answer(context.format, report, () => print(context, report));
  if (record !== undefined && !isRunning(record.launcher)) {
    throw new CliFailure(
      exitCodes.unreachable,
      `the launcher (pid ${record.launcher.pid}) is dead; \`npx weft down\` ends what it left, \`npm start\` does so and starts anew`,
    );
  }
  if (controlPlane === null && record?.what === 'the mesh') {
    throw new CliFailure(
      exitCodes.unreachable,
      `the control plane at ${context.config.api} does not answer; the sidecars keep their last configuration`,
    );
  }
}

async function askStatus(context: Context): Promise<MeshStatus | null> {
  try {
    return await context.operator().status();
  } catch (error) {
    if (error instanceof AdminError && error.kind === 'unreachable') return null;
    if (error instanceof CliFailure && error.exitCode === exitCodes.unreachable) return null;
    throw error;
  }
}

function describeRun(record: RunRecord): NonNullable<StatusReport['run']> {
  return {
    state: isRunning(record.launcher) ? record.state : 'launcher dead',
    pid: record.launcher.pid,
    startedAt: record.startedAt,
    what: record.what,
    urls: record.urls,
  };
}

function print(context: Context, report: StatusReport): string {
  const { paint } = context.output;
  const parts: string[] = [];
  if (report.run !== null) {
    const { run } = report;
    const tone = run.state === 'ready' ? 'good' : 'warn';
    parts.push(`${paint('strong', run.what)} is ${paint(tone, run.state)} (pid ${run.pid}, since ${run.startedAt})`);
    const urls = Object.entries(run.urls).map(([name, url]) => `  ${name.padEnd(14)} ${url}`);
    if (urls.length > 0) parts.push(urls.join('\n'));
    parts.push(
      table(
        paint,
        ['PROCESS', 'PID', 'STATE'],
        report.processes.map((item) => [
          item.name,
          String(item.pid),
          item.running ? paint('good', 'running') : paint('bad', 'dead'),
        ]),
      ),
    );
  }
  if (report.controlPlane !== null) parts.push(...printControlPlane(context, report.controlPlane));
  return parts.join('\n\n');
}

function printControlPlane(context: Context, mesh: MeshStatus): string[] {
  const { paint } = context.output;
  const parts = [
    table(
      paint,
      ['SERVICE', 'PORTS', 'INSTANCE', 'WORKLOAD', 'VERSION', 'HEALTH'],
      mesh.services.flatMap((service) =>
        service.instances.length === 0
          ? [[service.host, service.ports.join(', '), '-', '-', '-', paint('warn', 'no instances')]]
          : service.instances.map((instance, index) => [
              ...(index === 0 ? [service.host, service.ports.join(', ')] : ['', '']),
              ...[instance.address, instance.workload, instance.version],
              instance.healthy ? paint('good', 'healthy') : paint('bad', 'unhealthy'),
            ]),
      ),
    ),
    table(
      paint,
      ['SOURCE', 'STATE', 'RESOURCES', 'LAST GOOD'],
      mesh.sources.map((source) => [
        source.file,
        source.state === 'ok' ? paint('good', 'ok') : paint('bad', source.state),
        String(source.resources),
        source.lastGoodAt === '' ? '-' : source.lastGoodAt,
      ]),
    ),
  ];
  if (mesh.conditions.length > 0) parts.push(conditionsTable(context, mesh));
  const violations = mesh.sources.flatMap((source) =>
    source.violations.map((v) => `${v.file}:${v.line}:${v.column} ${v.path}: ${v.message}`),
  );
  if (violations.length > 0) {
    parts.push([paint('bad', 'rejected; the last good version of the file is in force:'), ...violations].join('\n'));
  }
  if (mesh.notices.length > 0) parts.push([paint('warn', 'notices:'), ...mesh.notices].join('\n'));
  parts.push(`control plane ${mesh.version}, ${mesh.proxies} proxies connected`);
  return parts;
}

/** What Kubernetes has in the status of Gateways and routes. */
function conditionsTable({ output: { paint } }: Context, { conditions: parts }: MeshStatus): string {
  return table(
    paint,
    ['GATEWAY API', 'PART', 'ROUTES', 'STATE'],
    parts.map(({ resource, part, attachedRoutes, conditions }) => {
      const amiss = conditions.filter(({ type, isTrue }) => isTrue === (type === 'Conflicted'));
      const state = amiss.map(
        ({ type, isTrue, reason, message }) => `${isTrue ? '' : 'not '}${type}: ${reason}, ${message}`,
      );
      return [
        resource,
        part === '' ? '-' : part,
        attachedRoutes === undefined ? '-' : String(attachedRoutes),
        state.length === 0 ? paint('good', 'accepted') : paint('bad', [...new Set(state)].join('; ')),
      ];
    }),
  );
}
