/** The documents that the mesh of nearly every test begins with. */

export interface WorkloadGroupText {
  /** Default: "shop". */
  readonly namespace?: string;
  /** Default: `app`, the name. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Default: the name. */
  readonly serviceAccount?: string;
}

/** A WorkloadGroup: what gives a workload of this name its labels and its identity. */
export function workloadGroupText(name: string, options: WorkloadGroupText = {}): string {
  const { namespace = 'shop', labels = { app: name }, serviceAccount = name } = options;
  return `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: ${namespace} }
spec: { metadata: { labels: ${JSON.stringify(labels)} }, template: { serviceAccount: ${serviceAccount} } }
`;
}

export interface ServiceText {
  /** Default: "shop". */
  readonly namespace?: string;
  /** The label "app" of its workloads; default: the name. */
  readonly app?: string;
  /** In YAML's flow form; default: HTTP at 8080, which leads to the workload's port "http". */
  readonly ports?: string;
}

/** A Service of the workloads with one label. */
export function serviceText(name: string, options: ServiceText = {}): string {
  const { namespace = 'shop', app = name, ports = '{ name: http, port: 8080, targetPort: http }' } = options;
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { app: ${app} }, ports: [${ports}] }
`;
}

/** Documents of one file. */
export const documentsText = (...documents: readonly string[]): string => documents.join('---\n');
