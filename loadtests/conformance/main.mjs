// npm run conformance: h2spec on the sidecar's inbound port, in front of an HTTP/1.1 and of an HTTP/2 application.
// Usage: npm run conformance -- [h2spec's section, like http2/5.1]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../bench/free-ports.mjs';
import { startWeft } from '../bench/peers/weft.mjs';
import { stopProcess, which } from '../bench/processes.mjs';
import { overruled } from './overruled.mjs';

const h2spec = which('h2spec');
if (h2spec === undefined) {
  console.error('h2spec is not installed (github.com/summerwind/h2spec): nothing was tested');
  process.exit(1);
}

const body = 'x'.repeat(220);
const answer = (request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
};
const apps = [
  { name: 'http1', title: 'an HTTP/1.1 application', server: createHttp1(answer), plan: {} },
  { name: 'http2', title: 'an HTTP/2 application', server: createHttp2(answer), plan: { http2: true } },
];

/** @returns {{passed, failed: string[]}} failed cases as "section: what". */
async function run(port) {
  const args = ['-h', '127.0.0.1', '-p', String(port), '-o', '4', ...process.argv.slice(2)];
  const child = spawn(h2spec, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.on('exit', resolve));
  const counts = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(text);
  if (counts === null) throw new Error(`h2spec did not finish: ${text}`);
  const details = text.slice(text.indexOf('Failures:'));
  const failed = Number(counts[4]) === 0 ? [] : [...details.matchAll(/× (.*)/g)].map((match) => match[1]);
  return { tests: Number(counts[1]), passed: Number(counts[2]), failed, details };
}

const folder = mkdtempSync(join(tmpdir(), 'weft-conformance-'));
const running = [];
let bad = 0;
try {
  for (const { name, title, server, plan } of apps) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const scenario = {
      name,
      hops: 1, // A port of HTTP/2: with AUTO what does not begin with the preface is HTTP/1, and answered so.
      plan: { ...plan, inbound: true, anyHost: true, codec: 'HTTP2' },
    };
    const ports = await freePorts(11);
    const started = (child) => running.push(child);
    const peer = await startWeft({ folder, scenario, backendPort: server.address().port, ports, started });
    const { tests, passed, failed, details } = await run(peer.port);
    const excused = failed.filter((text) => overruled.some(({ test }) => text.includes(test)));
    console.log(
      `${title}: ${passed} of ${tests} passed${excused.length > 0 ? `, ${excused.length} overruled by RFC 9113` : ''}`,
    );
    if (failed.length > excused.length) console.log(details);
    for (const { test, section } of overruled) console.log(`  overruled: ${test} (RFC 9113 section ${section})`);
    bad += failed.length - excused.length;
    server.close();
  }
} finally {
  for (const child of running.reverse()) await stopProcess(child);
  for (const { server } of apps) server.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(bad === 0 ? 0 : 1);
