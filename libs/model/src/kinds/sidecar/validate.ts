/** Rules between the fields of a Sidecar (Istio: pkg/config/validation). */

import { unixPrefix } from '../../schema/addresses.ts';
import { refuseDryRun } from '../../schema/dry-run.ts';
import { fqdnProblem } from '../../schema/names.ts';
import { isHttpProtocol, isTlsProtocol, isUdp } from '../../schema/protocols.ts';
import { checkSelector } from '../../schema/selectors.ts';
import { isSet, writtenAt } from '../../schema/written.ts';
import type { Report, ValidationContext } from '../definition.ts';
import { validatePool } from '../destination-rule/validate-pool.ts';
import { validateServerTls } from '../gateway/validate-tls.ts';
import { dynamicDns } from './schema.ts';
import type { SidecarIngress, SidecarSpec } from './spec.ts';
import { validateEgress } from './validate-egress.ts';

export function validateSidecar(spec: SidecarSpec, context: ValidationContext): void {
  const { report, warn, written } = context;
  refuseDryRun(context);
  checkSelector(spec.workloadSelector?.labels, 'spec.workloadSelector', warn);
  const { ingress = [], egress = [] } = spec;
  const says = spec.outboundTrafficPolicy !== undefined || spec.inboundConnectionPool !== undefined;
  if (ingress.length === 0 && egress.length === 0 && !says)
    report('spec', 'a Sidecar must have ingress, egress, outboundTrafficPolicy or inboundConnectionPool', 'key');
  const ports = new Set<number>();
  ingress.forEach((listener, index) => {
    const path = `spec.ingress[${index}]`;
    const { number } = listener.port;
    if (ports.has(number)) report(`${path}.port.number`, `port ${number} has a listener already`);
    ports.add(number);
    validateIngress(listener, writtenAt(written, 'ingress', index), path, context);
  });
  const inboundPool = writtenAt(written, 'inboundConnectionPool');
  validatePool(spec.inboundConnectionPool, inboundPool, 'spec.inboundConnectionPool', context);
  validateEgress(egress, context);
  warnOfDatagrams(written, warn);
  validateOutbound(spec, context);
}

function validateIngress(
  { port, tls, connectionPool }: SidecarIngress,
  body: unknown,
  path: string,
  context: ValidationContext,
): void {
  const { report, warn } = context;
  validatePool(connectionPool, writtenAt(body, 'connectionPool'), `${path}.connectionPool`, context);
  if (connectionPool?.http !== undefined && !isHttpProtocol(port.protocol))
    warn(`${path}.connectionPool.http`, 'the port is not of HTTP: of the pool, tcp alone has an effect', 'key');
  if (tls === undefined) return;
  const refused = ['subjectAltNames', 'httpsRedirect', 'credentialName', 'credentialNames', 'tlsCertificates'] as const;
  for (const field of refused) {
    const value = tls[field];
    if (Array.isArray(value) ? value.length > 0 : isSet(value))
      report(`${path}.tls.${field}`, `${field} is for gateways; the tls of a Sidecar does not have it`, 'key');
  }
  if (tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'AUTO_PASSTHROUGH')
    report(`${path}.tls.mode`, `mode ${tls.mode} is for gateways; the tls of a Sidecar does not have it`);
  if (!isTlsProtocol(port.protocol))
    report(
      `${path}.tls`,
      `protocol ${port.protocol === '' ? 'unset' : port.protocol} takes no tls; use TLS or HTTPS`,
      'key',
    );
  validateServerTls(tls, writtenAt(body, 'tls'), `${path}.tls`, context);
}

function warnOfDatagrams(written: unknown, warn: Report): void {
  for (const side of ['ingress', 'egress']) {
    const listeners = writtenAt(written, side);
    (Array.isArray(listeners) ? listeners : []).forEach((listener: unknown, index) => {
      if (isUdp(writtenAt(listener, 'port')))
        warn(`spec.${side}[${index}].port.protocol`, 'a proxy carries no UDP; it listens for TCP there');
    });
  }
}

function validateOutbound(
  { outboundTrafficPolicy }: SidecarSpec,
  { report, warn, written }: Pick<ValidationContext, 'report' | 'warn' | 'written'>,
): void {
  const mode = writtenAt(written, 'outboundTrafficPolicy', 'mode');
  if (mode === dynamicDns)
    warn('spec.outboundTrafficPolicy.mode', `${dynamicDns} is not done yet in this version; it is taken for ALLOW_ANY`);
  const proxy = outboundTrafficPolicy?.egressProxy;
  if (proxy === undefined) return;
  const path = 'spec.outboundTrafficPolicy.egressProxy';
  if (mode !== 'ALLOW_ANY') {
    report(path, 'egressProxy needs mode ALLOW_ANY', 'key');
    return;
  }
  const problem = proxy.host.startsWith(unixPrefix) ? undefined : fqdnProblem(proxy.host);
  if (problem !== undefined) report(`${path}.host`, problem);
  if (proxy.port === undefined) report(path, 'egressProxy needs a port', 'key');
}
