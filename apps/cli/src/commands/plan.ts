/** `weft plan`: what a change would do to traffic, in words, before it is made. */

import { readFile } from 'node:fs/promises';
import { deniedTraffic, describeChange, planChanges, readTap, replay, seenRequestsMax } from '@weft/control-compiler';
import { systemClock } from '@weft/kernel';
import { type AnyResource, createModel, type Model, resourceKey } from '@weft/model';
import {
  AdminError,
  type PlanItem,
  type PlannedItem,
  type PlanRequest,
  type ReplayedRequests,
} from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import type { Paint } from '../output/style.ts';
import { asMesh, readMeshConfig, readOffline, refuseInvalid } from '../validation/offline.ts';
import { type RecentTraffic, recentTraffic, windowMsMax, windowOf } from './recent-traffic.ts';
import { readSources } from './validate.ts';

export interface PlanFlags {
  readonly filename: readonly string[];
  readonly delete: boolean;
  /** Folders or files that stand for the configuration in force; empty: the running control plane's. */
  readonly against: readonly string[];
  readonly meshConfig: string | undefined;
  /** "15m": what the sidecars saw of late; "order=tap.jsonl": lines of the tap of that workload's sidecar. */
  readonly traffic: readonly string[];
  /** Fail where something is dangerous. */
  readonly strict: boolean;
}

/** @throws CliFailure (invalid) where a document is not valid; (failed) with `strict`, after the answer, where a change is dangerous */
export async function plan(context: Context, flags: PlanFlags): Promise<void> {
  const asked = await trafficOf(context, flags);
  const answer = flags.against.length > 0 ? await offline(flags, asked) : await online(context, flags, asked);
  await context.output.answer(context.format, answer, () => describe(context.output.paint, answer));
  for (const note of asked.notes) context.output.note(note);
  const dangers = answer.changes.filter(({ danger }) => danger !== '').length;
  if (flags.strict && dangers > 0) throw new CliFailure(exitCodes.failed, `${dangers} of the changes are dangerous`);
}

interface Traffic {
  readonly traffic: PlanRequest['traffic'];
  /** Absent: it is looked at for what is denied, not replayed. */
  readonly replaySinceMs?: number;
  readonly notes: readonly string[];
}

/** What the sidecars saw in the last hour is asked for in any case: nobody should deny what is in use without being told. */
async function trafficOf(context: Context, flags: PlanFlags): Promise<Traffic> {
  const windows = flags.traffic.flatMap((written) => windowOf(written) ?? []);
  const files = await Promise.all(flags.traffic.filter((written) => windowOf(written) === undefined).map(readTraffic));
  const wanted = windows.length > 0;
  if (!wanted && (files.length > 0 || flags.against.length > 0))
    return { traffic: files, ...(files.length > 0 ? { replaySinceMs: 0 } : {}), notes: [] };
  const recent = await recentTraffic(context, windowMsMax).catch((error: unknown) => {
    if (wanted || !(error instanceof AdminError)) throw error;
    return { traffic: [], asked: 0, silent: 0, note: `nobody was asked what is in use: ${error.message}` };
  });
  return {
    traffic: [...files, ...recent.traffic],
    ...(wanted ? { replaySinceMs: systemClock.now() - Math.max(...windows) } : {}),
    notes: notesOf(recent),
  };
}

/** Who denies what is in use should know that not everybody said what that is. */
function notesOf({ asked, silent, note }: RecentTraffic & { readonly note?: string }): readonly string[] {
  if (note !== undefined) return [note];
  return silent === 0 ? [] : [`${asked} of ${asked + silent} proxies told what they saw in the last hour`];
}

async function readTraffic(written: string): Promise<PlanRequest['traffic'][number]> {
  const equals = written.indexOf('=');
  if (equals <= 0) {
    throw new CliFailure(
      exitCodes.usage,
      `"${written}" is neither a duration nor workload=FILE; write it as in: --traffic 15m, or --traffic order=tap.jsonl`,
    );
  }
  const file = written.slice(equals + 1);
  try {
    return { workload: written.slice(0, equals), lines: await readFile(file, 'utf8') };
  } catch (cause) {
    throw new CliFailure(exitCodes.usage, `cannot read ${file}`, [], cause);
  }
}

async function online(context: Context, flags: PlanFlags, { traffic, replaySinceMs }: Traffic): Promise<PlanItem> {
  const sources = await readSources(flags.filename);
  const yaml = sources.map(({ text }) => text.replace(/\n*$/, '\n')).join('---\n');
  const replayed = replaySinceMs === undefined ? {} : { replaySinceMs };
  return context.operator().plan({ yaml, delete: flags.delete, traffic, ...replayed });
}

async function offline(flags: PlanFlags, { traffic, replaySinceMs }: Traffic): Promise<PlanItem> {
  const [before, change, mesh] = await Promise.all([
    readOffline(flags.against),
    readOffline(flags.filename),
    readMeshConfig(flags.meshConfig),
  ]);
  refuseInvalid(change);
  const after = changedModel(before.model, change.model.resources, flags.delete);
  const sides = [asMesh(before.model, mesh), asMesh(after, mesh)] as const;
  const seen = traffic.flatMap(({ workload, lines }) => readTap(lines, workload)).slice(0, seenRequestsMax);
  const changes = [...planChanges(...sides), ...deniedTraffic(...sides, seen)].map(
    (one): PlannedItem => ({ ...one, sentence: describeChange(one), danger: one.danger ?? '' }),
  );
  if (replaySinceMs === undefined) return { changes };
  const replayed = seen.filter(({ startedAtMs }) => startedAtMs === 0 || startedAtMs >= replaySinceMs);
  return { changes, replay: replay(...sides, replayed) };
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
