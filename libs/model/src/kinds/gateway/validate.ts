/** Rules between the fields of a Gateway (Istio: pkg/config/validation). */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { anyCaseLabelProblem } from '../../schema/names.ts';
import { isHttpProtocol, isTlsProtocol, isUdp } from '../../schema/protocols.ts';
import { isSet, writtenAt } from '../../schema/written.ts';
import type { Report, ValidationContext } from '../definition.ts';
import { isUnixBind } from './schema.ts';
import type { GatewayServer, GatewaySpec } from './spec.ts';
import { validateServerTls } from './validate-tls.ts';

export function validateGateway(spec: GatewaySpec, context: ValidationContext): void {
  const { report, warn, written, metadata } = context;
  refuseDryRun(context);
  if (metadata.name !== '' && anyCaseLabelProblem(metadata.name) !== undefined)
    report('metadata.name', 'the name of a Gateway is one DNS label: without dots, at most 63 characters');
  const places = placesOfServers(written, warn);
  if (writtenAt(written, 'servers', 0) === undefined) report('spec.servers', 'at least one server is required');
  const portNames = new Set<string>();
  spec.servers.forEach((server, position) => {
    const index = places[position] ?? position;
    const path = `spec.servers[${index}]`;
    const body = writtenAt(written, 'servers', index);
    if (server.hosts.length === 0) report(`${path}.hosts`, 'at least one host is required');
    if (server.port.name === '') report(`${path}.port.name`, 'the port needs a name');
    if (portNames.has(server.port.name)) {
      report(`${path}.port.name`, `the port name ${JSON.stringify(server.port.name)} is used by two servers`);
    }
    portNames.add(server.port.name);
    if (isSet(writtenAt(body, 'defaultEndpoint')))
      warn(`${path}.defaultEndpoint`, 'defaultEndpoint has no effect, in Istio neither', 'key');
    if (isUdp(writtenAt(body, 'port')))
      warn(`${path}.port.protocol`, 'a Gateway carries no UDP; it listens for TCP there, as in Istio');
    validateTls(server, body, path, context);
  });
  warnOfNames(spec, context);
}

/** Where the servers that are left stand in the list as written. */
function placesOfServers(written: unknown, warn: Report): readonly number[] {
  const servers = writtenAt(written, 'servers');
  return (Array.isArray(servers) ? servers : []).flatMap((server: unknown, index) => {
    if (!isUnixBind(writtenAt(server, 'bind'))) return [index];
    warn(`spec.servers[${index}].bind`, 'a Unix socket is not done yet in this version; the server is left out');
    return [];
  });
}

function validateTls(server: GatewayServer, body: unknown, path: string, context: ValidationContext): void {
  const { report, warn } = context;
  const { tls } = server;
  const { protocol } = server.port;
  if (tls === undefined) {
    if (isTlsProtocol(protocol)) report(path, `protocol ${protocol} needs tls`, 'key');
    return;
  }
  validateServerTls(tls, writtenAt(body, 'tls'), `${path}.tls`, context);
  if (tls.httpsRedirect === true && !isHttpProtocol(protocol))
    warn(`${path}.tls.httpsRedirect`, `httpsRedirect is for plain HTTP; it has no effect with ${protocol}`, 'key');
  if (isTlsProtocol(protocol)) return;
  const redirectsOnly =
    (tls.mode === 'PASSTHROUGH' || tls.mode === 'AUTO_PASSTHROUGH') &&
    !isSet(tls.serverCertificate) &&
    !isSet(tls.privateKey) &&
    !isSet(tls.caCertificates);
  if (!isHttpProtocol(protocol)) report(`${path}.tls`, `protocol ${protocol} takes no tls; use TLS or HTTPS`, 'key');
  else if (!redirectsOnly)
    report(`${path}.tls`, `protocol ${protocol} is plain text: of tls it takes httpsRedirect alone; use HTTPS`, 'key');
}

function warnOfNames({ servers }: GatewaySpec, { warn }: ValidationContext): void {
  const names = new Set<string>();
  servers.forEach(({ name }, index) => {
    if (name === undefined || name === '') return;
    if (names.has(name)) warn(`spec.servers[${index}].name`, `duplicate server ${JSON.stringify(name)}`);
    names.add(name);
  });
}
