import { describe, expect, it } from 'vitest';
import { type Case, describeFull, describeVerdicts, violationsOf } from '../../testing/verdict.ts';
import { isDryRun } from './dry-run.ts';

const source = (fields: string, rest = ''): string => `rules: [{ from: [{ source: { ${fields} } }] }]${rest}`;
const operation = (fields: string, rest = ''): string => `rules: [{ to: [{ operation: { ${fields} } }] }]${rest}`;
const when = (fields: string, rest = ''): string => `rules: [{ when: [{ ${fields} }] }]${rest}`;
const key = (name: string): string => when(`key: "${name}", values: [a]`);
const custom = '\naction: CUSTOM\nprovider: { name: x }';
const from = 'spec.rules[0].from[0].source';
const to = 'spec.rules[0].to[0].operation';
const condition = 'spec.rules[0].when[0]';
const httpOnly =
  'warning: spec.rules[0]: the rule names HTTP attributes only, so it denies all traffic of TCP ports; name the ports that it is about';

const actions: Case[] = [
  ['may say nothing, which allows nothing', '{}'],
  ['takes no rules, which allow nothing', 'rules: []'],
  ['takes an empty rule, which takes everything', 'rules: [{}]'],
  ['takes AUDIT without rules', 'action: AUDIT'],
  ['refuses another action', 'action: REJECT', 'spec.action: "REJECT" is not one of ALLOW, DENY, AUDIT, CUSTOM'],
  ['refuses an action in lower case', 'action: allow', 'spec.action: "allow" is not one of ALLOW, DENY, AUDIT, CUSTOM'],
  [
    'refuses DENY without rules',
    'action: DENY',
    'spec.action: DENY without rules never acts; write "rules: [{}]" for every request',
  ],
  [
    'refuses DENY with no rules',
    'action: DENY\nrules: []',
    'spec.action: DENY without rules never acts; write "rules: [{}]" for every request',
  ],
  [
    'refuses CUSTOM without rules',
    'action: CUSTOM\nprovider: { name: x }',
    'spec.action: CUSTOM without rules never acts; write "rules: [{}]" for every request',
  ],
  [
    'refuses CUSTOM without provider',
    'action: CUSTOM\nrules: [{}]',
    'spec.provider.name: CUSTOM needs the name of a provider',
  ],
  [
    'refuses CUSTOM with a provider without name',
    'action: CUSTOM\nprovider: { name: "" }\nrules: [{}]',
    'spec.provider.name: CUSTOM needs the name of a provider',
  ],
  ['takes CUSTOM with a provider', `rules: [{}]${custom}`],
  ['refuses a provider of ALLOW', 'provider: { name: x }', 'spec.provider: only CUSTOM takes a provider, not ALLOW'],
  [
    'refuses a provider of DENY',
    'action: DENY\nprovider: { name: x }\nrules: [{}]',
    'spec.provider: only CUSTOM takes a provider, not DENY',
  ],
  ['knows what was meant', 'rule: [{}]', 'spec.rule: unknown field "rule"; did you mean "rules"?'],
];

