/** What the endpoint is told of the client's certificate. */

import type { JsonObject } from '@bufbuild/protobuf';
import { identities } from '../tls-material.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { chains, mutual, serverTls, to } from './tls-parts.ts';

const get = { send: 'GET /' } as const;
const secret = { tls: { as: 'client', sni: 'any.example' } } as const;
const forwards = (
  forward_client_cert_details: string,
  set_current_client_cert_details: JsonObject = {},
): JsonObject => ({
  forward_client_cert_details,
  set_current_client_cert_details,
});
const xfcc = (name: string, manager: JsonObject, sent: readonly string[], wanted: RegExp | undefined): TrafficCase => ({
  name,
  listener: chains({ ...mutual, ...to('a', manager) }),
  requests: [
    { ...get, ...secret, headers: sent, see: { status: 200, upstream: { 'x-forwarded-client-cert': wanted } } },
  ],
  ignore: { fields: ['upstream'], because: 'hashes are compared by the pattern' },
});
const forged = ['x-forwarded-client-cert: By=forged'];
const hash = 'Hash=[0-9a-f]{64}';

export const tlsXfccCases: readonly TrafficCase[] = [
  xfcc('SANITIZE removes the field of the client', forwards('SANITIZE'), forged, undefined),
  xfcc(
    'SANITIZE_SET tells who the client is',
    forwards('SANITIZE_SET', { uri: true }),
    forged,
    new RegExp(`^By=${identities.server};${hash};URI=${identities.client}$`),
  ),
  xfcc(
    'SANITIZE_SET tells subject and DNS names where asked',
    forwards('SANITIZE_SET', { subject: true, uri: true, dns: true }),
    [],
    new RegExp(`^By=${identities.server};${hash};Subject="";URI=${identities.client}$`),
  ),
  xfcc(
    'APPEND_FORWARD appends to the field of the client',
    forwards('APPEND_FORWARD', { uri: true }),
    forged,
    new RegExp(`^By=forged,By=${identities.server};${hash};URI=${identities.client}$`),
  ),
  xfcc('FORWARD_ONLY hands the field on as it came', forwards('FORWARD_ONLY'), forged, /^By=forged$/),
  xfcc('ALWAYS_FORWARD_ONLY hands the field on too', forwards('ALWAYS_FORWARD_ONLY'), forged, /^By=forged$/),
  xfcc(
    'SANITIZE_SET with the certificate of the client',
    forwards('SANITIZE_SET', { cert: true }),
    [],
    /;Cert="-----BEGIN%20CERTIFICATE-----%0A.*"$/,
  ),
  {
    name: 'FORWARD_ONLY without a client certificate removes the field',
    listener: chains({ ...serverTls('site'), ...to('a', forwards('FORWARD_ONLY')) }),
    requests: [
      { ...get, tls: {}, headers: forged, see: { status: 200, upstream: { 'x-forwarded-client-cert': undefined } } },
    ],
  },
];
