/** Rules between the fields of a Gateway. */

import type { ValidationContext } from '../definition.ts';
import type { GatewaySpec } from './spec.ts';

export function validateGateway(spec: GatewaySpec, { report }: ValidationContext): void {
  if (spec.servers.length === 0) report('spec.servers', 'at least one server is required');
  const portNames = new Set<string>();
  const serverNames = new Set<string>();
  spec.servers.forEach((server, index) => {
    const path = `spec.servers[${index}]`;
    if (server.hosts.length === 0) report(`${path}.hosts`, 'at least one host is required');
    if (server.port.name === '') report(`${path}.port.name`, 'the port needs a name');
    if (portNames.has(server.port.name)) {
      report(`${path}.port.name`, `the port name ${JSON.stringify(server.port.name)} is used by two servers`);
    }
    portNames.add(server.port.name);
    if (server.name === undefined) return;
    if (serverNames.has(server.name)) report(`${path}.name`, `duplicate server ${JSON.stringify(server.name)}`);
    serverNames.add(server.name);
  });
}
