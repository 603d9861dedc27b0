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
  { calledPort, isTls }: Pick<RouteScope, 'calledPort' | 'isTls'>,
): MessageInitShape<typeof RedirectActionSchema> {
  const wanted = rule.port ?? (rule.derivePort === 'FROM_REQUEST_PORT' ? calledPort : 0);
  const scheme = rule.scheme || (isTls ? 'https' : 'http');
  const path = redirectPath(rule);
  const isUsual = (wanted === 80 && scheme === 'http') || (wanted === 443 && scheme === 'https');
  return {
    responseCode: redirectCodes[rule.redirectCode ?? 301] ?? RedirectAction_RedirectResponseCode.MOVED_PERMANENTLY,
    portRedirect: isUsual ? 0 : wanted,
    ...(rule.authority ? { hostRedirect: rule.authority } : {}),
    ...(path === undefined ? {} : { pathRewriteSpecifier: path }),
    ...(rule.scheme ? { schemeRewriteSpecifier: { case: 'schemeRedirect' as const, value: rule.scheme } } : {}),
  };
}

type PathRewrite = Exclude<MessageInitShape<typeof RedirectActionSchema>['pathRewriteSpecifier'], undefined>;

function redirectPath({ uri, uriRegexRewrite }: HttpRedirect): PathRewrite | undefined {
  if (uri) return { case: 'pathRedirect', value: uri };
  if (uriRegexRewrite === undefined) return undefined;
  const { match, rewrite } = uriRegexRewrite;
  return { case: 'regexRewrite', value: { pattern: { regex: match }, substitution: rewrite } };
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
