import { expect, it } from 'vitest';
import { useCli } from './testing/cli-suite.ts';

const { runAgainst, cli } = useCli();

const token = {
  ...{ id: '0011223344556677', namespace: 'shop', serviceAccount: 'order', workloadGroup: '', uses: 2, usesLeft: 2 },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-01-01T01:00:00.000Z', state: 'valid' },
};
const ca = {
  ...{ phase: 'issuing', since: '2026-01-01T00:00:00.000Z', waitingFor: ['sidecar~1'], certificates: 3 },
  roots: [
    { subject: 'CN=new', fingerprint: 'AA', notAfter: '2036-01-01T00:00:00.000Z', signs: true },
    { subject: 'CN=old', fingerprint: 'BB', notAfter: '2030-01-01T00:00:00.000Z', signs: false },
  ],
  issuing: { subject: 'CN=intermediate', notAfter: '2031-01-01T00:00:00.000Z' },
  revoked: [{ spiffeId: 'spiffe://cluster.local/ns/shop/sa/order', at: '2026-01-01T00:00:00.000Z', reason: 'leak' }],
  ...{ revokedCertificates: 1, listProblem: '' },
};

it('a new join token stands alone on standard output', async () => {
  const made = { status: 201, body: { ...token, token: 'weft_0011223344556677_secret' } };
  const answers = { 'POST /v1/tokens': made };
  const flags = ['-n', 'shop', '--service-account', 'order', '--uses', '2', '--ttl', '1h'];
  const result = await runAgainst(answers, 'token', 'create', ...flags);
  expect([result.code, result.stdout]).toEqual([0, 'weft_0011223344556677_secret\n']);
  expect(result.stderr).toContain('token 0011223344556677 for shop/order: 2 use(s)');
});

it('tokens are listed without what is secret of them', async () => {
  const result = await runAgainst({ 'GET /v1/tokens': { body: { tokens: [token] } } }, 'token', 'list');
  expect(result.stdout).toMatch(/0011223344556677 +shop +order +- +2\/2 .* valid/);
});

it('the status of the CA names who is waited for and what is revoked', async () => {
  const { stdout } = await runAgainst({ 'GET /v1/ca': { body: ca } }, 'ca', 'rotate', 'status');
  expect(stdout).toMatch(/CN=new +yes/);
  expect(stdout).toContain('waits for sidecar~1');
  expect(stdout).toContain('revoked: spiffe://cluster.local/ns/shop/sa/order at 2026-01-01T00:00:00.000Z (leak)');
});

it('a step that is none, an identity that is none and a time that is none are refused with what to write', async () => {
  const wrong = [
    [['ca', 'rotate', 'back'], 'give start, status or finish'],
    [['ca', 'revoke', 'order'], 'give namespace/service-account'],
    [['token', 'create', '-n', 'a', '--service-account', 'b', '--ttl', 'long'], 'like 1h'],
  ] as const;
  for (const [args, words] of wrong) {
    const { code, stderr } = await cli.run([...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  }
});
