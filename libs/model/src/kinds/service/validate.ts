/** Rules between the fields of a Service. */

import { isIP } from 'node:net';
import { fqdnProblem } from '../../schema/names.ts';
import type { Report, ValidationContext } from '../definition.ts';
import { warnOfAnnotations } from '../linkerd/annotations.ts';
import type { ServiceSpec } from './spec.ts';

const appProtocols: ReadonlySet<string> = new Set([
  ...['http', 'https', 'http2', 'grpc', 'grpc-web', 'tcp', 'tls', 'udp', 'mongo', 'mysql', 'redis'],
  ...['kubernetes.io/h2c', 'kubernetes.io/ws', 'kubernetes.io/wss', 'linkerd.io/opaque', 'linkerd.io/tcp'],
]);

export function validateService(spec: ServiceSpec, { report, warn, metadata }: ValidationContext): void {
  warnOfAnnotations({ warn, metadata });
  const external = spec.type === 'ExternalName';
  if (external) validateExternalName(spec, report);
  else {
    if (spec.externalName !== undefined) report('spec.externalName', 'externalName is for type ExternalName', 'key');
    if (spec.ports.length === 0 && spec.clusterIP !== 'None') report('spec.ports', 'at least one port is required');
  }
  if (spec.sessionAffinityTimeoutMs !== undefined && spec.sessionAffinity !== 'ClientIP') {
    report('spec.sessionAffinityConfig', 'sessionAffinityConfig needs sessionAffinity: ClientIP', 'key');
  }
  validatePorts(spec, report);
  spec.ports.forEach(({ appProtocol }, index) => {
    if (appProtocol === undefined || appProtocols.has(appProtocol.toLowerCase())) return;
    const known = 'the mesh does not know this protocol; the port is taken as if appProtocol were absent';
    warn(`spec.ports[${index}].appProtocol`, known);
  });
}

function validateExternalName({ externalName = '', clusterIP }: ServiceSpec, report: Report): void {
  if (externalName === '') report('spec.externalName', 'an ExternalName service needs externalName');
  else {
    const problem =
      isIP(externalName) === 0 ? fqdnProblem(externalName) : 'externalName must be a DNS name, not an address';
    if (problem !== undefined) report('spec.externalName', problem);
  }
  if (clusterIP !== undefined && clusterIP !== '') report('spec.clusterIP', 'an ExternalName service has no clusterIP');
}

function validatePorts({ ports }: ServiceSpec, report: Report): void {
  const names = new Set<string>();
  const numbers = new Set<string>();
  ports.forEach((port, index) => {
    const path = `spec.ports[${index}]`;
    if (port.name === '' && ports.length > 1) report(path, 'a name is required where there are several ports');
    if (port.name !== '' && names.has(port.name))
      report(`${path}.name`, `duplicate port name ${JSON.stringify(port.name)}`);
    const number = `${port.protocol} ${port.port}`;
    if (numbers.has(number)) report(`${path}.port`, `duplicate port ${port.port}`);
    names.add(port.name);
    numbers.add(number);
  });
}