const sources: Case[] = [
  ['takes an empty from', 'rules: [{ from: [] }]'],
  [
    'refuses an entry without source',
    'rules: [{ from: [{}] }]',
    'spec.rules[0].from[0]: an entry of "from" needs a source',
  ],
  ['refuses a source that is empty', source(''), `${from}: the source is empty; leave "from" out to take every caller`],
  [
    'refuses a source of empty lists',
    source('principals: [], notNamespaces: []'),
    `${from}: the source is empty; leave "from" out to take every caller`,
  ],
  ['refuses an empty principal', source('principals: [""]'), `${from}.principals[0]: a principal must not be empty`],
  [
    'refuses an empty request principal',
    source('notRequestPrincipals: [a, ""]'),
    `${from}.notRequestPrincipals[1]: a request principal must not be empty`,
  ],
  ['refuses an empty namespace', source('namespaces: [""]'), `${from}.namespaces[0]: a namespace must not be empty`],
  ['takes wildcards in principals', source('principals: ["*", "a/*", "*/b"], namespaces: ["a*"]')],
  ['takes service accounts', source('serviceAccounts: [a, ns/b]')],
  [
    'refuses a wildcard in a service account',
    source('serviceAccounts: ["a*"]'),
    `${from}.serviceAccounts[0]: "a*": a service account takes no wildcard`,
  ],
  [
    'refuses a service account of three parts',
    source('serviceAccounts: [a/b/c]'),
    `${from}.serviceAccounts[0]: "a/b/c" is not a service account: "account" or "namespace/account"`,
  ],
  [
    'refuses a service account without namespace',
    source('notServiceAccounts: [/b]'),
    `${from}.notServiceAccounts[0]: "/b" is not a service account: "account" or "namespace/account"`,
  ],
  [
    'refuses an empty service account',
    source('serviceAccounts: [""]'),
    `${from}.serviceAccounts[0]: "" is not a service account: "account" or "namespace/account"`,
  ],
  [
    'refuses a long service account',
    source(`serviceAccounts: [${'a'.repeat(321)}]`),
    `${from}.serviceAccounts[0]: a service account has at most 320 characters`,
  ],
  [
    'refuses more service accounts than Istio takes',
    source(`serviceAccounts: [${Array.from({ length: 17 }, (_, index) => `a${index}`).join(', ')}]`),
    `${from}.serviceAccounts: at most 16 service accounts`,
  ],
  [
    'refuses service accounts beside principals',
    source('serviceAccounts: [a], notPrincipals: [b]'),
    `${from}: serviceAccounts cannot stand beside principals or namespaces`,
  ],
  [
    'refuses service accounts beside namespaces',
    source('notServiceAccounts: [a], namespaces: [b]'),
    `${from}: serviceAccounts cannot stand beside principals or namespaces`,
  ],
  ['takes service accounts beside addresses', source('serviceAccounts: [a], ipBlocks: [10.0.0.1]')],
  ['takes addresses and blocks', source('ipBlocks: [10.0.0.1, 10.0.0.0/8, "::1", "2001:db8::/32"]')],
  ['refuses what is no address', source('ipBlocks: [a]'), `${from}.ipBlocks[0]: "a" is not an IP address`],
  ['refuses an empty address', source('ipBlocks: [""]'), `${from}.ipBlocks[0]: "" is not an IP address`],
  [
    'refuses half an address',
    source('remoteIpBlocks: ["10.0"]'),
    `${from}.remoteIpBlocks[0]: "10.0" is not an IP address`,
  ],
  [
    'refuses a bad block',
    source('notIpBlocks: [10.0.0.0/33]'),
    `${from}.notIpBlocks[0]: "10.0.0.0/33" is not a CIDR block`,
  ],
  [
    'refuses a block without bits',
    source('ipBlocks: [10.0.0.0/]'),
    `${from}.ipBlocks[0]: "10.0.0.0/" is not a CIDR block`,
  ],
  [
    'refuses a block of two slashes',
    source('notRemoteIpBlocks: [10.0.0.0/8/8]'),
    `${from}.notRemoteIpBlocks[0]: "10.0.0.0/8/8" is not a CIDR block`,
  ],
  ['takes trust domains', source('trustDomains: [td1], notTrustDomains: [td2]')],
  [
    'refuses fields of the source without source',
    'rules: [{ from: [{ principals: [a] }] }]',
    'spec.rules[0].from[0].principals: unknown field "principals"',
  ],
  ['refuses a string for a list', source('principals: a'), `${from}.principals: expected a list, got the string "a"`],
];

const operations: Case[] = [
  ['takes an empty to', 'rules: [{ to: [] }]'],
  [
    'refuses an entry without operation',
    'rules: [{ to: [{}] }]',
    'spec.rules[0].to[0]: an entry of "to" needs an operation',
  ],
  [
    'refuses an operation that is empty',
    operation(''),
    `${to}: the operation is empty; leave "to" out to take every request`,
  ],
  ['refuses an empty method', operation('methods: [""]'), `${to}.methods[0]: a method must not be empty`],
  ['refuses an empty host', operation('notHosts: [""]'), `${to}.notHosts[0]: a host must not be empty`],
  ['takes ports', operation('ports: ["80", "0", "65535"]')],
  ['refuses a port over 65535', operation('ports: ["65536"]'), `${to}.ports[0]: "65536" is not a port`],
  ['refuses the name of a port', operation('notPorts: [http]'), `${to}.notPorts[0]: "http" is not a port`],
  ['refuses an empty port', operation('ports: [""]'), `${to}.ports[0]: "" is not a port`],
  [
    'refuses a port that is a number',
    operation('ports: [80]'),
    `${to}.ports[0]: expected a string, got the number 80; put it in quotes`,
  ],
  ['takes paths', operation('paths: [/a, /a/*, "*/a", "*", "/a*b", "/a/.+"]')],
  ['refuses an empty path', operation('paths: [""]'), `${to}.paths[0]: a path must not be empty`],
  ['takes path templates', operation('paths: ["/a/{*}/b", "/a/{**}", "/{**}/b/c", "/{*}/{*}"]')],
  [
    'refuses an operator inside a segment',
    operation('paths: ["/a/x{*}"]'),
    `${to}.paths[0]: "/a/x{*}": braces only make the segments "{*}" and "{**}"`,
  ],
  [
    'refuses a name in braces',
    operation('paths: ["/a/{id}"]'),
    `${to}.paths[0]: "/a/{id}": braces only make the segments "{*}" and "{**}"`,
  ],
  [
    'refuses a wildcard beside an operator',
    operation('notPaths: ["/a/{*}/*"]'),
    `${to}.notPaths[0]: "/a/{*}/*": the segment "*" cannot stand in a path template`,
  ],
  [
    'refuses an empty segment beside an operator',
    operation('paths: ["/a//{*}"]'),
    `${to}.paths[0]: "/a//{*}": the segment "" cannot stand in a path template`,
  ],
  [
    'refuses an operator behind {**}',
    operation('paths: ["/{**}/{*}"]'),
    `${to}.paths[0]: "/{**}/{*}": no operator may stand behind "{**}"`,
  ],
  [
    'refuses {**} twice',
    operation('paths: ["/{**}/a/{**}"]'),
    `${to}.paths[0]: "/{**}/a/{**}": no operator may stand behind "{**}"`,
  ],
];

