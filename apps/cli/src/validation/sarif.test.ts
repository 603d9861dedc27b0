import { describe, expect, it } from 'vitest';
import { type Finding, judge } from './finding.ts';
import { documentRules, toSarif } from './sarif.ts';

const ofDocuments = (found: readonly Finding[], version: string): unknown =>
  toSarif(
    found.map((finding) => ({ ...finding, rule: `configuration-${finding.severity}` })),
    documentRules,
    version,
  );

const document = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a }
spec: { host: a, trafficPolicy: { loadBalancer: { simple: LEAST_CONN } } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: a }
spec: { hosts: [a], http: [{ route: [{ destination: { host: a } }], timeoutt: 3s }] }
`;

describe('SARIF', () => {
  const { findings, resources } = judge([{ name: './my rules/a.yaml', text: document }]);

  it('has errors and warnings in the order of the lines', () => {
    expect(resources).toBe(1);
    expect(findings.map(({ severity, line }) => [severity, line])).toEqual([
      ['warning', 4],
      ['error', 9],
    ]);
  });

  it('names file, line, column and path', () => {
    expect(ofDocuments(findings, '1.2.3')).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'weft', version: '1.2.3' } },
          results: [
            { level: 'warning', ruleIndex: 1 },
            {
              level: 'error',
              ruleId: 'configuration-error',
              message: { text: 'spec.http[0].timeoutt: unknown field "timeoutt"; did you mean "timeout"?' },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'my%20rules/a.yaml' },
                    region: { startLine: 9, startColumn: 69 },
                  },
                  logicalLocations: [{ fullyQualifiedName: 'spec.http[0].timeoutt' }],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('has a file URL for an absolute path', () => {
    const [finding] = findings;
    const sarif = ofDocuments(finding === undefined ? [] : [{ ...finding, file: '/a b.yaml' }], '1');
    expect(JSON.stringify(sarif)).toContain('"uri":"file:///a%20b.yaml"');
  });
});
