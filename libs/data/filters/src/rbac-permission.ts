/** What a policy permits: envoy.config.rbac.v3.Permission as a closure. */

import {
  compileCidrTest,
  compileHeaderTest,
  compileMetadataTest,
  compilePathMatcher,
  compileTextTest,
  compileUriTemplate,
  refuse,
  unpack,
} from '@weft/data-runtime';
import type { Permission } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { UriTemplateMatchConfigSchema } from '@weft/xds-messages/envoy/extensions/path/match/uri_template/v3/uri_template_match';
import { allOf, anyOf, type RbacScope, type RbacTest } from './rbac-subject.ts';

/** @throws WeftError `config_rejected` for what is not done, by name. */
export function compilePermission(permission: Permission, scope: RbacScope, where: string): RbacTest {
  const { rule } = permission;
  switch (rule.case) {
    case 'andRules':
      return allOf(rule.value.rules.map((one) => compilePermission(one, scope, where)));
    case 'orRules':
      return anyOf(rule.value.rules.map((one) => compilePermission(one, scope, where)));
    case 'notRule': {
      const test = compilePermission(rule.value, scope, where);
      return (subject) => !test(subject);
    }
    case 'any':
      return () => true;
    case 'header': {
      assertHttp(scope, 'header', where);
      const test = compileHeaderTest(rule.value, where);
      return ({ request }) => request !== undefined && test(request);
    }
    case 'urlPath': {
      assertHttp(scope, 'url_path', where);
      const test = compilePathMatcher(rule.value, where);
      return ({ request }) => request !== undefined && test(request.path);
    }
    case 'uriTemplate': {
      assertHttp(scope, 'uri_template', where);
      const config = unpack(rule.value.typedConfig, UriTemplateMatchConfigSchema, `${where}: uri_template`);
      const template = compileUriTemplate(config.pathTemplate, `${where}: uri_template`);
      return ({ request }) => request !== undefined && template.test(request.path);
    }
    case 'destinationIp': {
      const test = compileCidrTest([rule.value], where);
      return ({ connection }) => test(connection.localAddress);
    }
    case 'destinationPort': {
      const port = rule.value;
      return ({ connection }) => portOf(connection.localAddress) === port;
    }
    case 'destinationPortRange': {
      const { start, end } = rule.value;
      if (start < 0 || end > 65_536 || start >= end)
        refuse(where, `destination_port_range [${start}, ${end}) is not valid`);
      return ({ connection }) => {
        const port = portOf(connection.localAddress);
        return port >= start && port < end;
      };
    }
    case 'metadata': {
      const test = compileMetadataTest(rule.value, where);
      return ({ metadata }) => test(metadata);
    }
    case 'requestedServerName': {
      const test = compileTextTest(rule.value, where);
      return ({ connection }) => test(connection.sni ?? '');
    }
    case 'matcher':
      return refuse(where, 'permission: field matcher is not supported');
    default:
      return refuse(where, 'a permission has no rule');
  }
}

function assertHttp(scope: RbacScope, field: string, where: string): void {
  if (scope === 'network') refuse(where, `field ${field} is not supported by a network filter`);
}

/** "10.0.0.1:80" or "[::1]:80"; 0: there is none. */
function portOf(address: string): number {
  let port = 0;
  for (let i = address.lastIndexOf(':') + 1; i < address.length; i += 1) port = port * 10 + address.charCodeAt(i) - 48;
  return port;
}
