/** ListenerFilterChainMatchPredicate: for which ports a listener filter is left out. */

import type { ListenerFilterChainMatchPredicate } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { refuse } from '../check/refuse.ts';

/** @throws WeftError `config_rejected` */
export function compilePortPredicate(
  predicate: ListenerFilterChainMatchPredicate,
  where: string,
): (destinationPort: number) => boolean {
  const { rule } = predicate;
  switch (rule.case) {
    case 'anyMatch':
      return () => true;
    case 'destinationPortRange': {
      const { start, end } = rule.value;
      return (port) => port >= start && port < end;
    }
    case 'notMatch': {
      const test = compilePortPredicate(rule.value, where);
      return (port) => !test(port);
    }
    case 'orMatch': {
      const tests = rule.value.rules.map((each) => compilePortPredicate(each, where));
      return (port) => tests.some((test) => test(port));
    }
    case 'andMatch': {
      const tests = rule.value.rules.map((each) => compilePortPredicate(each, where));
      return (port) => tests.every((test) => test(port));
    }
    default:
      return refuse(where, 'filter_disabled has no rule');
  }
}
