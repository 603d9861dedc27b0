/** Resources of other APIs as VirtualServices: what they lack is filled in, and their own kind, name and place stay. */

import type { AnyResource, Resource, TcpRule, TlsRule } from '@weft/model';
import { semanticsAnnotation } from '../virtual-services/semantics.ts';

export interface StandInOptions {
  readonly hosts: readonly string[];
  /** "mesh", or "ns/name". */
  readonly gateways: readonly string[];
  /** All that its rules say, as text: another text is another object. */
  readonly content: string;
  /** Rules for connections: they are read from the resource itself. */
  readonly tls?: readonly TlsRule[];
  readonly tcp?: readonly TcpRule[];
}

const made = new WeakMap<object, Map<string, Resource<'VirtualService'>>>();
/** Forms of one resource that are kept; the oldest goes first. */
export const formsMax = 64;

/**
 * Equal options: the same object for as long as the resource is, so that what was made from it holds. Its HTTP rules are not in here:
 * they come placed.
 */
export function standIn(resource: AnyResource, options: StandInOptions): Resource<'VirtualService'> {
  const forms = made.get(resource) ?? new Map<string, Resource<'VirtualService'>>();
  made.set(resource, forms);
  const { hosts, gateways, content, tls = [], tcp = [] } = options;
  const key = JSON.stringify([hosts, gateways, content, tls, tcp]);
  const known = forms.get(key);
  if (known !== undefined) return known;
  const { apiVersion, namespace, name, labels, creationTimestamp, position } = resource;
  const form: Resource<'VirtualService'> = {
    apiVersion,
    // Notices and provenance say the kind that was written.
    kind: resource.kind as 'VirtualService',
    namespace,
    name,
    labels,
    annotations: { ...resource.annotations, [semanticsAnnotation]: 'gateway' },
    creationTimestamp,
    spec: { hosts, gateways, http: [], tls, tcp },
    position,
    at: (path) => resource.at(path),
  };
  forms.set(key, form);
  if (forms.size > formsMax) {
    for (const oldest of forms.keys()) {
      forms.delete(oldest);
      break;
    }
  }
  return form;
}
