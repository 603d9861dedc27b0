/** What compiling routes needs of the rest of the tables. */

import type { Any } from '@bufbuild/protobuf/wkt';
import type { Cluster } from '../tables/cluster.ts';
import type { Ref } from '../tables/route.ts';

/** Gives the place of a cluster by name. */
export type ClusterRef = (name: string) => Ref<Cluster | undefined>;

/** What was compiled, with the names of the clusters that it points to. */
export interface WithClusters<T> {
  readonly value: T;
  readonly clusters: ReadonlySet<string>;
}

export interface RouteContext {
  readonly clusterRef: ClusterRef;
  /** A cluster that exists now, for names that requests give and for `validate_clusters`. Makes no place for the name. */
  clusterNamed(name: string): Cluster | undefined;
  /**
   * Compiles what typed_per_filter_config says of an http_filters entry. @param optional: where no filter takes the type, nothing is
   * returned instead of the refusal. @throws WeftError `config_rejected`
   */
  filterConfig(name: string, config: Any, where: string, optional: boolean): unknown;
  /** This proxy's own cluster (node.cluster), for the source_cluster of rate limits. */
  readonly serviceCluster: string;
}
