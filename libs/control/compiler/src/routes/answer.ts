/** Answers of the proxy itself: redirects and direct responses. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HttpDirectResponse, HttpRedirect } from '@weft/model';
import {
  type DirectResponseActionSchema,
  RedirectAction_RedirectResponseCode,
  type RedirectActionSchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { RouteScope } from './scope.ts';

const redirectCodes: Readonly<Record<number, RedirectAction_RedirectResponseCode>> = {
  301: RedirectAction_RedirectResponseCode.MOVED_PERMANENTLY,
  302: RedirectAction_RedirectResponseCode.FOUND,
  303: RedirectAction_RedirectResponseCode.SEE_OTHER,
  307: RedirectAction_RedirectResponseCode.TEMPORARY_REDIRECT,
  308: RedirectAction_RedirectResponseCode.PERMANENT_REDIRECT,
};

/** The port of the request is that of the listener; what is the scheme's own is not written (Istio's ApplyRedirect). */
export function redirectAction(
  rule: HttpRedirect,
  { calledPort, isTls, semantics }: Pick<RouteScope, 'calledPort' | 'isTls' | 'semantics'>,
): MessageInitShape<typeof RedirectActionSchema> {
  const wanted = rule.port ?? (rule.derivePort === 'FROM_REQUEST_PORT' ? calledPort : 0);
  const scheme = rule.scheme || (isTls ? 'https' : 'http');
  const isUsual = (wanted === 80 && scheme === 'http') || (wanted === 443 && scheme === 'https');
  return {
    responseCode: redirectCodes[rule.redirectCode ?? 301] ?? RedirectAction_RedirectResponseCode.MOVED_PERMANENTLY,
    portRedirect: isUsual ? 0 : wanted,
    ...(rule.authority ? { hostRedirect: rule.authority } : {}),
    ...(rule.uri ? { pathRewriteSpecifier: redirectPath(rule.uri, semantics) } : {}),
    ...(rule.scheme ? { schemeRewriteSpecifier: { case: 'schemeRedirect' as const, value: rule.scheme } } : {}),
  };
}

/** What a translation writes before a path that takes the place of the matched prefix alone (Istio's own mark). */
const prefixMark = '%PREFIX()%';

function redirectPath(uri: string, semantics: RouteScope['semantics']) {
  return semantics === 'gateway' && uri.startsWith(prefixMark)
    ? { case: 'prefixRewrite' as const, value: uri.slice(prefixMark.length) }
    : { case: 'pathRedirect' as const, value: uri };
}

export function directResponseAction({
  status,
  body,
}: HttpDirectResponse): MessageInitShape<typeof DirectResponseActionSchema> {
  if (body?.string !== undefined) return { status, body: { specifier: { case: 'inlineString', value: body.string } } };
  if (body?.bytes === undefined) return { status };
  const bytes = new Uint8Array(Buffer.from(body.bytes, 'base64'));
  return { status, body: { specifier: { case: 'inlineBytes', value: bytes } } };
}
