/** The buckets of one local rate limit: the default one and those of descriptors. */

import { type BucketSpec, TokenBucket } from '../token-bucket.ts';

export interface DescriptorSpec {
  readonly keys: readonly string[];
  /** Empty: any value, with a bucket for each. */
  readonly values: readonly string[];
  readonly bucket: BucketSpec;
}

export interface BucketsSpec {
  readonly bucket: BucketSpec;
  readonly descriptors: readonly DescriptorSpec[];
  /** The default bucket is asked also where a descriptor matched. */
  readonly alwaysDefault: boolean;
}

/** Buckets of one descriptor with values of requests in it: the one not used for the longest time makes room. Envoy's default. */
export const dynamicBucketsMax = 20;

interface Match {
  readonly spec: DescriptorSpec;
  readonly bucket: TokenBucket;
}

const emptiestFirst = (a: Match, b: Match): number => a.spec.bucket.tokensPerMs - b.spec.bucket.tokensPerMs;

export class LocalBuckets {
  /** What decided, for the headers. */
  decisive: TokenBucket;
  readonly #spec: BucketsSpec;
  readonly #default: TokenBucket;
  readonly #fixed: readonly (TokenBucket | undefined)[];
  readonly #dynamic: readonly Map<string, TokenBucket>[];

  constructor(spec: BucketsSpec, nowMs: number) {
    this.#spec = spec;
    this.#default = new TokenBucket(spec.bucket, nowMs);
    this.decisive = this.#default;
    this.#fixed = spec.descriptors.map(({ values, bucket }) =>
      values.includes('') ? undefined : new TokenBucket(bucket, nowMs),
    );
    this.#dynamic = spec.descriptors.map(() => new Map());
  }

  /** Slowest bucket first, the default one last; what was taken before a refusal stays taken, as in Envoy. */
  allows(descriptors: readonly (readonly string[])[], nowMs: number): boolean {
    const matched = descriptors.length === 0 ? undefined : this.#match(descriptors, nowMs);
    this.decisive = matched?.[0]?.bucket ?? this.#default;
    if (matched !== undefined) {
      for (const { bucket } of matched) {
        if (bucket.take(1, nowMs)) continue;
        this.decisive = bucket;
        return false;
      }
    }
    if (matched !== undefined && matched.length > 0 && !this.#spec.alwaysDefault) return true;
    if (this.#default.take(1, nowMs)) return true;
    this.decisive = this.#default;
    return false;
  }

  #match(descriptors: readonly (readonly string[])[], nowMs: number): readonly Match[] {
    const matched: Match[] = [];
    for (const descriptor of descriptors) {
      const index = this.#spec.descriptors.findIndex((spec) => fits(spec, descriptor));
      const spec = this.#spec.descriptors[index];
      if (spec === undefined) continue;
      const bucket = this.#fixed[index] ?? this.#dynamicBucket(index, spec, descriptor, nowMs);
      matched.push({ spec, bucket });
    }
    return matched.length > 1 ? matched.sort(emptiestFirst) : matched;
  }

  #dynamicBucket(index: number, spec: DescriptorSpec, descriptor: readonly string[], nowMs: number): TokenBucket {
    const buckets = this.#dynamic[index] as Map<string, TokenBucket>;
    const key = descriptor.join('\0');
    const known = buckets.get(key);
    if (known !== undefined) buckets.delete(key);
    else if (buckets.size >= dynamicBucketsMax) buckets.delete(buckets.keys().next().value as string);
    const bucket = known ?? new TokenBucket(spec.bucket, nowMs);
    buckets.set(key, bucket);
    return bucket;
  }
}

function fits({ keys, values }: DescriptorSpec, descriptor: readonly string[]): boolean {
  if (descriptor.length !== keys.length * 2) return false;
  for (let i = 0; i < keys.length; i += 1) {
    if (descriptor[i * 2] !== keys[i]) return false;
    if (values[i] !== '' && descriptor[i * 2 + 1] !== values[i]) return false;
  }
  return true;
}
