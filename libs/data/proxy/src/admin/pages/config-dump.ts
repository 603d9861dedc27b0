/** `/config_dump`: the resources in force in Envoy's JSON form, secrets redacted. */

import { type JsonObject, type JsonValue, toJson } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { ownSecretName } from '@weft/data-runtime';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { messageRegistry } from '@weft/xds-messages/registry';
import { type ReceivedResource, xdsTypes } from '@weft/xds-protocol';
import type { AdminView } from '../admin-view.ts';
import { json, type SideAnswer, type SideRequest, text } from '../side-server.ts';

interface Section {
  readonly dump: string;
  readonly typeUrl: string;
  /** Field of the dump, and what `?resource=` calls it. */
  readonly list: string;
  readonly entryType: string;
  entry(resource: ReceivedResource, body: JsonObject): JsonObject;
}

const admin = 'type.googleapis.com/envoy.admin.v3.';

const sections: readonly Section[] = [
  {
    dump: 'ClustersConfigDump',
    typeUrl: xdsTypes.CDS,
    list: 'dynamic_active_clusters',
    entryType: 'ClustersConfigDump.DynamicCluster',
    entry: ({ version }, cluster) => ({ version_info: version, cluster }),
  },
  {
    dump: 'EndpointsConfigDump',
    typeUrl: xdsTypes.EDS,
    list: 'dynamic_endpoint_configs',
    entryType: 'EndpointsConfigDump.DynamicEndpointConfig',
    entry: ({ version }, endpoints) => ({ version_info: version, endpoint_config: endpoints }),
  },
  {
    dump: 'ListenersConfigDump',
    typeUrl: xdsTypes.LDS,
    list: 'dynamic_listeners',
    entryType: 'ListenersConfigDump.DynamicListener',
    entry: ({ name, version }, listener) => ({ name, active_state: { version_info: version, listener } }),
  },
  {
    dump: 'RoutesConfigDump',
    typeUrl: xdsTypes.RDS,
    list: 'dynamic_route_configs',
    entryType: 'RoutesConfigDump.DynamicRouteConfig',
    entry: ({ version }, routes) => ({ version_info: version, route_config: routes }),
  },
  {
    dump: 'SecretsConfigDump',
    typeUrl: xdsTypes.SDS,
    list: 'dynamic_active_secrets',
    entryType: 'SecretsConfigDump.DynamicSecret',
    entry: ({ name, version }, secret) => ({ name, version_info: version, secret }),
  },
];

/** As Envoy: endpoints only with `?include_eds`; `?resource=` gives the bare entries of one list; `?name_regex` is not taken. */
export function configDumpPage(view: AdminView, request: SideRequest): SideAnswer {
  const resource = request.query.get('resource');
  if (resource !== null) {
    const section = sections.find(({ list }) => list === resource);
    if (section === undefined) {
      return text(400, `?resource= is one of ${sections.map(({ list }) => list).join(', ')}\n`);
    }
    const configs = entriesOf(view, section).map((entry) => ({ '@type': admin + section.entryType, ...entry }));
    return json(200, { configs });
  }
  const withEndpoints = request.query.has('include_eds');
  const dumps = sections
    .filter(({ typeUrl }) => typeUrl !== xdsTypes.EDS || withEndpoints)
    .map((section) => ({ '@type': admin + section.dump, [section.list]: entriesOf(view, section) }));
  return json(200, { configs: [bootstrapOf(view), ...dumps] });
}

function bootstrapOf(view: AdminView): JsonObject {
  const node = toJson(NodeSchema, view.node, { useProtoFieldName: true });
  return { '@type': `${admin}BootstrapConfigDump`, bootstrap: { node } };
}

function entriesOf(view: AdminView, section: Section): JsonObject[] {
  const resources = [...(view.received().get(section.typeUrl)?.values() ?? [])];
  const entries = resources.map((resource) => section.entry(resource, redact(bodyOf(resource)) as JsonObject));
  return section.typeUrl === xdsTypes.SDS ? [...ownSecret(view), ...entries] : entries;
}

function bodyOf({ body }: ReceivedResource): JsonValue {
  return toJson(AnySchema, body, { registry: messageRegistry(), useProtoFieldName: true });
}

/** The secret that this proxy made itself; as Envoy shows one that came by SDS. */
function ownSecret(view: AdminView): JsonObject[] {
  const identity = view.identity();
  if (identity === undefined) return [];
  const secret = {
    '@type': xdsTypes.SDS,
    name: ownSecretName,
    tls_certificate: {
      certificate_chain: { inline_string: identity.certChainPem },
      private_key: { inline_string: redacted },
    },
  };
  return [{ name: ownSecretName, version_info: identity.chain[0]?.serial ?? '', secret }];
}

const redacted = '[redacted]';
const secretFields: ReadonlySet<string> = new Set(['private_key', 'password', 'session_ticket_keys', 'generic_secret']);

function redact(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      secretFields.has(key) ? { inline_string: redacted } : redact(inner as JsonValue),
    ]),
  );
}
