/** WEFT0116: weights that are probably not what was meant. */

import type { Resource } from '@weft/model';
import type { Analyser, Doubt } from '../analyser.ts';

export const weights: Analyser = {
  code: 'WEFT0116',
  name: 'weights',
  severity: 'info',
  istio: [],
  summary: 'Weights of a route do not sum up to 100, one of them is 0, or a destination stands there twice.',
  effect: 'Shares are weight by sum: 50 and 25 are two thirds and one third. A destination of weight 0 gets nothing.',
  remedy: 'Write weights that sum up to 100, and drop destinations that shall get nothing.',
  find: ({ model }) =>
    model
      .byKind('VirtualService')
      .flatMap((resource) => [
        ...resource.spec.http.flatMap((rule, index) => ofRoute(resource, `spec.http[${index}]`, rule.route)),
        ...resource.spec.tcp.flatMap((rule, index) => ofRoute(resource, `spec.tcp[${index}]`, rule.route)),
        ...resource.spec.tls.flatMap((rule, index) => ofRoute(resource, `spec.tls[${index}]`, rule.route)),
      ]),
};

interface Weighted {
  readonly weight?: number;
  readonly destination: {
    readonly host: string;
    readonly subset?: string;
    readonly port?: { readonly number: number };
  };
}

function ofRoute(
  resource: Resource<'VirtualService'>,
  path: string,
  route: readonly Weighted[] = [],
): readonly Doubt[] {
  if (route.length < 2) return [];
  const found: Doubt[] = [];
  const sum = route.reduce((total, { weight = 0 }) => total + weight, 0);
  if (sum !== 100) {
    const shares = route.map(({ weight = 0 }) => `${Number(((100 * weight) / Math.max(1, sum)).toFixed(1))} %`);
    found.push({
      resource,
      path: `${path}.route`,
      message: `the weights sum up to ${sum}; the shares are ${shares.join(', ')}`,
    });
  }
  const seen = new Set<string>();
  route.forEach(({ weight = 0, destination }, index) => {
    const at = `${path}.route[${index}]`;
    const key = `${destination.host}|${destination.subset ?? ''}|${destination.port?.number ?? ''}`;
    if (weight === 0) found.push({ resource, path: at, message: 'weight 0: no request is sent here' });
    if (seen.has(key)) found.push({ resource, path: at, message: 'the destination stands in this route already' });
    seen.add(key);
  });
  return found;
}
