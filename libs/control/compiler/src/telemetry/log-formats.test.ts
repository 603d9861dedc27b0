import type { MeshConfig } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { jsonFormat, meshFormat, textFormat } from './log-formats.ts';

function written({ format }: ReturnType<typeof textFormat>): unknown {
  return format.case === 'textFormatSource' ? format.value.specifier.value : format.value;
}
const ofMesh = (accessLogEncoding: MeshConfig['accessLogEncoding'], accessLogFormat: string): unknown =>
  written(meshFormat({ accessLogEncoding, accessLogFormat }));

describe('formats of access logs', () => {
  it.each([
    ['TEXT', '', /^\[%START_TIME%\] "%REQ\(:METHOD\)% .* %ROUTE_NAME%\n$/],
    ['TEXT', '%PROTOCOL%', /^%PROTOCOL%\n$/],
    ['TEXT', '%PROTOCOL%\n', /^%PROTOCOL%\n$/],
  ] as const)('%s %j is one line', (encoding, format, expected) => {
    expect(ofMesh(encoding, format)).toMatch(expected);
  });

  it.each([
    ['', 24],
    ['no JSON', 24],
    ['["a list"]', 24],
    ['{}', 24],
    ['{"a":{"b":["%PROTOCOL%",1,true,null]}}', 1],
  ])('JSON %j has %i fields', (format, fields) => {
    expect(Object.keys(ofMesh('JSON', format) as object)).toHaveLength(fields);
  });

  it('keeps what is within an object as it is', () => {
    expect(written(jsonFormat({ a: { b: ['%PROTOCOL%', 1, true, null] } }))).toEqual({
      a: { b: ['%PROTOCOL%', 1, true, null] },
    });
  });

  it('leaves out empty values where it is asked to', () => {
    expect(textFormat('', true).omitEmptyValues).toBe(true);
    expect(jsonFormat({}, true).omitEmptyValues).toBe(true);
  });
});
