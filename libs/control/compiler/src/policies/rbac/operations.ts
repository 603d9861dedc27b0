/** `to.operation` of a rule as predicates of the call. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type AuthorizationOperation, isPathTemplate } from '@weft/model';
import { UriTemplateMatchConfigSchema } from '@weft/xds-messages/envoy/extensions/path/match/uri_template/v3/uri_template_match';
import { headerForm } from './header-form.ts';
import { type PermissionInit, type Predicate, predicate } from './predicate.ts';
import { stringForm } from './string-forms.ts';

export function operationPredicates(operation: AuthorizationOperation): Predicate<PermissionInit>[] {
  return [
    predicate(operation.hosts, operation.notHosts, hostIs, true),
    predicate(operation.ports, operation.notPorts, onPort),
    predicate(operation.methods, operation.notMethods, methodIs, true),
    predicate(operation.paths, operation.notPaths, pathIs, true),
  ].filter((one) => one !== undefined);
}

/** @param port of the workload, in decimal. */
export function onPort(port: string): PermissionInit {
  return { rule: { case: 'destinationPort', value: Number(port) } };
}

/** With the port where the client sends one. */
function hostIs(host: string): PermissionInit {
  return { rule: { case: 'header', value: headerForm(':authority', host, true) } };
}

function methodIs(method: string): PermissionInit {
  return { rule: { case: 'header', value: headerForm(':method', method) } };
}

/** Without the query. */
function pathIs(path: string): PermissionInit {
  if (!isPathTemplate(path)) {
    return { rule: { case: 'urlPath', value: { rule: { case: 'path', value: stringForm(path) } } } };
  }
  // Envoy writes templates without braces around their wildcards.
  const pathTemplate = path.replaceAll('{**}', '**').replaceAll('{*}', '*');
  const config = create(UriTemplateMatchConfigSchema, { pathTemplate });
  return {
    rule: {
      case: 'uriTemplate',
      value: {
        name: 'envoy.path.match.uri_template.uri_template_matcher',
        typedConfig: anyPack(UriTemplateMatchConfigSchema, config),
      },
    },
  };
}
