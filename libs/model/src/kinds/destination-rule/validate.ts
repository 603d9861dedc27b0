/** Rules between the fields of a DestinationRule (Istio: pkg/config/validation). */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { validateExportTo } from '../../schema/export-to.ts';
import { checkSelector } from '../../schema/selectors.ts';
import { isSet, writtenAt } from '../../schema/written.ts';
import type { ValidationContext } from '../definition.ts';
import type { ClientTls, DestinationRuleSpec, PortPolicy, TrafficPolicy } from './spec.ts';
import { validateLoadBalancer } from './validate-load-balancer.ts';
import { validatePool } from './validate-pool.ts';

export function validateDestinationRule(spec: DestinationRuleSpec, context: ValidationContext): void {
  const { report, warn, written } = context;
  refuseDryRun(context);
  validatePolicy(spec.trafficPolicy, writtenAt(written, 'trafficPolicy'), 'spec.trafficPolicy', context);
  const seen = new Set<string>();
  (spec.subsets ?? []).forEach((subset, index) => {
    const path = `spec.subsets[${index}]`;
    if (seen.has(subset.name)) report(`${path}.name`, `duplicate subset ${JSON.stringify(subset.name)}`);
    seen.add(subset.name);
    const body = writtenAt(written, 'subsets', index, 'trafficPolicy');
    validatePolicy(subset.trafficPolicy, body, `${path}.trafficPolicy`, context);
  });
  const selector = spec.workloadSelector;
  validateExportTo(spec.exportTo, context, { ownNamespaceOnly: selector !== undefined });
  checkSelector(selector?.matchLabels, 'spec.workloadSelector', warn);
}

type PolicyContext = Pick<ValidationContext, 'report' | 'warn' | 'metadata'>;

function validatePolicy(policy: TrafficPolicy | undefined, body: unknown, path: string, context: PolicyContext): void {
  if (policy === undefined) return;
  const { report, warn } = context;
  if (Object.keys(policy).length === 0) report(path, 'a traffic policy must have at least one field', 'key');
  if (policy.tunnel !== undefined && policy.proxyProtocol !== undefined)
    report(`${path}.tunnel`, 'only one of tunnel and proxyProtocol may be given', 'key');
  validatePortPolicy(policy, body, path, context);
  const ports = new Set<number>();
  (policy.portLevelSettings ?? []).forEach((settings, index) => {
    const at = `${path}.portLevelSettings[${index}]`;
    if (Object.keys(settings).length === 1) report(at, 'the settings of a port must have at least one field', 'key');
    const { number } = settings.port;
    if (number === 0 || number > 65_535)
      warn(`${at}.port`, `port ${number} is no port: these settings apply to nothing`, 'key');
    if (ports.has(number)) warn(`${at}.port.number`, `port ${number} has settings already, which are used`);
    ports.add(number);
    validatePortPolicy(settings, writtenAt(body, 'portLevelSettings', index), at, context);
  });
}

function validatePortPolicy(
  { loadBalancer, connectionPool, outlierDetection, tls }: PortPolicy,
  body: unknown,
  path: string,
  context: PolicyContext,
): void {
  const { report, warn } = context;
  const hasOutliers = outlierDetection !== undefined;
  if (loadBalancer !== undefined)
    validateLoadBalancer(loadBalancer, writtenAt(body, 'loadBalancer'), `${path}.loadBalancer`, hasOutliers, context);
  validatePool(connectionPool, writtenAt(body, 'connectionPool'), `${path}.connectionPool`, context);
  if (isSet(writtenAt(body, 'outlierDetection', 'consecutiveErrors')))
    warn(
      `${path}.outlierDetection.consecutiveErrors`,
      'consecutiveErrors is deprecated and has no effect; write consecutive5xxErrors or consecutiveGatewayErrors',
      'key',
    );
  if (writtenAt(body, 'outlierDetection', 'outlierDetectionHttpErrorCodes') !== undefined)
    warn(
      `${path}.outlierDetection.outlierDetectionHttpErrorCodes`,
      'outlierDetectionHttpErrorCodes is not done yet in this version and has no effect',
      'key',
    );
  if ((outlierDetection?.consecutiveLocalOriginFailures ?? 0) > 0) {
    if (outlierDetection?.splitExternalLocalOriginErrors !== true)
      report(
        `${path}.outlierDetection.consecutiveLocalOriginFailures`,
        'consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true',
        'key',
      );
  }
  if (tls !== undefined) validateClientTls(tls, `${path}.tls`, context);
}

/** Istio: ValidateTLS. */
function validateClientTls(tls: ClientTls, path: string, { report, metadata }: PolicyContext): void {
  const configMap = /^configmap:\/\/(.*)$/s.exec(tls.credentialName ?? '')?.[1];
  if (configMap !== undefined && !isNameWithin(configMap, metadata.namespace))
    report(`${path}.credentialName`, `write "configmap://${metadata.namespace}/name": of its own namespace`);
  const isMutual = tls.mode === 'MUTUAL';
  if (!isMutual && tls.mode !== 'SIMPLE') return;
  const given = (field: keyof ClientTls): boolean => {
    const value = tls[field];
    return Array.isArray(value) ? value.length > 0 : isSet(value);
  };
  if (tls.insecureSkipVerify === true) {
    const useless = (['caCertificates', 'credentialName', 'subjectAltNames'] as const).filter(
      (field) => given(field) && !(isMutual && field === 'credentialName'),
    );
    for (const field of useless)
      report(`${path}.${field}`, `${field} cannot stand beside insecureSkipVerify: nothing is verified`, 'key');
  }
  if (given('credentialName')) {
    for (const field of ['clientCertificate', 'privateKey', 'caCertificates', 'caCrl'] as const) {
      if (given(field)) report(`${path}.${field}`, `${field} cannot stand beside credentialName`, 'key');
    }
    return;
  }
  if (!isMutual) return;
  for (const field of ['clientCertificate', 'privateKey'] as const) {
    if (!given(field)) report(path, `mode MUTUAL needs ${field}, or credentialName`, 'key');
  }
}

function isNameWithin(written: string, namespace: string): boolean {
  const [ns, name = '', ...rest] = written.split('/');
  return ns === namespace && name !== '' && rest.length === 0;
}
