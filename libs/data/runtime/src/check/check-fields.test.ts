/** How deep messages are looked into. */

import { create } from '@bufbuild/protobuf';
import { type Permission, Permission_SetSchema, PermissionSchema } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { describe, expect, it } from 'vitest';
import { checkFields, messageDepthMax } from './check-fields.ts';

const supported = {
  [PermissionSchema.typeName]: ['any', 'not_rule', 'and_rules'],
  [Permission_SetSchema.typeName]: ['rules'],
};

/** A rule within so many others. */
function nested(depth: number): Permission {
  let rule = create(PermissionSchema, { rule: { case: 'any', value: true } });
  for (let i = 0; i < depth; i += 1) rule = create(PermissionSchema, { rule: { case: 'notRule', value: rule } });
  return rule;
}

describe('the check of fields', () => {
  it('refuses a message that is nested deeper than its bound', () => {
    expect(checkFields(PermissionSchema, nested(messageDepthMax), supported)).toBeUndefined();
    expect(checkFields(PermissionSchema, nested(messageDepthMax + 1), supported)).toMatch(
      /^field not_rule\..* is nested too deeply$/,
    );
  });

  it('names the place of what it does not support', () => {
    const header = create(PermissionSchema, { rule: { case: 'destinationPort', value: 80 } });
    const rules = create(PermissionSchema, { rule: { case: 'andRules', value: { rules: [nested(0), header] } } });
    expect(checkFields(PermissionSchema, rules, supported)).toBe(
      'field and_rules.rules[1].destination_port is not supported',
    );
  });
});
