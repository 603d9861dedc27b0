import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  ['holds text', 'data: { a: b }'],
  ['refuses a number', 'data: { a: 1 }', 'data.a: expected a string, got the number 1; put it in quotes'],
  ['refuses text as binary data', 'binaryData: { a: "ä" }', 'binaryData.a: not base64; plain text goes into data'],
  [
    'refuses a key that is in both',
    'data: { a: b }\nbinaryData: { a: AAEC }',
    'binaryData: the key "a" is in data too',
  ],
];

describeFull('ConfigMap', import.meta.dirname);
describeVerdicts('ConfigMap', cases);
