// What bundles use in place of Node's globals of these names: each of those is a getter, which V8 calls anew wherever one is named.
export { Buffer } from 'node:buffer';
export { performance } from 'node:perf_hooks';
export { default as process } from 'node:process';
