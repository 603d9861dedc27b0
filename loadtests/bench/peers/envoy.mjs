// Envoy with the resources that Weft is given, as a bootstrap; certificates come as files.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOpen, startOnCore, which } from '../processes.mjs';
import { hopPlans, proxyCore } from '../scenario.mjs';
import { clusters, listener } from '../xds/hop.mjs';

let baseId = 7000;

/** Starts one Envoy a hop. @returns processes of the proxies, or nothing where Envoy is not installed. */
export async function startEnvoy({ folder, scenario, backendPort, ports, files, started = () => {} }) {
  const envoy = which('envoy');
  if (envoy === undefined) return undefined;
  const children = [];
  for (const [index, plan] of hopPlans(scenario, backendPort, ports).entries()) {
    const name = `envoy-${scenario.name}-${index}`;
    const logFile = join(folder, `${name}.access.log`);
    const file = join(folder, `${name}.json`);
    const resources = { listeners: [listener({ ...plan, logFile }, files)], clusters: clusters(plan, files) };
    writeFileSync(file, JSON.stringify({ static_resources: resources }));
    baseId += 1;
    const args = ['-c', file, '--concurrency', '1', '--base-id', String(baseId), '--log-level', 'warning'];
    children.push(startOnCore(proxyCore, envoy, args, join(folder, 'envoy.log')));
    started(children.at(-1));
    await portOpen(plan.listenPort);
  }
  return { children, port: ports[0] };
}
