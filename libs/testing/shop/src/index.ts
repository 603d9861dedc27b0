/** A customer of the shop, and the proof of its invariant. */
export type { Customer, Placed, ShopAddresses } from './customer.ts';
export { createCustomer } from './customer.ts';
export type { ShopDatabases } from './invariant.ts';
export { findBreaches } from './invariant.ts';
