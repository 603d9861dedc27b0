/** The import law: which layer may use which, and why. Read by layers.test.ts and, as text, by people. */

const serviceWhy = 'services know nothing of the mesh: it must be removable';

interface Law {
  readonly may: readonly string[];
  readonly why: string;
}

/** Layer (Nx tag `layer:<name>`) → layers that its projects may depend on, and the reason of the bound. */
export const layerTable: Readonly<Record<string, Law>> = {
  kernel: { may: [], why: 'the kernel is what everything stands on: it imports nothing of ours' },
  telemetry: { may: ['kernel'], why: 'metrics and logs must be usable by every plane' },
  wire: { may: ['kernel', 'wire'], why: 'codecs know no policy and no configuration' },
  model: {
    may: ['kernel'],
    why: 'the model is plain data, so that it works from files alone, with no process running',
  },
  xds: { may: ['kernel', 'xds'], why: 'resources are opaque to the protocol' },
  identity: { may: ['kernel'], why: 'identity holds no signing key and knows no plane' },
  control: {
    may: ['kernel', 'telemetry', 'model', 'xds', 'identity', 'control'],
    why: 'the control plane meets the data plane over xDS only',
  },
  data: {
    may: ['kernel', 'telemetry', 'wire', 'xds', 'identity', 'data'],
    why: 'the data plane knows no YAML: it meets the control plane over xDS only',
  },
  service: { may: ['kernel', 'service'], why: serviceWhy },
  operator: { may: ['kernel', 'model', 'operator'], why: 'operator tools speak to running planes over their APIs' },
  testing: {
    may: [
      'kernel',
      'telemetry',
      'wire',
      'model',
      'xds',
      'identity',
      'control',
      'data',
      'operator',
      'service',
      'testing',
    ],
    why: 'test support may boot anything but an app',
  },
  app: {
    may: ['kernel', 'telemetry', 'model', 'xds', 'identity', 'control', 'data', 'service', 'operator'],
    why: 'an app is a thin shell around libraries; nothing imports an app',
  },
};

/** Apps that have a narrower law than their layer. */
const appTable: Readonly<Record<string, Law>> = {
  'control-plane-app': {
    may: ['kernel', 'telemetry', 'control'],
    why: 'the control plane process holds no data plane',
  },
  'sidecar-app': { may: ['kernel', 'telemetry', 'data'], why: 'the sidecar process holds no control plane' },
  'user-app': { may: ['kernel', 'service'], why: serviceWhy },
  'order-app': { may: ['kernel', 'service'], why: serviceWhy },
  'inventory-app': { may: ['kernel', 'service'], why: serviceWhy },
  'payment-app': { may: ['kernel', 'service'], why: serviceWhy },
  'ratelimit-app': { may: ['kernel', 'service'], why: serviceWhy },
  cli: {
    may: ['kernel', 'model', 'operator', 'control'],
    why: 'the command line speaks to running planes over their APIs, and compiles files as the control plane does (weft plan, weft explain -f)',
  },
};

/** Folders whose sub-folders must not import one another: order lives in one list, in one file. */
export const siblingFolders: readonly { readonly folder: string; readonly why: string }[] = [
  {
    folder: 'libs/data/filters/src',
    why: 'filters never import filters: the listener has their order, outbound.ts and inbound.ts that of the stages',
  },
  { folder: 'libs/data/filters/src/network', why: 'filters never import filters: a chain has their order' },
  { folder: 'libs/data/balancing/src', why: 'layers are given the maker of the one below, policies are alternatives' },
  { folder: 'libs/data/health/src', why: 'keepers know nothing of one another: create-cluster-health.ts has them all' },
];

/** Libraries whose `exports` name more than an index: generated messages, and test support. */
export const deepImportsAllowed: readonly string[] = [
  '@weft/xds-messages/',
  '@weft/service-contracts/',
  '@weft/data-proxy/testing',
];

interface Named {
  readonly name: string;
  readonly layer: string;
}

/** What is wrong with one edge between two projects, or nothing. */
export function edgeViolation(from: Named, to: Named): string | undefined {
  const law = appTable[from.name] ?? layerTable[from.layer];
  if (law === undefined) return `${from.name}: its tag "layer:${from.layer}" is not in the table of scripts/layers.ts`;
  if (to.layer === 'app') return `${from.name} → ${to.name}: nothing imports an app`;
  if (law.may.includes(to.layer)) return undefined;
  return `${from.name} (${from.layer}) → ${to.name} (${to.layer}): not allowed, because ${law.why}; it may use: ${law.may.join(', ') || 'nothing of ours'}`;
}
