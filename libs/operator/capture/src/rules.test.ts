import { describe, expect, it } from 'vitest';
import { type CaptureOptions, captureDefaults } from './capture-options.ts';
import { captureRules } from './rules.ts';

const rulesOf = (change: Partial<CaptureOptions> = {}, family: 4 | 6 = 4): string =>
  captureRules({ ...captureDefaults, ...change }, family);

describe('the rules of a capture', () => {
  it("are Istio's where nothing is said", () => {
    expect(rulesOf()).toBe(`*nat
:WEFT_OUTPUT - [0:0]
:WEFT_INBOUND - [0:0]
:WEFT_REDIRECT - [0:0]
:WEFT_IN_REDIRECT - [0:0]
-A WEFT_REDIRECT -p tcp -j REDIRECT --to-ports 15001
-A WEFT_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
-A WEFT_INBOUND -p tcp --dport 15020 -j RETURN
-A WEFT_INBOUND -p tcp --dport 15021 -j RETURN
-A WEFT_INBOUND -p tcp --dport 15090 -j RETURN
-A WEFT_INBOUND -p tcp -j WEFT_IN_REDIRECT
-A WEFT_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN
-A WEFT_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner 1337 -j WEFT_IN_REDIRECT
-A WEFT_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --gid-owner 1337 -j WEFT_IN_REDIRECT
-A WEFT_OUTPUT -o lo -p tcp -m owner ! --uid-owner 1337 -j RETURN
-A WEFT_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A WEFT_OUTPUT -m owner --gid-owner 1337 -j RETURN
-A WEFT_OUTPUT -d 127.0.0.1/32 -j RETURN
-A WEFT_OUTPUT -j WEFT_REDIRECT
-A PREROUTING -p tcp -j WEFT_INBOUND
-A OUTPUT -p tcp -j WEFT_OUTPUT
COMMIT
`);
  });

  it('take the words of all lists, each family its own ranges', () => {
    const change = {
      outboundPort: 25_001,
      inboundPort: 25_006,
      uids: [],
      gids: [99],
      includeInboundPorts: [80, 443],
      excludeInboundPorts: [22],
      includeOutboundRanges: ['10.0.0.0/8', 'fd00::/8'],
      excludeOutboundRanges: ['10.1.0.0/16', 'fd01::/16'],
      includeOutboundPorts: [5432],
      excludeOutboundPorts: [3306],
    };
    expect(rulesOf(change)).toBe(`*nat
:WEFT_OUTPUT - [0:0]
:WEFT_INBOUND - [0:0]
:WEFT_REDIRECT - [0:0]
:WEFT_IN_REDIRECT - [0:0]
-A WEFT_REDIRECT -p tcp -j REDIRECT --to-ports 25001
-A WEFT_IN_REDIRECT -p tcp -j REDIRECT --to-ports 25006
-A WEFT_INBOUND -p tcp --dport 22 -j RETURN
-A WEFT_INBOUND -p tcp --dport 80 -j WEFT_IN_REDIRECT
-A WEFT_INBOUND -p tcp --dport 443 -j WEFT_IN_REDIRECT
-A WEFT_OUTPUT -p tcp --dport 3306 -j RETURN
-A WEFT_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN
-A WEFT_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --gid-owner 99 -j WEFT_IN_REDIRECT
-A WEFT_OUTPUT -o lo -p tcp -m owner ! --gid-owner 99 -j RETURN
-A WEFT_OUTPUT -m owner --gid-owner 99 -j RETURN
-A WEFT_OUTPUT -d 127.0.0.1/32 -j RETURN
-A WEFT_OUTPUT -d 10.1.0.0/16 -j RETURN
-A WEFT_OUTPUT -p tcp --dport 5432 -j WEFT_REDIRECT
-A WEFT_OUTPUT -d 10.0.0.0/8 -j WEFT_REDIRECT
-A PREROUTING -p tcp -j WEFT_INBOUND
-A OUTPUT -p tcp -j WEFT_OUTPUT
COMMIT
`);
    const six = rulesOf(change, 6);
    expect(six).toContain('-d fd00::/8 -j WEFT_REDIRECT');
    expect(six).toContain('-d fd01::/16 -j RETURN');
    expect(six).toContain('! -d ::1/128 -o lo');
    expect(six).not.toContain('10.');
  });
});
