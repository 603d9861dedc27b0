import { createServer, type Server } from 'node:http';
import { createManualClock } from '@weft/kernel';
import { createModel, type Model, parseDocuments } from '@weft/model';
import { afterEach, describe, expect, it } from 'vitest';
import { documentBytesMax, fetchText } from './fetch-text.ts';
import { createKeySetKeeper, refreshMs, retryFirstMs, retryMaxMs, sourcesMax } from './key-set-keeper.ts';

const modelOf = (rules: readonly string[]): Model =>
  createModel(
    parseDocuments(
      'f.yaml',
      `apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: { name: x }\nspec: { jwtRules: [${rules.join(', ')}] }\n`,
    ).resources,
  );
const uri = 'https://issuer.example/keys';
const rule = `{ issuer: i, jwksUri: "${uri}" }`;

function setUp(answers: (url: string) => Promise<string>) {
  const clock = createManualClock();
  const warnings: string[] = [];
  const asked: string[] = [];
  let changes = 0;
  const keeper = createKeySetKeeper({
    clock,
    logger: {
      info: () => {},
      warn: (_details: object | string, message?: string) => void warnings.push(message ?? ''),
    },
    fetch(url) {
      asked.push(url);
      return answers(url);
    },
    onChange: () => {
      changes += 1;
    },
  });
  /** Everything that was promised has happened. */
  const settle = () => new Promise<void>((done) => setImmediate(done));
  return { clock, keeper, warnings, asked, changes: () => changes, settle };
}

describe('the keeper of key sets', () => {
  it('fetches what rules name, again after its time, and forgets what no rule names', async () => {
    let version = 1;
    const { keeper, clock, settle, changes, asked } = setUp(() => Promise.resolve(`{"keys":[],"v":${version}}`));
    keeper.setModel(modelOf([rule]));
    await settle();
    expect([...keeper.keySets()]).toEqual([[uri, '{"keys":[],"v":1}']]);
    version = 2;
    clock.advance(refreshMs);
    await settle();
    expect(keeper.keySets().get(uri)).toBe('{"keys":[],"v":2}');
    expect(changes()).toBe(2);
    keeper.setModel(modelOf([]));
    expect(keeper.keySets().size).toBe(0);
    clock.advance(refreshMs);
    expect(asked).toHaveLength(2);
    expect(clock.pending()).toBe(0);
  });

  it('keeps the last keys when an issuer fails, and asks again after 1, 2, 4 … 60 minutes', async () => {
    let broken = false;
    const { keeper, clock, settle, warnings, asked } = setUp(() =>
      broken ? Promise.reject(new Error('answered 500')) : Promise.resolve('{"keys":[]}'),
    );
    keeper.setModel(modelOf([rule]));
    await settle();
    broken = true;
    clock.advance(refreshMs);
    await settle();
    expect(keeper.keySets().has(uri)).toBe(true);
    expect(warnings.at(-1)).toContain('the last ones stay');
    for (let waitMs = retryFirstMs; waitMs < retryMaxMs; waitMs *= 2) {
      const before = asked.length;
      clock.advance(waitMs - 1);
      await settle();
      expect(asked).toHaveLength(before);
      clock.advance(1);
      await settle();
      expect(asked).toHaveLength(before + 1);
    }
    const before = asked.length;
    clock.advance(retryMaxMs);
    await settle();
    expect(asked).toHaveLength(before + 1);
    keeper.stop();
    expect(clock.pending()).toBe(0);
  });

  it('finds the key set of an issuer without one by its OpenID configuration', async () => {
    const { keeper, settle, asked } = setUp((url) =>
      Promise.resolve(url.endsWith('openid-configuration') ? '{"jwks_uri":"https://i.example/k"}' : '{"keys":[]}'),
    );
    keeper.setModel(modelOf(['{ issuer: "https://i.example/" }']));
    await settle();
    await settle();
    expect(asked).toEqual(['https://i.example/.well-known/openid-configuration', 'https://i.example/k']);
    expect(keeper.keySets().size).toBe(1);
  });

  it.each([
    ['no JSON', 'x'],
    ['no keys', '{}'],
    ['null', 'null'],
  ])('does not take %s for a key set', async (_what, text) => {
    const { keeper, settle, warnings } = setUp(() => Promise.resolve(text));
    keeper.setModel(modelOf([rule]));
    await settle();
    expect(keeper.keySets().size).toBe(0);
    expect(warnings).toHaveLength(1);
  });

  it('keeps so many sources and no more', async () => {
    const { keeper, asked, settle } = setUp(() => Promise.resolve('{"keys":[]}'));
    keeper.setModel(
      modelOf(Array.from({ length: sourcesMax + 1 }, (_, n) => `{ issuer: i${n}, jwksUri: "${uri}/${n}" }`)),
    );
    await settle();
    expect(asked).toHaveLength(sourcesMax);
    keeper.stop();
  });
});

describe('a document from the network', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());
  const serve = async (status: number, body: string): Promise<string> => {
    server = createServer((_request, answer) => answer.writeHead(status).end(body)).listen(0, '127.0.0.1');
    await new Promise((listening) => server?.once('listening', listening));
    const bound = server.address();
    return `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/`;
  };

  it('is read whole', async () => {
    expect(await fetchText(await serve(200, 'x'.repeat(100_000)), 5_000)).toHaveLength(100_000);
  });

  it.each([
    ['another status', 404, '', 'answered 404'],
    ['more than fits', 200, 'x'.repeat(documentBytesMax + 1), `the answer is larger than ${documentBytesMax} bytes`],
  ])('is refused: %s', async (_what, status, body, message) => {
    await expect(fetchText(await serve(status, body), 5_000)).rejects.toThrow(message);
  });

  it.each(['http://169.254.169.254/latest', 'http://[fe80::1]/', 'http://[fd00:ec2::254]/'])(
    'is never asked of %s',
    async (url) => {
      await expect(fetchText(url, 100)).rejects.toThrow('link-local');
    },
  );
});
