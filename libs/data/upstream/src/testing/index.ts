/** For tests only: wires, dialers, clients and clusters that a test moves by hand. */
export type { FakeDial, FakeDialer } from './fake-dialer.ts';
export { createFakeDialer } from './fake-dialer.ts';
export { FakeWire } from './fake-wire.ts';
export { outgoing, RecordingClient } from './recording-client.ts';
export type { TestCluster, TestClusterChanges } from './test-cluster.ts';
export { meshTls, testCluster } from './test-cluster.ts';
