/** Whether and how the requests of a listener are traced (Istio, core/tracing.go). */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type EffectiveTracing, mergeTracing } from '@weft/model';
import {
  type HttpConnectionManager_Tracing,
  HttpConnectionManager_TracingSchema,
  type RequestIDExtension,
  RequestIDExtensionSchema,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { UuidRequestIdConfigSchema } from '@weft/xds-messages/envoy/extensions/request_id/uuid/v3/uuid';
import type { Context } from '../context.ts';
import { type Side, telemetriesOf, trafficSide } from './side.ts';
import { type TracingProvider, tracingProvider, zipkinAt } from './tracing-provider.ts';
import { tracingTags } from './tracing-tags.ts';

export interface TracingSettings {
  readonly tracing?: HttpConnectionManager_Tracing;
  readonly requestIdExtension?: RequestIDExtension;
}

/** Nothing where no spans are made. */
export function tracing(context: Context, side: Side): TracingSettings {
  const effective = effectiveTracing(context, side);
  const provider = effective === undefined ? undefined : providerOf(context, effective);
  if (effective === undefined || provider?.tracer === undefined) return {};
  const own = context.world.input.mesh.defaultConfig.tracing;
  const maxPathTagLength = provider.maxTagLength || own.maxPathTagLength;
  return {
    tracing: create(HttpConnectionManager_TracingSchema, {
      clientSampling: { value: 100 },
      randomSampling: { value: effective.randomSamplingPercentage ?? meshSampling(own.sampling) },
      overallSampling: { value: 100 },
      customTags: tracingTags(context, customTags(context, effective), effective.enableIstioTags),
      provider: provider.tracer,
      ...(maxPathTagLength ? { maxPathTagLength } : {}),
      // A gateway is where a trace begins: what it waits for is told apart from what it does.
      ...(side === 'gateway' ? { spawnUpstreamSpan: true } : {}),
    }),
    ...(effective.useRequestIdForTraceSampling ? {} : { requestIdExtension: requestIdWithoutSampling() }),
  };
}

/** What could not be done as written. */
export function tracingProblems(context: Context, side: Side): readonly string[] {
  const effective = effectiveTracing(context, side);
  if (effective === undefined) return [];
  const formatted = Object.entries(customTags(context, effective)).filter(
    ([, { formatter }]) => formatter !== undefined,
  );
  return [
    ...(providerOf(context, effective)?.problems ?? []),
    ...formatted.map(([name]) => `customTags ${name}: tags by formatter are left out`),
    ...(effective.disableContextPropagation ? ['disableContextPropagation is not done; contexts travel on'] : []),
  ];
}

/** The Telemetry that the tracing of a side comes from; nothing: the mesh configuration. */
export function tracingOrigin(context: Context, side: Side): EffectiveTracing['telemetry'] {
  return effectiveTracing(context, side)?.telemetry;
}

/** All that tracing and logs of a proxy's listeners are made from besides the mesh configuration: for their cache. */
export function telemetryInputs(context: Context): readonly unknown[] {
  const traced = (['outbound', 'inbound'] as const).some((side) => effectiveTracing(context, side) !== undefined);
  return [telemetriesOf(context), context.proxy.clusterId, traced ? context.scope.view : undefined];
}

/** Nothing where spans are not to be made. */
function effectiveTracing(context: Context, side: Side): EffectiveTracing | undefined {
  const { mesh } = context.world.input;
  const merged = mergeTracing(telemetriesOf(context), mesh, trafficSide(side));
  if (merged === undefined) {
    if (!mesh.enableTracing || mesh.defaultConfig.tracing.zipkin === undefined) return undefined;
    const { enableIstioTags } = mesh.defaultConfig.tracing;
    return {
      disableSpanReporting: false,
      useRequestIdForTraceSampling: true,
      enableIstioTags,
      disableContextPropagation: false,
    };
  }
  return merged.provider === undefined || merged.disableSpanReporting ? undefined : merged;
}

function providerOf(context: Context, { provider }: EffectiveTracing): TracingProvider | undefined {
  if (provider !== undefined) return tracingProvider(context, provider);
  const zipkin = context.world.input.mesh.defaultConfig.tracing.zipkin;
  return zipkin === undefined ? undefined : zipkinAt(context, zipkin.address);
}

function customTags(
  { world }: Context,
  { customTags: given = {} }: EffectiveTracing,
): NonNullable<EffectiveTracing['customTags']> {
  return Object.keys(given).length > 0 ? given : (world.input.mesh.defaultConfig.tracing.customTags ?? {});
}

/** Percent. 0 is not told apart from absent in Istio's ProxyConfig; a Telemetry can say it. */
function meshSampling(sampling: number | undefined): number {
  return sampling !== undefined && sampling > 0 && sampling <= 100 ? sampling : 1;
}

/** The sampling decision of a request is not read from its id. */
function requestIdWithoutSampling(): RequestIDExtension {
  const config = create(UuidRequestIdConfigSchema, { useRequestIdForTraceSampling: false });
  return create(RequestIDExtensionSchema, { typedConfig: anyPack(UuidRequestIdConfigSchema, config) });
}
