import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../parse.ts';
import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  ['may be empty', ''],
  ['may hold anything', 'data: { password: aHVudGVyMg== }\nstringData: { other: text }'],
  [
    'refuses text where base64 belongs',
    'data: { password: hunter2! }',
    'data.password: not base64; plain text goes into stringData',
  ],
  [
    'refuses a number and does not repeat it',
    'stringData: { pin: 1234 }',
    'stringData.pin: expected a string, got a number; put it in quotes',
  ],
  ['refuses text for a map and does not repeat it', 'data: hunter2', 'data: expected a map, got a string'],
  [
    'refuses a key with a slash',
    'data: { a/b: aaaa }',
    'data["a/b"]: "a/b" is not a key: letters, digits, "-", "_" and ".", at most 253',
  ],
  [
    'needs both keys as a certificate',
    'type: kubernetes.io/tls\ndata: { tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t }',
    'data: a Secret of type kubernetes.io/tls needs the key tls.key',
  ],
  [
    'warns of a certificate that is none',
    'data: { tls.crt: aHVudGVyMg== }',
    'warning: data["tls.crt"]: no PEM block of a certificate is in here',
  ],
  [
    'warns of a private key that is none',
    'stringData: { key: hunter2 }',
    'warning: data["key"]: no PEM block of a private key is in here',
  ],
  ['helps with a mistyped field', 'dataa: {}', 'dataa: unknown field "dataa"; did you mean "data"?'],
];

describeFull('Secret', import.meta.dirname);
describeVerdicts('Secret', cases);

describe('what is told of a Secret', () => {
  const head = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n';
  it.each([
    'data: { password: hunter2 }',
    'data: [hunter2]',
    'data: hunter2',
    'stringData: { pin: hunter2, pin: hunter2 }',
    'stringData: { pin: "x" "hunter2" }',
    'stringData:\n  pin: "x" hunter2',
    'stringData:\n  pin: x\n hunter2',
    'stringData: { pin: hunter2',
    'stringData: { pin: &hunter2 [*hunter2] }',
    'type: [hunter2]',
    'immutable: hunter2',
    'type: kubernetes.io/tls\ndata: { tls.crt: aHVudGVyMg== }',
  ])('%j: never holds a value, and says that its lines are not to be shown', (body) => {
    const { violations, warnings } = parseDocuments('f.yaml', `${head}${body}\n`);
    const told = [...violations, ...warnings];
    expect(told.length).toBeGreaterThan(0);
    expect(JSON.stringify(told)).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(told.filter(({ confidential }) => confidential !== true)).toEqual([]);
  });

  it('is said of no other kind', () => {
    const { violations } = parseDocuments(
      'f.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: 3\n',
    );
    expect(violations).toMatchObject([{ message: 'expected a map, got the number 3' }]);
    expect(violations[0]).not.toHaveProperty('confidential');
  });
});
