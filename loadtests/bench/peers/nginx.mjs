// nginx as a reverse proxy: what a hop costs in C without a mesh's filters, as a floor.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOpen, startOnCore, which } from '../processes.mjs';
import { hopPlans, proxyCore } from '../scenario.mjs';
import { nginxConfiguration } from './nginx-configuration.mjs';

/** Starts one nginx a hop. @returns processes of the proxies, or nothing where nginx is not installed. */
export async function startNginx({ folder, scenario, backendPort, ports, files, started = () => {} }) {
  const nginx = which('nginx');
  if (nginx === undefined) return undefined;
  const children = [];
  for (const [index, plan] of hopPlans(scenario, backendPort, ports).entries()) {
    const name = `nginx-${scenario.name}-${index}`;
    const file = join(folder, `${name}.conf`);
    const downstreamTls = plan.secureDownstream ? files.server : undefined;
    const upstreamTls = plan.secureUpstream ? files.client : undefined;
    writeFileSync(file, nginxConfiguration({ ...plan, folder, name, downstreamTls, upstreamTls }));
    children.push(startOnCore(proxyCore, nginx, ['-c', file, '-p', folder], join(folder, 'nginx.log')));
    started(children.at(-1));
    await portOpen(plan.listenPort);
  }
  return { children, port: ports[0] };
}
