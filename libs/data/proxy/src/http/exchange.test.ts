/** What requests and answers become on their way, on real sockets. */

import { encodeStruct } from '@weft/data-filters';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../testing/waiting.ts';
import { always, connectTo } from './testing/rig.ts';
import { createStage, routeTo } from './testing/stops.ts';
import { makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './testing/tables.ts';

const hello = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Who: backend\r\n\r\nhello';
const stage = createStage();
const { backendOf, rigOf, forwarding } = stage;
afterEach(() => stage.stop());

describe('an exchange', () => {
  it('carries a request with lower-case names and an id, and the answer with the service time', async () => {
    const { backend, rig } = await forwarding(always(hello));
    const client = await connectTo(rig.port);
    client.send('GET /x?y=1 HTTP/1.1\r\nHost: A.test\r\nX-Mixed: Case\r\n\r\n');
    const answer = await client.until('hello');
    expect(backend.received()).toMatch(
      /^GET \/x\?y=1 HTTP\/1\.1\r\nhost: A\.test\r\nx-mixed: Case\r\nx-forwarded-proto: http\r\nx-request-id: [0-9a-f-]{36}\r\nx-envoy-attempt-count: 1\r\n\r\n$/,
    );
    expect(answer).toMatch(
      /^HTTP\/1\.1 200 OK\r\ncontent-length: 5\r\nx-who: backend\r\ndate: [^\r]+\r\nx-envoy-upstream-service-time: 0\r\n\r\nhello$/,
    );
  });

  it('uses connections on both sides again', async () => {
    const { backend, rig } = await forwarding((socket, request) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\nyou asked for ${request.split(' ')[1]}.`);
    });
    const client = await connectTo(rig.port);
    for (let i = 1; i <= 3; i += 1) {
      client.send(`GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await client.until(`you asked for /${i}.`);
    }
    expect(backend.connections()).toBe(1);
    expect(rig.log().length).toBe(3);
  });

  it('answers pipelined requests in their order', async () => {
    const { rig } = await forwarding((socket, request) => {
      const path = request.split(' ')[1] ?? '';
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${path.length}\r\n\r\n${path}`);
    });
    const client = await connectTo(rig.port);
    const paths = Array.from({ length: 20 }, (_, i) => `/n${i}.`);
    client.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
    const answer = await client.until('/n19.');
    expect(answer.match(/\/n[0-9]+\./g)).toEqual(paths);
  });

  it('answers a thousand pipelined requests of its own without a deep stack', async () => {
    const route = makeRoute({ kind: 'direct', status: 200, body: 'direct' });
    const rig = await rigOf(makeTable(() => route));
    const client = await connectTo(rig.port);
    client.send(
      `${'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(999)}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect((await client.closed()).split('direct').length - 1).toBe(1_000);
  });

  it('carries a body that comes in pieces', async () => {
    const { backend, rig } = await forwarding(() => {});
    const client = await connectTo(rig.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n');
    client.send('01234');
    await until(() => backend.received().endsWith('01234'));
    client.send('56789');
    await until(() => backend.received().endsWith('0123456789'));
  });

  it('carries chunks and trailers as they came, both ways', async () => {
    const chunks = '3\r\nabc\r\n2\r\nde\r\n0\r\nx-sum: 1\r\n\r\n';
    const { backend, rig } = await forwarding(always(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`));
    const client = await connectTo(rig.port);
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    const answer = await client.until('x-sum: 1\r\n\r\n');
    expect(answer.endsWith(`\r\n\r\n${chunks}`)).toBe(true);
    expect(answer).toContain('transfer-encoding: chunked\r\n');
    expect(backend.received().endsWith(chunks)).toBe(true);
  });

  it('tells a client that waits to go on', async () => {
    const { backend, rig } = await forwarding((socket, request) => {
      expect(request).not.toMatch(/expect/i);
      socket.on('data', () => socket.write(hello));
    });
    const client = await connectTo(rig.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
    await client.until('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('body');
    await client.until('hello');
    expect(backend.received().endsWith('body')).toBe(true);
  });

  it('knows that HEAD, 204 and 304 have no body', async () => {
    const { rig } = await forwarding((socket, request) => {
      if (request.startsWith('HEAD')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n');
      else if (request.includes('/204')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      else if (request.includes('/304')) socket.write('HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n');
      else socket.write(hello);
    });
    const client = await connectTo(rig.port);
    const line = ' HTTP/1.1\r\nHost: a\r\n\r\n';
    client.send(`HEAD /${line}GET /204${line}GET /304${line}GET /${line}`);
    const answer = await client.until('hello');
    expect(answer.match(/HTTP\/1\.1 [0-9]+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 204',
      'HTTP/1.1 304',
      'HTTP/1.1 200',
    ]);
  });

  it('passes on other interim answers', async () => {
    const { rig } = await forwarding(always(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${hello}`));
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await client.until('hello')).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('puts a body that ends with the connection into chunks', async () => {
    const { rig } = await forwarding((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nhello'));
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const answer = await client.until('0\r\n\r\n');
    expect(answer).toContain('transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
  });

  it('rewrites, mutates headers and says the original path', async () => {
    const backend = await backendOf(always(hello));
    const cluster = makeCluster([makeEndpoint(backend.port)]);
    const target = makeTarget(cluster, {
      requestHeaders: (fields) => void fields.push('x-add', 'b'),
      responseHeaders: (fields) => void fields.push('x-target', 't'),
    });
    const route = makeRoute(
      makeForward(target, { rewritePath: (path) => `/new${path}`, rewriteAuthority: () => 'b.test' }),
      {
        requestHeaders: (fields) => void fields.push('x-add', 'a'),
        responseHeaders: (fields) => void fields.push('x-route', 'r'),
      },
    );
    const rig = await rigOf(
      makeTable(() => route, {
        serverName: 'istio-envoy',
        address: { useRemoteAddress: true, trustedHops: 0, skipXffAppend: false, internalRanges: [] },
      }),
      { direction: 'gateway' },
    );
    const client = await connectTo(rig.port);
    client.send('GET /x?q HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n');
    const answer = await client.until('hello');
    const request = backend.received();
    expect(request).toMatch(/^GET \/new\/x\?q HTTP\/1\.1\r\nhost: b\.test\r\n/);
    expect(request).toContain('x-envoy-original-path: /x?q\r\n');
    expect(request).toContain('x-add: b\r\nx-add: a\r\n');
    expect(request).toMatch(/x-forwarded-for: 9\.9\.9\.9,[0-9.]+\r\n/);
    expect(answer).toContain('x-target: t\r\n');
    expect(answer).toContain('x-route: r\r\n');
    expect(answer).toContain('server: istio-envoy\r\n');
  });

  it('redirects and answers itself, with the rule that says so', async () => {
    const redirect = makeRoute({
      kind: 'redirect',
      status: 301,
      location: (exchange) => `${exchange.scheme}://b${exchange.path}`,
    });
    const direct = makeRoute({ kind: 'direct', status: 418, body: 'tea' });
    const rig = await rigOf(makeTable((request) => (request.path === '/r' ? redirect : direct)));
    const client = await connectTo(rig.port);
    client.send('GET /r HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const answer = await client.until('tea');
    expect(answer).toMatch(/^HTTP\/1\.1 301 Moved Permanently\r\nlocation: http:\/\/b\/r\r\n/);
    expect(answer).toContain('x-weft-reason: mesh/a.yaml:7 VirtualService shop/a http[0]\r\n');
    expect(answer).toContain('HTTP/1.1 418');
  });

  it('takes absolute form where it is an explicit proxy, and only there', async () => {
    const backend = await backendOf(always(hello));
    const route = routeTo(backend);
    const open = await rigOf(makeTable(() => route));
    const shut = await rigOf(makeTable(() => route, { allowAbsoluteUrl: false }));
    const request = 'GET http://a.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n';
    const client = await connectTo(open.port);
    client.send(request);
    await client.until('hello');
    expect(backend.received()).toMatch(/^GET \/x HTTP\/1\.1\r\nhost: a\.test\r\n/);
    const refused = await connectTo(shut.port);
    refused.send(request);
    expect(await refused.closed()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('is logged with Istio’s keys and counted with Istio’s labels', async () => {
    const { rig } = await forwarding(always(hello));
    const client = await connectTo(rig.port);
    client.send('GET /q?a="b HTTP/1.1\r\nHost: a.test\r\nUser-Agent: t\xe9st\r\n\r\n');
    await client.until('hello');
    expect(rig.log()[0]).toMatchObject({
      method: 'GET',
      path: '/q?a="b',
      response_code: 200,
      response_flags: '-',
      response_code_details: 'via_upstream',
      bytes_sent: 5,
      user_agent: 't\xe9st',
      authority: 'a.test',
      upstream_cluster: 'outbound|80||a.shop.svc.cluster.local',
      route_name: 'default',
      reason: 'mesh/a.yaml:7 VirtualService shop/a http[0]',
    });
    const text = rig.registry.renderPrometheus();
    expect(text).toMatch(
      /istio_requests_total\{reporter="source",source_workload="self",.*destination_service="a\.shop\.svc\.cluster\.local".*response_code="200",grpc_response_status=""\} 1\n/,
    );
    expect(text).toContain('istio_request_duration_milliseconds_bucket');
    expect(text).toContain('istio_response_bytes_sum');
  });

  it('counts an authenticated caller by what it says of itself, and takes that off', async () => {
    const backend = await backendOf(always(hello));
    const uri = 'spiffe://cluster.local/ns/shop/sa/order';
    const rig = await rigOf(
      makeTable(() => routeTo(backend)),
      { direction: 'inbound', peerUri: uri },
    );
    const client = await connectTo(rig.port);
    const metadata = encodeStruct({ WORKLOAD_NAME: 'order', NAMESPACE: 'shop', LABELS: { app: 'order' } });
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nx-envoy-peer-metadata: ${metadata.toString('base64')}\r\n\r\n`);
    await client.until('hello');
    client.send('GET /again HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await client.closed();
    expect(backend.received()).not.toContain('peer-metadata');
    const counted = /istio_requests_total\{(.*)\} 2\n/.exec(rig.registry.renderPrometheus())?.[1];
    expect(counted).toContain('reporter="destination",source_workload="order"');
    expect(counted).toContain(`source_principal="${uri}"`);
    expect(counted).toContain('connection_security_policy="mutual_tls"');
  });
});
