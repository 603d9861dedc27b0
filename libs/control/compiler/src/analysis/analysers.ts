/** The table of contents of `weft analyze`: every analyser, in the order of its code. */

import type { Analyser } from './analyser.ts';
import { claimsWithoutToken } from './analysers/claims-without-token.ts';
import { conflictingGateways } from './analysers/conflicting-gateways.ts';
import { conflictingHosts } from './analysers/conflicting-hosts.ts';
import { conflictingSidecars } from './analysers/conflicting-sidecars.ts';
import { deprecatedVersion } from './analysers/deprecated-version.ts';
import { destinationPort } from './analysers/destination-port.ts';
import { destinationRuleHost } from './analysers/destination-rule-host.ts';
import { emptySubset } from './analysers/empty-subset.ts';
import { gatewayApiConditions } from './analysers/gateway-api-conditions.ts';
import { gatewayWithoutWorkload } from './analysers/gateway-without-workload.ts';
import { httpRulesForBytes } from './analysers/http-rules-for-bytes.ts';
import { linkerdReferences } from './analysers/linkerd-references.ts';
import { mergedDestinationRules } from './analysers/merged-destination-rules.ts';
import { missingCredential } from './analysers/missing-credential.ts';
import { missingDelegate } from './analysers/missing-delegate.ts';
import { missingGateway } from './analysers/missing-gateway.ts';
import { missingSubset } from './analysers/missing-subset.ts';
import { mixedApis } from './analysers/mixed-apis.ts';
import { mutualTlsConflict } from './analysers/mutual-tls-conflict.ts';
import { networkPolicy } from './analysers/network-policy.ts';
import { portProtocol } from './analysers/port-protocol.ts';
import { rootSelector } from './analysers/root-selector.ts';
import { selectsNothing } from './analysers/selects-nothing.ts';
import { serviceEntryAddresses } from './analysers/service-entry-addresses.ts';
import { serviceEntryOverlap } from './analysers/service-entry-overlap.ts';
import { serviceWithoutWorkload } from './analysers/service-without-workload.ts';
import { severalOfOneScope } from './analysers/several-of-one-scope.ts';
import { sidecarImports } from './analysers/sidecar-imports.ts';
import { unknownHost } from './analysers/unknown-host.ts';
import { unknownProvider } from './analysers/unknown-provider.ts';
import { unreachableRule } from './analysers/unreachable-rule.ts';
import { unservedHost } from './analysers/unserved-host.ts';
import { weights } from './analysers/weights.ts';

export const analysers: readonly Analyser[] = [
  unknownHost,
  missingSubset,
  destinationPort,
  unreachableRule,
  conflictingHosts,
  mixedApis,
  missingGateway,
  unservedHost,
  gatewayWithoutWorkload,
  missingCredential,
  conflictingGateways,
  portProtocol,
  selectsNothing,
  rootSelector,
  deprecatedVersion,
  weights,
  destinationRuleHost,
  emptySubset,
  serviceWithoutWorkload,
  mergedDestinationRules,
  mutualTlsConflict,
  serviceEntryOverlap,
  serviceEntryAddresses,
  conflictingSidecars,
  unknownProvider,
  severalOfOneScope,
  claimsWithoutToken,
  httpRulesForBytes,
  sidecarImports,
  missingDelegate,
  networkPolicy,
  gatewayApiConditions,
  linkerdReferences,
];
