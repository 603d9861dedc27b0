/** WEFT0123: ServiceEntries of bytes without address. */

import type { Analyser } from '../analyser.ts';

export const serviceEntryAddresses: Analyser = {
  code: 'WEFT0123',
  name: 'service-entry-addresses',
  severity: 'info',
  istio: ['IST0134'],
  summary: 'A ServiceEntry has a TCP port and no address.',
  effect:
    'Captured connections cannot be told apart by name: all of that port, to whatever address, are taken for this host.',
  remedy: 'Write `spec.addresses`, or let clients use the sidecar as an HTTP proxy, which tells the name.',
  find: ({ model }) =>
    model.byKind('ServiceEntry').flatMap((resource) => {
      if ((resource.spec.addresses ?? []).length > 0) return [];
      return resource.spec.ports.flatMap(({ protocol, number }, index) =>
        protocol === 'TCP' || protocol === ''
          ? [
              {
                resource,
                path: `spec.ports[${index}]`,
                message: `port ${number} is TCP, and there is no address to know it by`,
              },
            ]
          : [],
      );
    }),
};
