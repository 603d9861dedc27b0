import { describe, expect, it } from 'vitest';
import { envoyArguments } from './envoy-arguments.ts';

const told = { bootstrap: '/state/envoy.json', logLevel: 'info' as const };

describe('the command line of an Envoy', () => {
  it('names the bootstrap, and keeps away from other Envoys of the machine', () => {
    const args = envoyArguments({ ...told, concurrency: 2, more: [] });
    expect(args.join(' ')).toContain('--config-path /state/envoy.json --disable-hot-restart --concurrency 2');
    expect(args.join(' ')).toContain('--log-level warning');
  });

  it.each([[['--log-level', 'debug']], [['-l', 'debug']], [['--log-level=debug']]])(
    'says nothing twice that the user says: %s',
    (more) => {
      const args = envoyArguments({ ...told, more });
      expect(args).not.toContain('warning');
      expect(args.slice(-more.length)).toEqual(more);
    },
  );
});
