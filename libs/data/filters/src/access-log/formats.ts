/** What a line of an access log is made from: Envoy's default text, or the format that the log gives. */

import {
  type CompiledFormatString,
  compileFormat,
  compileFormatString,
  type Exchange,
  type FormatOptions,
  jsonText,
  type Route,
} from '@weft/data-runtime';
import { describeProvenance } from '@weft/kernel';
import type { SubstitutionFormatString } from '@weft/xds-messages/envoy/config/core/v3/substitution_format_string';

/** Envoy's. */
const defaultText =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

/** Keys of Istio's JSON log, sorted and joined: a log with exactly these gets `reason` besides. */
const istioKeys =
  'authority,bytes_received,bytes_sent,connection_termination_details,downstream_local_address,downstream_remote_address,duration,method,path,protocol,request_id,requested_server_name,response_code,response_code_details,response_flags,route_name,start_time,upstream_cluster,upstream_host,upstream_local_address,upstream_service_time,upstream_transport_failure_reason,user_agent,x_forwarded_for';

/** @returns what writes one line with its end. @throws WeftError `config_rejected`. */
export function compileLine(
  format: SubstitutionFormatString | undefined,
  where: string,
  options: FormatOptions,
): (exchange: Exchange) => string {
  if (format === undefined) {
    const text = compileFormat(defaultText, where, options);
    return (exchange) => text.render(exchange) ?? '-';
  }
  const compiled: CompiledFormatString = compileFormatString(format, where, {
    ...options,
    ...(isIstios(format) ? { extra: { reason: reasonWriter() } } : {}),
  });
  return compiled.render;
}

function isIstios({ format }: SubstitutionFormatString): boolean {
  return format.case === 'jsonFormat' && Object.keys(format.value).sort().join() === istioKeys;
}

/** Why it ended as it did: what a stage says, else where the route is from. */
function reasonWriter(): (exchange: Exchange) => string {
  let last: Route | undefined;
  let text = 'null';
  return ({ reason, route }) => {
    if (reason !== '') return jsonText(reason);
    if (route !== last) {
      last = route;
      text = route === undefined ? 'null' : jsonText(describeProvenance(route.from));
    }
    return text;
  };
}