const conditions: Case[] = [
  ['needs a key', when('values: [a]'), `${condition}.key: "key" is required`],
  ['refuses an empty key', when('key: "", values: [a]'), `${condition}.key: the key of a condition must not be empty`],
  ['needs values', when('key: source.ip'), `${condition}: a condition needs values or notValues`],
  ['refuses no values', when('key: source.ip, values: []'), `${condition}: a condition needs values or notValues`],
  ['takes notValues alone', when('key: source.ip, notValues: [10.0.0.1]')],
  [
    'refuses an empty value',
    when('key: source.namespace, values: [""]'),
    `${condition}.values[0]: a value must not be empty`,
  ],
  ['takes a header', key('request.headers[x-a]')],
  [
    'refuses a header without name',
    key('request.headers'),
    `${condition}.key: the key "request.headers" names no member; write for example "request.headers[name]"`,
  ],
  [
    'refuses a header with an empty name',
    key('request.headers[]'),
    `${condition}.key: the key "request.headers[]" names no member; write for example "request.headers[name]"`,
  ],
  [
    'refuses a header that is not closed',
    key('request.headers[x'),
    `${condition}.key: the key "request.headers[x" names no member; write for example "request.headers[name]"`,
  ],
  ['takes a claim', key('request.auth.claims[iss]')],
  ['takes a claim inside another', key('request.auth.claims[a][b]')],
  [
    'refuses a claim without name',
    key('request.auth.claims'),
    `${condition}.key: the key "request.auth.claims" names no member; write for example "request.auth.claims[name]"`,
  ],
  ['takes what a filter of Envoy tells', key('experimental.envoy.filters.a.b[c]')],
  [
    'refuses a filter of Envoy without member',
    key('experimental.envoy.filters.a.b'),
    `${condition}.key: the key "experimental.envoy.filters.a.b" names no member; write for example "experimental.envoy.filters.network.mysql_proxy[db.table]"`,
  ],
  ['refuses an address that is none', key('source.ip'), `${condition}.values[0]: "a" is not an IP address`],
  [
    'refuses a block that is none',
    when('key: destination.ip, notValues: [10.0.0.0/99]'),
    `${condition}.notValues[0]: "10.0.0.0/99" is not a CIDR block`,
  ],
  ['refuses a port that is none', key('destination.port'), `${condition}.values[0]: "a" is not a port`],
  [
    'refuses a service account with a wildcard',
    when('key: source.serviceAccount, values: ["*"]'),
    `${condition}.values[0]: "*": a service account takes no wildcard`,
  ],
  [
    'tells of a key that is gone',
    key('destination.labels[version]'),
    `${condition}.key: the key "destination.labels[version]" is not known any more: use the policy’s selector`,
  ],
  [
    'tells of the namespace that is gone',
    key('destination.namespace'),
    `${condition}.key: the key "destination.namespace" is not known any more: the policy’s own namespace says so`,
  ],
  [
    'refuses inline headers by name',
    key('request.experimental.inline.headers[x]'),
    `${condition}.key: the key "request.experimental.inline.headers[x]" is not done yet in this version; use "request.headers[…]"`,
  ],
  [
    'refuses an unknown key',
    key('source.user'),
    `${condition}.key: unknown key "source.user"; known: source.ip, remote.ip, source.namespace, source.principal, source.serviceAccount, source.trustDomain, request.auth.principal, request.auth.audiences, request.auth.presenter, destination.ip, destination.port, connection.sni, request.headers[name], request.auth.claims[name]`,
  ],
];

