/** The shape of every filter, and how a kind of filter or of access log is plugged in. */

import type { DescMessage } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { AccessLogFilter } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import type { Exchange } from './exchange.ts';
import type { Cluster } from './tables/cluster.ts';
import type { AccessLogTable } from './tables/http-handler.ts';
import type { Direction, NetworkFilter } from './tables/listener.ts';
import type { Ref } from './tables/route.ts';

/**
 * A filter of one listener, with its configuration compiled in. Each function is called in the order of the path's list for
 * requests, in the opposite order for answers. None may throw; none may call another filter.
 */
export interface HttpFilter {
  readonly name: string;
  /** @returns false: the exchange was ended here, or will go on with `proceed`. */
  readonly onRequest?: (exchange: Exchange) => boolean;
  /** Before the head of an answer is written, the proxy's own answers too. */
  readonly onResponse?: (exchange: Exchange) => void;
  readonly onResponseTrailers?: (exchange: Exchange) => void;
  /** After all: exactly once for each exchange that the filter's `onRequest` could see, whatever became of it (also while waiting). */
  readonly onComplete?: (exchange: Exchange) => void;
}

/** Says of a message type which of its fields (proto names) are understood; see `check/check-fields.ts`. */
export type SupportedFields = Readonly<Record<string, readonly string[]>>;

/** What compiling a filter may need of the tables. */
export interface FilterContext {
  clusterRef(name: string): Ref<Cluster | undefined>;
  readonly direction: Direction;
  /** stat_prefix of the HTTP connection manager. */
  readonly statPrefix: string;
}

/** How one xDS message becomes a filter. One for each folder of data/filters that xDS configures. */
export interface HttpFilterKind {
  /** Of `typed_config`. */
  readonly schema: DescMessage;
  /** Of `typed_per_filter_config`; nothing: the entry's filter takes none. */
  readonly perRouteSchema?: DescMessage;
  /** All messages below the two, those that are Envoy-wide and listed in the runtime's own table excepted. */
  readonly supported: SupportedFields;
  /**
   * @param name of the http_filters entry: key of `filterConfig`. @param config passed the field check already.
   * @returns the filter; nothing: the configuration makes it do nothing. @throws WeftError `config_rejected` (`refuse`).
   */
  compile(config: Any, name: string, context: FilterContext, where: string): HttpFilter | undefined;
  /** @returns what `filterConfig` will give. @throws WeftError `config_rejected`. */
  compilePerRoute?(config: Any, context: Omit<FilterContext, 'statPrefix' | 'direction'>, where: string): unknown;
}

/** How one xDS message becomes a filter of connections. */
export interface NetworkFilterKind {
  readonly schema: DescMessage;
  readonly supported: SupportedFields;
  /** @returns the filter; nothing: the configuration makes it do nothing. @throws WeftError `config_rejected`. */
  compile(
    config: Any,
    name: string,
    context: Omit<FilterContext, 'statPrefix'>,
    where: string,
  ): NetworkFilter | undefined;
}

/** How one xDS message becomes an access log. */
export interface AccessLogKind {
  readonly schema: DescMessage;
  /** All messages below it, those of AccessLogFilter too. */
  readonly supported: SupportedFields;
  /** @param filter of the access_log entry; nothing: every exchange. Both passed the field check. @throws WeftError `config_rejected`. */
  compile(config: Any, filter: AccessLogFilter | undefined, where: string): AccessLogTable;
}

/** `filterConfig` of an entry that FilterConfig.disabled turns off for a route. */
export const filterDisabled: unique symbol = Symbol('filter disabled');

/**
 * Method of a compiled per-route configuration that does not go over that of the levels above, but joins it: called with
 * what they say, it gives what `filterConfig` will give.
 */
export const levelsAbove: unique symbol = Symbol('levels above');
