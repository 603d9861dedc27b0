/** `weft proxy-config`: what a running proxy holds; where it does not answer, what the control plane compiled for it. */

import { AdminError, asObject, asString, field } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { findProxy } from '../find-proxy.ts';
import { table } from '../output/table.ts';
import { tableOfCerts } from '../proxy-config/certs.ts';
import { type DumpKind, type DumpTable, dumpKinds, resourcesOf, tableOf } from '../proxy-config/rows.ts';

interface Found {
  readonly data: unknown;
  readonly table: DumpTable;
  /** Where it was read, in words. */
  readonly source: string;
}

export async function proxyConfig(context: Context, kindText: string, name: string | undefined): Promise<void> {
  const kind = dumpKinds.find((known) => known === kindText || `${known}s` === kindText);
  if (kind === undefined) {
    throw new CliFailure(
      exitCodes.usage,
      `"${kindText}" is not a part of a proxy's configuration; there are ${dumpKinds.join(', ')}`,
    );
  }
  const found = await read(context, kind, name);
  context.output.note(context.output.paint('dim', `from ${found.source}`));
  await context.output.answer(context.format, found.data, () =>
    found.table.rows.length === 0 ? `no ${kind}s` : table(context.output.paint, found.table.headers, found.table.rows),
  );
}

async function read(context: Context, kind: DumpKind, name: string | undefined): Promise<Found> {
  const { admin } = context.config;
  if (admin !== undefined) return readAdmin(context, admin, kind);
  if (name === undefined) {
    throw new CliFailure(
      exitCodes.usage,
      `say which proxy: weft proxy-config ${kind} order (\`weft proxy-status\` lists the names), or --admin host:port`,
    );
  }
  const proxy = await findProxy(context, name);
  if (proxy.admin !== '') {
    try {
      return await readAdmin(context, proxy.admin, kind);
    } catch (error) {
      if (!(error instanceof AdminError) || error.kind !== 'unreachable') throw error;
    }
  }
  const dump = await context.operator().snapshot(proxy.id);
  const resources = resourcesOf(dump, kind);
  const why = proxy.admin === '' ? 'it does not tell its admin port' : `its admin port ${proxy.admin} does not answer`;
  return {
    data: resources,
    table: tableOf(kind, resources),
    source: `the control plane's snapshot of ${name}: ${why}`,
  };
}

async function readAdmin(context: Context, admin: string, kind: DumpKind): Promise<Found> {
  const sidecar = context.sidecar(admin);
  const source = `the sidecar's admin port ${admin}`;
  if (kind === 'secret') {
    const certs = await sidecar.certs();
    return { data: certs, table: tableOfCerts(certs), source };
  }
  const dump = await sidecar.configDump();
  const resources = resourcesOf(dump, kind);
  const shown = tableOf(kind, resources);
  if (kind !== 'endpoint') return { data: resources, table: shown, source };
  return { data: resources, table: await withHealth(context, admin, shown), source };
}

/** The health that balancing goes by, from `/clusters`, over the one of the configuration. */
async function withHealth(context: Context, admin: string, shown: DumpTable): Promise<DumpTable> {
  const live = new Map<string, string>();
  for (const item of asList(asObject(await context.sidecar(admin).clusters()), 'cluster_statuses')) {
    const cluster = asObject(item);
    for (const entry of asList(cluster, 'host_statuses')) {
      const host = asObject(entry);
      const socket = asObject(field(asObject(host['address']), 'socket_address'));
      const address = `${asString(socket['address'])}:${asString(field(socket, 'port_value'))}`;
      const status = asObject(field(host, 'health_status'));
      const failed =
        field(status, 'failed_active_health_check') === true || field(status, 'failed_outlier_check') === true;
      const health = failed ? 'UNHEALTHY' : asString(field(status, 'eds_health_status'));
      if (health !== '') live.set(`${asString(cluster['name'])} ${address}`, health);
    }
  }
  const rows = shown.rows.map(([endpoint = '', health = '', weight = '', tls = '', cluster = '']) => [
    ...[endpoint, live.get(`${cluster} ${endpoint}`) ?? health, weight, tls, cluster],
  ]);
  return { headers: shown.headers, rows };
}

function asList(object: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = field(object, name);
  return Array.isArray(value) ? value : [];
}
