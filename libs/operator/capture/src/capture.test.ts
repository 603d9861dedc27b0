import { describe, expect, it } from 'vitest';
import { type CaptureRun, capture, captured, undoCapture } from './capture.ts';
import { captureDefaults } from './capture-options.ts';

const foreign = '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p udp -j RETURN\nCOMMIT\n';
const ours = `*nat
:OUTPUT ACCEPT [0:0]
:WEFT_INBOUND - [0:0]
:WEFT_OUTPUT - [0:0]
-A PREROUTING -p tcp -j WEFT_INBOUND
-A OUTPUT -p udp -j RETURN
-A OUTPUT -p tcp -j WEFT_OUTPUT
COMMIT
`;

/** @param answers what `iptables-save` prints, or what a program fails with. */
function system(answers: Readonly<Record<string, string | Error>>) {
  const calls: string[] = [];
  const run: CaptureRun = (program, args, input) => {
    calls.push(input === '' ? `${program} ${args.join(' ')}` : `${program} ${args.join(' ')}\n${input}`);
    const answer = answers[program] ?? '';
    return answer instanceof Error
      ? { status: 2, stdout: '', stderr: answer.message }
      : { status: 0, stdout: answer, stderr: '' };
  };
  return { run, calls };
}

describe('capturing', () => {
  it('writes each family in one transaction', () => {
    const { run, calls } = system({ 'iptables-save': foreign });
    expect(capture(captureDefaults, run)).toEqual([]);
    expect(calls.map((call) => call.split('\n')[0])).toEqual([
      'iptables-save -t nat',
      'ip6tables-save -t nat',
      'iptables-restore --noflush --wait',
      'ip6tables-restore --noflush --wait',
    ]);
  });

  it('replaces the rules of an earlier capture', () => {
    const { run, calls } = system({ 'iptables-save': ours });
    capture(captureDefaults, run);
    expect(calls[1]).toBe(`iptables-restore --noflush --wait
*nat
-D PREROUTING -p tcp -j WEFT_INBOUND
-D OUTPUT -p tcp -j WEFT_OUTPUT
-F WEFT_OUTPUT
-F WEFT_INBOUND
-X WEFT_OUTPUT
-X WEFT_INBOUND
COMMIT
`);
  });

  it('goes on without IPv6 where the system has none, and says so', () => {
    const { run } = system({ 'ip6tables-save': new Error('no such table'), 'ip6tables-restore': new Error('no nat') });
    expect(capture(captureDefaults, run)).toEqual(['IPv6 is not captured: no nat']);
  });

  it('says what iptables said, and leaves nothing of ours behind', () => {
    const { run } = system({ 'iptables-restore': new Error('Permission denied\n (you must be root)') });
    expect(() => capture(captureDefaults, run)).toThrow(
      'iptables-restore refused the rules: Permission denied (you must be root)',
    );
    const missing = system({ 'iptables-save': new Error('spawn iptables-save ENOENT') });
    expect(() => capture(captureDefaults, missing.run)).toThrow('capture needs iptables and root');
  });

  it('is refused without an owner: the sidecar would capture itself', () => {
    expect(() => capture({ ...captureDefaults, uids: [], gids: [] }, system({}).run)).toThrow('without the user');
  });

  it('is seen, and its undoing leaves what is not ours alone', () => {
    expect(captured(system({ 'iptables-save': ours }).run)).toBe(true);
    expect(captured(system({ 'iptables-save': foreign }).run)).toBe(false);
    const { run, calls } = system({ 'iptables-save': foreign });
    expect(undoCapture(run)).toBe(false);
    expect(calls).toHaveLength(2);
    expect(undoCapture(system({ 'iptables-save': ours }).run)).toBe(true);
  });
});
