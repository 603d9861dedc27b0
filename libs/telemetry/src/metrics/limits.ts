/** Bounds of the metric registry and the buckets that Envoy gives a histogram. */

/** Series a family may have before further label sets are folded into one. */
export const seriesPerFamilyMax = 2_000;

/** Families a registry may have; one more is a programmer's error. */
export const familiesMax = 500;

/** Envoy's default histogram buckets; Istio uses them for milliseconds and for bytes alike. */
export const envoyHistogramBuckets: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];
