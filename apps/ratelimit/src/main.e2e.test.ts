/** The service as a process: over gRPC, in memory and on a real Redis, to its graceful end. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as grpc from '@grpc/grpc-js';
import { bundleProgram, freePort } from '@weft/kernel/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'weft-ratelimit-'));
const file = join(folder, 'limits.yaml');
writeFileSync(file, 'domain: d\ndescriptors:\n  - key: who\n    rate_limit: { unit: day, requests_per_unit: 2 }\n');
const program = join(folder, 'main.mjs');
const running: ChildProcess[] = [];
const folders = [folder];

beforeAll(async () => {
  await bundleProgram(join(import.meta.dirname, 'main.ts'), program);
});

afterEach(async () => {
  for (const child of running.splice(0)) await stop(child);
});

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code as number | null;
}

interface Line {
  readonly message: string;
  readonly port?: number;
}

async function start(...flags: string[]) {
  const child = spawn(process.execPath, [program, '--config', file, '--listen', '127.0.0.1:0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const lines: Line[] = [];
  let wake = (): void => {};
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
    lines.push(JSON.parse(text) as Line);
    wake();
  });
  /** Waits for a line of the log. */
  const said = async (message: string): Promise<Line> => {
    for (;;) {
      const line = lines.find((one) => one.message === message);
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const { port } = await said('listening');
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  return { child, lines, said, client };
}

const pass = (bytes: Buffer): Buffer => bytes;

function call(client: grpc.Client, path: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, pass, pass, request, (error, answer) => {
      if (error === null) resolve(answer ?? Buffer.alloc(0));
      else reject(error);
    });
  });
}

/** domain "d", one descriptor who=me. */
const request = Buffer.from('0a0164120b0a090a0377686f12026d65', 'hex');

/** overall_code: 1 is OK, 2 is OVER_LIMIT. */
async function codes(client: grpc.Client, count: number): Promise<readonly (number | undefined)[]> {
  const found: (number | undefined)[] = [];
  for (let i = 0; i < count; i += 1) {
    found.push((await call(client, '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit', request))[1]);
  }
  return found;
}

describe('the rate-limit service', () => {
  it('judges, says that it is healthy, and ends by SIGTERM', async () => {
    const { child, client } = await start();
    expect(await codes(client, 3)).toEqual([1, 1, 2]);
    expect(await call(client, '/grpc.health.v1.Health/Check', Buffer.alloc(0))).toEqual(Buffer.from([8, 1]));
    client.close();
    expect(await stop(child)).toBe(0);
  });

  it('does not start with limits that are wrong, and says where', () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, 'domain: d\ndescriptors:\n  - nokey: 1\n');
    const { status, stderr } = spawnSync(process.execPath, [program, '--config', wrong], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('wrong.yaml:3: nokey is not known here');
  });

  const missing = spawnSync('redis-server', ['--version']).status !== 0;
  if (missing) process.stdout.write('skipped: redis-server is not installed\n');
  it.skipIf(missing)('counts in Redis with others, and alone while it is down', async () => {
    const port = await freePort();
    const startRedis = async (): Promise<ChildProcess> => {
      const data = mkdtempSync(join(tmpdir(), 'weft-redis-'));
      folders.push(data);
      const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', data];
      const redis = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'ignore'] });
      running.push(redis);
      for await (const line of createInterface({ input: redis.stdout })) if (line.includes('Ready to accept')) break;
      return redis;
    };
    const redis = await startRedis();
    const first = await start('--redis', `127.0.0.1:${port}`);
    const second = await start('--redis', `127.0.0.1:${port}`);
    await first.said('redis is connected');
    await second.said('redis is connected');
    expect([
      ...(await codes(first.client, 1)),
      ...(await codes(second.client, 1)),
      ...(await codes(first.client, 1)),
    ]).toEqual([1, 1, 2]);
    await stop(redis);
    expect(await codes(first.client, 3)).toEqual([1, 1, 2]);
    expect(first.lines.filter(({ message }) => message === 'redis does not answer').length).toBe(1);
    first.client.close();
    second.client.close();
  });
});

process.on('exit', () => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});