const customRules: Case[] = [
  ['takes addresses with CUSTOM', source('ipBlocks: [10.0.0.1], notRemoteIpBlocks: [10.0.0.2]', custom)],
  ...['principals', 'notPrincipals', 'requestPrincipals', 'notRequestPrincipals', 'namespaces', 'notNamespaces'].map(
    (field): Case => [
      `refuses ${field} with CUSTOM`,
      source(`${field}: [a]`, custom),
      `${from}.${field}: ${field} cannot be asked for with CUSTOM`,
    ],
  ),
  ...['serviceAccounts', 'notServiceAccounts', 'trustDomains', 'notTrustDomains'].map(
    (field): Case => [
      `refuses ${field} with CUSTOM`,
      source(`${field}: [a]`, custom),
      `${from}.${field}: ${field} cannot be asked for with CUSTOM`,
    ],
  ),
  ...[
    'source.namespace',
    'source.principal',
    'source.serviceAccount',
    'request.auth.principal',
    'request.auth.claims[a]',
  ].map(
    (name): Case => [
      `refuses ${name} with CUSTOM`,
      when(`key: "${name}", values: [a]`, custom),
      `${condition}.key: ${name} cannot be asked for with CUSTOM`,
    ],
  ),
  ['takes headers with CUSTOM', when('key: "request.headers[a]", values: [a]', custom)],
];

const deny = '\naction: DENY';
const tcpRules: Case[] = [
  ['warns of DENY by path alone', operation('paths: [/a]', deny), httpOnly],
  ['warns of DENY by request principal alone', source('notRequestPrincipals: ["*"]', deny), httpOnly],
  ['does not warn where ports are named', operation('paths: [/a], ports: ["80"]', deny)],
  ['does not warn of DENY by principal', source('principals: [a]', deny)],
  ['does not warn of ALLOW by path', operation('paths: [/a]')],
  [
    'warns of DENY by principal and path',
    `rules: [{ from: [{ source: { principals: [a] } }], to: [{ operation: { methods: [GET] } }] }]${deny}`,
    httpOnly,
  ],
  ['does not warn of DENY of everything', `rules: [{}]${deny}`],
];

describeVerdicts('AuthorizationPolicy', [
  ...actions,
  ...sources,
  ...operations,
  ...conditions,
  ...customRules,
  ...tcpRules,
]);
describeFull('AuthorizationPolicy', import.meta.dirname);

const annotated = (value: string, spec: string): string =>
  `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: x, annotations: { istio.io/dry-run: "${value}" } }\nspec: ${spec}\n`;
const annotation = 'metadata.annotations["istio.io/dry-run"]';

describe('a dry run', () => {
  it.each([
    ['is taken for ALLOW', 'true', '{}', []],
    ['is taken for DENY', 'F', '{ action: DENY, rules: [{}] }', []],
    [
      'is refused for AUDIT',
      'true',
      '{ action: AUDIT }',
      [`${annotation}: only ALLOW and DENY have a dry run, not AUDIT`],
    ],
    [
      'is refused for CUSTOM',
      'true',
      '{ action: CUSTOM, provider: { name: x }, rules: [{}] }',
      [`${annotation}: only ALLOW and DENY have a dry run, not CUSTOM`],
    ],
    ['is refused for another word', 'yes', '{}', [`${annotation}: "yes" is neither "true" nor "false"`]],
  ])('%s', (_name, value, spec, expected) => {
    expect(violationsOf(annotated(value, spec))).toEqual(expected);
  });

  it('is one where the annotation is true in Go’s words', () => {
    expect(
      ['true', 'T', '1', 'false', 'yes', ''].map((value) => isDryRun({ annotations: { 'istio.io/dry-run': value } })),
    ).toEqual([true, true, true, false, false, false]);
    expect(isDryRun({ annotations: {} })).toBe(false);
  });

  it('is refused for the other kinds of security.istio.io', () => {
    const text = annotated('true', '{}').replace('AuthorizationPolicy', 'PeerAuthentication');
    expect(violationsOf(text)).toEqual([`${annotation}: istio.io/dry-run is for AuthorizationPolicy alone; remove it`]);
  });
});
