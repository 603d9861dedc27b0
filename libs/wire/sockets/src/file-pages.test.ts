import { readFileSync } from 'node:fs';
import { platform } from 'node:process';
import { describe, expect, it } from 'vitest';
import { readMappings, releaseFilePages } from './file-pages.ts';

const smaps = `55a0-55b0 r-xp 00001000 08:01 42                         /usr/bin/node
Rss:                 100 kB
Shared_Dirty:          0 kB
Private_Dirty:         0 kB
Anonymous:             0 kB
55b0-55c0 r--p 00002000 08:01 42                         /usr/bin/node
Rss:                  40 kB
Private_Dirty:        40 kB
Anonymous:            40 kB
55c0-55d0 rw-p 00003000 08:01 42                         /usr/bin/node
Rss:                   8 kB
55e0-55f0 r--p 00000000 00:00 0                          [vvar]
Rss:                   4 kB
`;

describe('pages of program files', () => {
  it('are clean where nothing of a mapping was written, and never of one that can be', () => {
    expect(readMappings(smaps).map(({ from, residentKb, clean }) => [from, residentKb, clean])).toEqual([
      [0x55a0n, 100, true],
      [0x55b0n, 40, false],
    ]);
  });

  it.skipIf(platform !== 'linux')('go, and the process goes on', () => {
    const resident = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
    resident();
    const before = resident();
    expect(releaseFilePages()).toBeGreaterThan(1_024);
    expect(resident()).toBeLessThan(before);
    expect(JSON.parse('{"still":"here"}')).toEqual({ still: 'here' });
  });
});
