// The rows of the table: what is sent, what is measured, and the goal as a ratio to Envoy in the same run.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { serviceHost, servicePort } from './xds/hop.mjs';

export const host = `${serviceHost}:${servicePort}`;
const mebibyte = 1024 * 1024;

const issuer = 'bench@weft';

/** A key of this run and a token signed with it, for an hour. */
function makeJwt() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = createHmac('sha256', 'bench').update('kid').digest('hex').slice(0, 8);
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: 'ES256', kid, typ: 'JWT' })}.${encode({ iss: issuer, sub: 'load', iat: now, exp: now + 3600 })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url',
  );
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }] });
  return { issuer, jwks, token: `${signed}.${signature}` };
}

const jwt = makeJwt();
const cpu = (atMost) => ({ metric: 'cpuMicrosPerRequest', atMost });

/**
 * `load` names a function of `measure.mjs`; `plan` goes to every hop, `first` and `second` to one. `peers`: who is measured.
 * `warmUpStepsMax`: 1 where memory depends on how often the connections came; nothing: until it has settled.
 * @type {readonly object[]}
 */
export const scenarios = [
  {
    name: 'http1',
    title: 'HTTP/1.1, one hop, 64 connections',
    hops: 1,
    load: 'wrk',
    goals: [cpu(0.5)],
    peers: ['direct', 'weft', 'envoy', 'nginx'],
  },
  {
    name: 'mtls',
    title: 'HTTP/1.1, two hops with mutual TLS, RBAC by principal',
    hops: 2,
    load: 'wrk',
    goals: [cpu(0.4), { metric: 'rssMb', atMost: 1 }],
    peers: ['direct', 'weft', 'envoy', 'nginx'],
  },
  {
    name: 'mtls-jwt',
    title: 'the same with a JWT, one token repeated',
    hops: 2,
    second: { jwt },
    load: 'wrk',
    headers: [`authorization: Bearer ${jwt.token}`],
    goals: [cpu(0.45)],
    peers: ['weft', 'envoy'],
  },
  {
    name: 'grpc-unary',
    title: 'gRPC unary, 8 connections × 16 streams, two hops with mutual TLS',
    hops: 2,
    plan: { http2: true },
    backend: 'grpc',
    load: 'grpcUnary',
    goals: [cpu(0.4)],
    peers: ['direct', 'weft', 'envoy'],
  },
  {
    name: 'grpc-stream',
    title: 'gRPC server stream, 1,000 messages of 1 KB, two hops with mutual TLS (a request: a stream)',
    hops: 2,
    plan: { http2: true },
    backend: 'grpc',
    load: 'grpcStream',
    goals: [cpu(0.5)],
    peers: ['direct', 'weft', 'envoy', 'nginx'],
  },
  {
    name: 'bulk',
    title: 'bodies of 1 MiB down and up, one hop, 8 connections',
    hops: 1,
    load: 'bulk',
    connections: 8,
    bytes: mebibyte,
    goals: [{ metric: 'megabytesPerSecond', atLeast: 0.8 }],
    peers: ['direct', 'weft', 'envoy', 'nginx'],
  },
  {
    name: 'tcp-bulk',
    title: 'the same over TCP',
    hops: 1,
    plan: { tcp: true },
    load: 'bulk',
    connections: 8,
    bytes: mebibyte,
    goals: [{ metric: 'megabytesPerSecond', atLeast: 0.8 }],
    peers: ['direct', 'weft', 'envoy'],
  },
  {
    name: 'handshake',
    title: 'two hops, a new connection with mutual TLS for each request, resumed',
    hops: 2,
    first: { requestsPerConnection: 1 },
    load: 'wrk',
    goals: [cpu(1)],
    peers: ['weft', 'envoy', 'nginx'],
  },
  {
    name: 'idle',
    title: '10,000 idle keep-alive connections, one hop',
    hops: 1,
    load: 'idle',
    connections: 10_000,
    rounds: 1,
    warmUpStepsMax: 1,
    goals: [{ metric: 'rssMb', atMost: 1 }],
    peers: ['weft', 'envoy'],
  },
  {
    name: 'half-load',
    title: 'half of the load that the slower one of Weft and Envoy takes, two hops',
    hops: 2,
    load: 'halfLoad',
    goals: [{ metric: 'p99Ms', atMost: 1.2 }],
    peers: ['weft', 'envoy'],
  },
  {
    name: 'routes',
    title: '2,000 services and 5,000 routes loaded, against an empty table',
    hops: 1,
    load: 'wrk',
    goals: [{ metric: 'cpuMicrosPerRequest', atMost: 1.1, of: 'empty' }],
    peers: ['empty', 'weft'],
    first: { table: { services: 2_000, routes: 5_000 } },
  },
  {
    name: 'update',
    title: 'one of those routes changes twice a second under load',
    hops: 1,
    load: 'update',
    rounds: 1,
    goals: [
      { metric: 'maxMs', atMost: 20, of: 'absolute' },
      { metric: 'failed', atMost: 0, of: 'absolute' },
      // The last may be due as the load ends; more are missed where the control plane did not get its core.
      { metric: 'updatesMissed', atMost: 1, of: 'absolute' },
    ],
    peers: ['weft'],
    first: { table: { services: 2_000, routes: 5_000 } },
  },
];
