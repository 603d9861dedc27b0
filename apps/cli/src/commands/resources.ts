/** `weft apply`, `delete`, `get`: the operator's resources, beside the files of the watched folder. */

import { describeViolation, parseDocuments } from '@weft/model';
import { AdminError, type ResourceItem, type Violation } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { toKind } from '../kind-names.ts';
import { table } from '../output/table.ts';
import { count, readSources, type Source } from './validate.ts';

export async function apply(context: Context, paths: readonly string[]): Promise<void> {
  const sources = await readSources(paths);
  const texts = sources.map((source) => source.text.trimEnd());
  try {
    const applied = await context.operator().apply(texts.join('\n---\n'));
    await context.output.answer(context.format, { applied }, () =>
      applied.length === 0
        ? `nothing to apply: no resource in ${sources.map(({ name }) => name).join(', ')}`
        : applied.map((item) => `${item.kind} ${item.namespace}/${item.name} ${item.change}`).join('\n'),
    );
  } catch (error) {
    if (!(error instanceof AdminError) || error.violations.length === 0) throw error;
    const violations = error.violations.map((violation) => locate(violation, sources, texts));
    throw new CliFailure(
      exitCodes.invalid,
      `${count(violations.length, 'violation')}; nothing was applied`,
      violations.map(describeViolation),
      error,
    );
  }
}

/** The control plane counts lines of the whole request: the user has files. */
function locate(violation: Violation, sources: readonly Source[], texts: readonly string[]): Violation {
  let line = violation.line;
  for (const [index, text] of texts.entries()) {
    const lines = text.split('\n').length;
    const name = sources[index]?.name;
    if (line <= lines && name !== undefined) return { ...violation, file: name, line };
    // And the "---" between two.
    line -= lines + 1;
  }
  return violation;
}

export async function remove(context: Context, kindText: string, name: string, namespace: string): Promise<void> {
  const kind = toKind(kindText);
  await context.operator().remove(kind, namespace, name);
  await context.output.answer(
    context.format,
    { deleted: { kind, namespace, name } },
    () => `${kind} ${namespace}/${name} deleted`,
  );
}

/** Deletes what the files name, one after the other; what is not there is told when the rest is gone, as kubectl does. */
export async function removeFiles(context: Context, paths: readonly string[]): Promise<void> {
  const parsed = (await readSources(paths)).map(({ name, text }) => parseDocuments(name, text));
  const violations = parsed.flatMap((one) => one.violations);
  if (violations.length > 0)
    throw new CliFailure(
      exitCodes.invalid,
      `${count(violations.length, 'violation')}; nothing was deleted`,
      violations.map(describeViolation),
    );
  const deleted: { kind: string; namespace: string; name: string }[] = [];
  const failures: string[] = [];
  for (const { kind, namespace, name } of parsed.flatMap(({ resources }) => resources)) {
    try {
      await context.operator().remove(kind, namespace, name);
      deleted.push({ kind, namespace, name });
    } catch (error) {
      if (!(error instanceof AdminError) || (error.kind !== 'not-found' && error.kind !== 'conflict')) throw error;
      failures.push(error.message);
    }
  }
  await context.output.answer(context.format, { deleted }, () =>
    deleted.length === 0
      ? 'nothing was deleted'
      : deleted.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name} deleted`).join('\n'),
  );
  if (failures.length > 0)
    throw new CliFailure(exitCodes.failed, `${count(failures.length, 'resource')} not deleted`, failures);
}

export interface GetFlags {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

export async function get(context: Context, kindText: string, flags: GetFlags): Promise<void> {
  const kind = kindText === 'all' ? undefined : toKind(kindText);
  const items = await context.operator().resources({
    ...(kind === undefined ? {} : { kind }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
  });
  if (flags.name !== undefined && items.length === 0) {
    const where = flags.namespace === undefined ? 'any namespace' : `namespace ${flags.namespace}`;
    throw new CliFailure(
      exitCodes.failed,
      `there is no ${kind ?? 'resource'} "${flags.name}" in ${where}; \`weft get ${kindText}\` lists what there is`,
    );
  }
  const documents = items.map(toDocument);
  await context.output.answer(
    context.format,
    flags.name !== undefined && documents.length === 1 ? documents[0] : { items: documents },
    () =>
      items.length === 0
        ? 'no resources'
        : table(
            context.output.paint,
            ['KIND', 'NAMESPACE', 'NAME', 'FROM'],
            items.map((item) => [item.kind, item.namespace, item.name, `${item.file}:${item.line}`]),
          ),
  );
}

/** As it would stand in a file, with its place as an annotation. */
function toDocument(item: ResourceItem): unknown {
  return {
    apiVersion: item.apiVersion,
    kind: item.kind,
    metadata: {
      name: item.name,
      namespace: item.namespace,
      annotations: { 'weft.dev/from': `${item.file}:${item.line}` },
    },
    spec: item.spec,
  };
}
