/** One field of a rule: what it says of the caller or of the call, and whether it can be asked of a TCP connection. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { PermissionSchema, PrincipalSchema } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';

export type PermissionInit = Extract<MessageInitShape<typeof PermissionSchema>, { $typeName?: never }>;
export type PrincipalInit = Extract<MessageInitShape<typeof PrincipalSchema>, { $typeName?: never }>;

/** Of the values, one must hold; of `notValues`, none. */
export interface Predicate<M> {
  readonly values: readonly M[] | undefined;
  readonly notValues: readonly M[] | undefined;
  /** The attribute exists in HTTP only. */
  readonly httpOnly: boolean;
}

/** Nothing where the user wrote neither. */
export function predicate<M>(
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
  make: (value: string) => M,
  httpOnly = false,
): Predicate<M> | undefined {
  const has = (list: readonly string[] | undefined): list is readonly string[] => list !== undefined && list.length > 0;
  if (!has(values) && !has(notValues)) return undefined;
  return {
    values: has(values) ? values.map(make) : undefined,
    notValues: has(notValues) ? notValues.map(make) : undefined,
    httpOnly,
  };
}

/** All of them together, as one permission. */
export function allPermissions(predicates: readonly Predicate<PermissionInit>[]): PermissionInit {
  const rules = predicates.flatMap(({ values, notValues }): PermissionInit[] => [
    ...(values === undefined ? [] : [{ rule: { case: 'orRules' as const, value: { rules: [...values] } } }]),
    ...(notValues === undefined
      ? []
      : [
          {
            rule: {
              case: 'notRule' as const,
              value: { rule: { case: 'orRules' as const, value: { rules: [...notValues] } } },
            },
          },
        ]),
  ]);
  return rules.length === 0 ? { rule: { case: 'any', value: true } } : { rule: { case: 'andRules', value: { rules } } };
}

/** All of them together, as one principal. */
export function allPrincipals(predicates: readonly Predicate<PrincipalInit>[]): PrincipalInit {
  const ids = predicates.flatMap(({ values, notValues }): PrincipalInit[] => [
    ...(values === undefined ? [] : [{ identifier: { case: 'orIds' as const, value: { ids: [...values] } } }]),
    ...(notValues === undefined
      ? []
      : [
          {
            identifier: {
              case: 'notId' as const,
              value: { identifier: { case: 'orIds' as const, value: { ids: [...notValues] } } },
            },
          },
        ]),
  ]);
  return ids.length === 0
    ? { identifier: { case: 'any', value: true } }
    : { identifier: { case: 'andIds', value: { ids } } };
}
