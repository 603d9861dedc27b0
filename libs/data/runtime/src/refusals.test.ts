/** What is refused, and that the reason names the resource and the field. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createManualClock } from '@weft/kernel';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { describe, expect, it } from 'vitest';
import { refusalsNamedMax } from './limits.ts';
import type { RuntimeChange } from './runtime.ts';
import {
  assignment,
  edsCluster,
  host,
  lbEndpoint,
  type RouteInit,
  routeTo,
  routeUpdate,
  testRuntime,
  update,
} from './testing/resources.ts';

type ClusterInit = MessageInitShape<typeof ClusterSchema>;

describe('a refusal', () => {
  const badCluster = (change: object): ClusterInit & { name: string } => edsCluster('outbound|8080||x', change);
  const badRoute = (change: object) =>
    routeUpdate('r', [host('h', ['*'], [{ ...routeTo('c'), ...change } as RouteInit])]);

  it.each([
    [
      update(ClusterSchema, [badCluster({ respectDnsTtl: true, preconnectPolicy: {} })]),
      'Cluster outbound|8080||x: field preconnect_policy is not supported',
    ],
    [
      update(ClusterSchema, [badCluster({ commonLbConfig: { updateMergeWindow: {}, overrideHostStatus: {} } })]),
      'Cluster outbound|8080||x: field common_lb_config.override_host_status is not supported',
    ],
    [
      update(ClusterSchema, [
        badCluster({ typedExtensionProtocolOptions: { other: anyPack(RawBufferSchema, create(RawBufferSchema)) } }),
      ]),
      'Cluster outbound|8080||x: typed_extension_protocol_options other is not supported',
    ],
    [
      update(ClusterLoadAssignmentSchema, [assignment('c', [lbEndpoint('10.0.0.1', 0)])]),
      'ClusterLoadAssignment c: endpoint 10.0.0.1: port_value must be 1 to 65535',
    ],
    [
      badRoute({ action: { case: 'filterAction', value: {} } }),
      'RouteConfiguration r virtual_hosts[0]: field routes[0].filter_action is not supported',
    ],
    [
      badRoute({ match: { pathSpecifier: { case: 'safeRegex', value: { regex: '(?=a)' } } } }),
      'RouteConfiguration r virtual host h route c: path: regex "(?=a)": error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
    [
      badRoute({ requestHeadersToAdd: [{ header: { key: 'x', value: 'a\r\nb: c' } }] }),
      'RouteConfiguration r virtual host h route c: header x: its value has a control character',
    ],
    [
      badRoute({ requestHeadersToRemove: ['Host'] }),
      'RouteConfiguration r virtual host h route c: header host may not be changed',
    ],
    [
      badRoute({
        action: {
          case: 'route',
          value: { clusterSpecifier: { case: 'weightedClusters', value: { clusters: [{ name: 'a', weight: 0 }] } } },
        },
      }),
      'RouteConfiguration r virtual host h route c: weighted_clusters: the sum of the weights must be over 0',
    ],
    [
      routeUpdate('r', [host('h', ['a'], []), host('i', ['A'], [])]),
      'RouteConfiguration r: domain "A" is claimed twice',
    ],
    [update(SecretSchema, [{ name: 'x' }]), 'Secret x: tls_certificate or validation_context is missing'],
  ])('%#: names the resource and the field', (bad, reason) => {
    expect(testRuntime(createManualClock()).apply(bad)).toBe(reason);
  });

  it('of one resource refuses the whole update and leaves in force what was', () => {
    const runtime = testRuntime(createManualClock());
    runtime.apply(update(ClusterSchema, [edsCluster('a')]));
    const changes: RuntimeChange[] = [];
    runtime.onChange((change) => changes.push(change));
    const reason = runtime.apply(update(ClusterSchema, [edsCluster('b'), badCluster({ preconnectPolicy: {} })], ['a']));
    expect(reason).toBe('Cluster outbound|8080||x: field preconnect_policy is not supported');
    expect([...runtime.tables.clusters.keys()]).toEqual(['a']);
    expect([...(runtime.received().get('type.googleapis.com/envoy.config.cluster.v3.Cluster')?.keys() ?? [])]).toEqual([
      'a',
    ]);
    expect(changes).toEqual([]);
  });

  it('names a bounded number of resources', () => {
    const many = Array.from({ length: refusalsNamedMax + 2 }, (_, index) =>
      edsCluster(`c${index}`, { preconnectPolicy: {} }),
    );
    const reason = testRuntime(createManualClock()).apply(update(ClusterSchema, many)) ?? '';
    expect(reason.split('; ')).toHaveLength(refusalsNamedMax + 1);
    expect(reason).toMatch(/and 2 more$/);
  });

  it('answers a type that is not known, another name inside, and bytes that do not parse', () => {
    const runtime = testRuntime(createManualClock());
    const unknown = { typeUrl: 'type.googleapis.com/x.Y', changed: [], removed: [] };
    expect(runtime.apply(unknown)).toBe('type type.googleapis.com/x.Y is not supported');
    const good = update(ClusterSchema, [edsCluster('c')]);
    const [resource] = good.changed;
    if (resource === undefined) throw new Error('no resource');
    const renamed = { ...good, changed: [{ ...resource, name: 'd' }] };
    expect(runtime.apply(renamed)).toBe('Cluster d: the message is named "c"');
    const broken = { ...good, changed: [{ ...resource, body: { ...resource.body, value: new Uint8Array([255]) } }] };
    expect(runtime.apply(broken)).toBe('Cluster c: Cluster does not parse');
  });

  it('names a field that the messages of this version do not have', () => {
    const good = update(ClusterSchema, [edsCluster('c')]);
    const [resource] = good.changed;
    if (resource === undefined) throw new Error('no resource');
    // Field 1000, a varint.
    const value = new Uint8Array([...resource.body.value, 0xc0, 0x3e, 0x01]);
    const newer = { ...good, changed: [{ ...resource, body: { ...resource.body, value } }] };
    expect(testRuntime(createManualClock()).apply(newer)).toBe('Cluster c: field #1000 is not supported');
  });
});
