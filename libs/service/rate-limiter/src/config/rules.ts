/** The limits of one domain, and which of them a request's descriptor meets. */

export type Unit = 'second' | 'minute' | 'hour' | 'day';

export const unitSeconds: Readonly<Record<Unit, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400 };

export interface Limit {
  /** For clients; empty: none. */
  readonly name: string;
  readonly unit: Unit;
  readonly requestsPerUnit: number;
  readonly unlimited: boolean;
  /** Counted and told, never refused. */
  readonly shadow: boolean;
}

/** A descriptor of the configuration, with those below it. */
export interface RuleNode {
  readonly limit: Limit | undefined;
  /** By "key\0value"; "key" alone stands for any value. */
  readonly children: ReadonlyMap<string, RuleNode>;
}

/** By domain. */
export type Rules = ReadonlyMap<string, RuleNode>;

export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** The limit at the end of the descriptor's path: each entry by its value, else by its key alone. */
export function findLimit(rules: Rules, domain: string, entries: readonly Entry[]): Limit | undefined {
  let node = rules.get(domain);
  for (const { key, value } of entries) node = node?.children.get(`${key}\0${value}`) ?? node?.children.get(key);
  return node?.limit;
}
