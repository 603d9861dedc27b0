/** Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show at their lines. */

import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, Severity } from './finding.ts';

const rules: readonly { readonly id: Severity; readonly text: string }[] = [
  { id: 'error', text: 'The document is refused' },
  { id: 'warning', text: 'The document is taken, and probably does not do what is meant' },
];

export function toSarif(findings: readonly Finding[], version: string): unknown {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'weft',
            version,
            rules: rules.map(({ id, text }) => ({
              id: `configuration-${id}`,
              shortDescription: { text },
              defaultConfiguration: { level: id },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(resultOf),
      },
    ],
  };
}

function resultOf({ severity, file, line, column, path, message }: Finding): unknown {
  return {
    ruleId: `configuration-${severity}`,
    ruleIndex: rules.findIndex(({ id }) => id === severity),
    level: severity,
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
