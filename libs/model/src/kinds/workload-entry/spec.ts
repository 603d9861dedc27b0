/** networking.istio.io WorkloadEntry. */

export interface WorkloadEntrySpec {
  /** IP address, DNS name, or "unix://" and the path of a socket. Empty where only `network` is given: behind that network's gateway. */
  readonly address: string;
  /** Port name → port number. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly network?: string;
  /** "region/zone/subzone". */
  readonly locality?: string;
  readonly weight?: number;
  readonly serviceAccount?: string;
}
