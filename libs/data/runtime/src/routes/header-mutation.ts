/** Header changes of routes and targets, taken apart into Envoy's order. */

import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  type HeaderValueOption,
} from '@weft/xds-messages/envoy/config/core/v3/base';
import { refuse } from '../check/refuse.ts';
import type { HeaderMutation } from '../tables.ts';

/** Names that framing and routing stand on: Envoy refuses to change them too. */
const untouchable: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
]);

/** Nothing where nothing is to be done. @throws WeftError `config_rejected` */
export function compileMutation(
  toAdd: readonly HeaderValueOption[],
  toRemove: readonly string[],
  where: string,
): HeaderMutation | undefined {
  if (toAdd.length === 0 && toRemove.length === 0) return undefined;
  const remove = toRemove.map((name) => checkedName(name, where));
  const set: string[] = [];
  const add: string[] = [];
  for (const option of toAdd) {
    const name = checkedName(option.header?.key ?? '', where);
    const value = literal(option.header?.value ?? '', name, where);
    if (value === '' && !option.keepEmptyValue) continue;
    if (option.appendAction === AppendAction.APPEND_IF_EXISTS_OR_ADD) add.push(name, value);
    else if (option.appendAction === AppendAction.OVERWRITE_IF_EXISTS_OR_ADD) set.push(name, value);
    else refuse(where, `header ${name}: append_action ${option.appendAction} is not supported`);
  }
  return { remove, set, add };
}

function checkedName(name: string, where: string): string {
  const lower = name.toLowerCase();
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) refuse(where, `header ${JSON.stringify(name)}: not a header name`);
  if (untouchable.has(lower)) refuse(where, `header ${lower} may not be changed`);
  return lower;
}

/** Values are literal but for "%%": command operators are not part of the profile. */
function literal(value: string, name: string, where: string): string {
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
    refuse(where, `header ${name}: its value has a control character`);
  if (value.replaceAll('%%', '').includes('%')) refuse(where, `header ${name}: %OPERATORS% are not supported`);
  return value.replaceAll('%%', '%');
}
