/** `weft plan`: what a change would do to traffic, in words, before it is made. */

import { readFile } from 'node:fs/promises';
import { describeChange, planChanges, readTap, replay } from '@weft/control-compiler';
import { type AnyResource, createModel, type Model, resourceKey } from '@weft/model';
import type { PlanItem, PlannedItem, ReplayedRequests } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import type { Paint } from '../output/style.ts';
import { asMesh, readMeshConfig, readOffline, refuseInvalid } from '../validation/offline.ts';
import { readSources } from './validate.ts';

export interface PlanFlags {
  readonly filename: readonly string[];
  readonly delete: boolean;
  /** Folders or files that stand for the configuration in force; empty: the running control plane's. */
  readonly against: readonly string[];
  readonly meshConfig: string | undefined;
  /** "order=tap.jsonl": lines of the tap of that workload's sidecar. */
  readonly traffic: readonly string[];
  /** Fail where something is dangerous. */
  readonly strict: boolean;
}

/** @throws CliFailure (invalid) where a document is not valid; (failed) with `strict`, after the answer, where a change is dangerous */
export async function plan(context: Context, flags: PlanFlags): Promise<void> {
  const traffic = await Promise.all(flags.traffic.map(readTraffic));
  const answer = flags.against.length > 0 ? await offline(flags, traffic) : await online(context, flags, traffic);
  await context.output.answer(context.format, answer, () => describe(context.output.paint, answer));
  const dangers = answer.changes.filter(({ danger }) => danger !== '').length;
  if (flags.strict && dangers > 0) throw new CliFailure(exitCodes.failed, `${dangers} of the changes are dangerous`);
}

interface Traffic {
  readonly workload: string;
  readonly lines: string;
}

async function readTraffic(written: string): Promise<Traffic> {
  const equals = written.indexOf('=');
  if (equals <= 0) {
    throw new CliFailure(
      exitCodes.usage,
      `"${written}" is not workload=FILE; write it as in: --traffic order=tap.jsonl`,
    );
  }
  const file = written.slice(equals + 1);
  try {
    return { workload: written.slice(0, equals), lines: await readFile(file, 'utf8') };
  } catch (cause) {
    throw new CliFailure(exitCodes.usage, `cannot read ${file}`, [], cause);
  }
}

async function online(context: Context, flags: PlanFlags, traffic: readonly Traffic[]): Promise<PlanItem> {
  const sources = await readSources(flags.filename);
  const yaml = sources.map(({ text }) => text.replace(/\n*$/, '\n')).join('---\n');
  return context.operator().plan({ yaml, delete: flags.delete, traffic });
}

async function offline(flags: PlanFlags, traffic: readonly Traffic[]): Promise<PlanItem> {
  const [before, change, mesh] = await Promise.all([
    readOffline(flags.against),
    readOffline(flags.filename),
    readMeshConfig(flags.meshConfig),
  ]);
  refuseInvalid(change);
  const after = changedModel(before.model, change.model.resources, flags.delete);
  const sides = [asMesh(before.model, mesh), asMesh(after, mesh)] as const;
  const changes = planChanges(...sides).map(
    (one): PlannedItem => ({ ...one, sentence: describeChange(one), danger: one.danger ?? '' }),
  );
  if (traffic.length === 0) return { changes };
  const seen = traffic.flatMap(({ workload, lines }) => readTap(lines, workload));
  return { changes, replay: replay(...sides, seen) };
}

function changedModel(model: Model, resources: readonly AnyResource[], deletes: boolean): Model {
  const keyOf = (one: AnyResource): string => `${one.kind} ${resourceKey(one)}`;
  const named = new Set(resources.map(keyOf));
  const others = model.resources.filter((one) => !named.has(keyOf(one)));
  const known = new Set(model.resources.map(keyOf));
  const missing = resources.find((one) => !known.has(keyOf(one)));
  if (deletes && missing !== undefined) throw new CliFailure(exitCodes.failed, `there is no ${keyOf(missing)}`);
  return createModel(deletes ? others : [...others, ...resources]);
}

function describe(paint: Paint, { changes, replay: replayed }: PlanItem): string {
  const lines = changes.flatMap(({ sentence, danger, kind }) => {
    if (danger === '') return [`  ${sentence}`];
    return [`${paint('bad', '!')} ${sentence}`, ...(kind === 'doubt' ? [] : [`    ${paint('warn', danger)}`])];
  });
  const dangers = changes.filter(({ danger }) => danger !== '').length;
  const summary =
    changes.length === 0
      ? paint('good', 'nothing changes for any proxy')
      : `${changes.length === 1 ? '1 change' : `${changes.length} changes`}${dangers === 0 ? '' : `, ${paint('bad', `${dangers} of them dangerous`)}`}`;
  return [...lines, summary, ...(replayed === undefined ? [] : describeReplay(paint, replayed))].join('\n');
}

function describeReplay(paint: Paint, { requests, skipped, changed, examples }: ReplayedRequests): readonly string[] {
  const of = `${changed} of ${requests} requests would come out differently`;
  const left = skipped === 0 ? '' : ` (${skipped} could not be asked)`;
  return [
    '',
    `${paint(changed > 0 ? 'warn' : 'good', of)}${left}`,
    ...examples.map(({ request, before, after, count }) => `  ${count} × ${request}: ${before}; then ${after}`),
  ];
}
