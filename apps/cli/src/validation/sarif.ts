/** Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show at their lines. */

import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PrintableFinding } from './print-findings.ts';

export interface SarifRule {
  /** "WEFT0101". */
  readonly id: string;
  readonly text: string;
  readonly level: PrintableFinding['severity'];
  /** Where it is explained. */
  readonly help?: string;
}

export interface SarifFinding extends PrintableFinding {
  /** Id of one of the rules. */
  readonly rule: string;
}

/** What `weft validate` knows of documents. */
export const documentRules: readonly SarifRule[] = [
  { id: 'configuration-error', level: 'error', text: 'The document is refused' },
  {
    id: 'configuration-warning',
    level: 'warning',
    text: 'The document is taken, and probably does not do what is meant',
  },
];

export function toSarif(findings: readonly SarifFinding[], rules: readonly SarifRule[], version: string): unknown {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'weft',
            version,
            rules: rules.map(({ id, text, level, help }) => ({
              id,
              shortDescription: { text },
              defaultConfiguration: { level: levelOf(level) },
              ...(help === undefined ? {} : { help: { text: help } }),
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, rules)),
      },
    ],
  };
}

/** SARIF says "note". */
function levelOf(severity: PrintableFinding['severity']): string {
  return severity === 'info' ? 'note' : severity;
}

function resultOf(
  { severity, file, line, column, path, message, rule }: SarifFinding,
  rules: readonly SarifRule[],
): unknown {
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: levelOf(severity),
    message: { text: path === '' ? message : `${path}: ${message}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } },
        ...(path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }),
      },
    ],
  };
}

/** Relative paths stay relative, so that a code host finds the file in its checkout. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replace(/^\.\//, '').split('/').map(encodeURIComponent).join('/');
}
