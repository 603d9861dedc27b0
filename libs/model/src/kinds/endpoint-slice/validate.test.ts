import { expect, it } from 'vitest';
import { parseDocuments } from '../../parse.ts';
import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const noService =
  'warning: metadata.labels: without the label kubernetes.io/service-name these endpoints belong to no Service';
const v4 = (endpoints: string): string => `addressType: IPv4\nendpoints: [${endpoints}]`;

const cases: Case[] = [
  ['may have no endpoints', 'addressType: IPv4\nendpoints: []', noService],
  ['needs a type of address', 'endpoints: []', 'addressType: "addressType" is required'],
  [
    'refuses another type of address',
    'addressType: MAC\nendpoints: []',
    'addressType: "MAC" is not one of IPv4, IPv6, FQDN',
  ],
  [
    'refuses an address of the other family',
    v4('{ addresses: ["::1"] }'),
    'endpoints[0].addresses[0]: "::1" is not an IPv4 address',
  ],
  [
    'refuses an endpoint without address',
    v4('{ addresses: [] }'),
    'endpoints[0].addresses: at least one address is required',
  ],
  [
    'refuses a name as address',
    v4('{ addresses: [a.example] }'),
    'endpoints[0].addresses[0]: "a.example" is not an IPv4 address',
  ],
  [
    'refuses two ports of one name',
    `${v4('')}\nports: [{ name: a, port: 1 }, { name: a, port: 2 }]`,
    'ports[1].name: duplicate port name "a"',
    noService,
  ],
  [
    'helps with a mistyped field',
    `${v4('{ addresses: [10.0.0.1], nodename: a }')}`,
    'endpoints[0].nodename: unknown field "nodename"; did you mean "nodeName"?',
    noService,
  ],
];

describeFull('EndpointSlice', import.meta.dirname);
describeVerdicts('EndpointSlice', cases);

it('an EndpointSlice has its fields beside its metadata, and they have places', () => {
  const text =
    'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: a }\naddressType: IPv4\nendpoints: []\n';
  const [slice] = parseDocuments('f.yaml', text).resources;
  expect(slice?.at('addressType')).toEqual({ file: 'f.yaml', line: 4, column: 14 });
});
