/** Every port that a mesh on one machine uses (interfaces.md, section 7). */

export interface MeshPorts {
  readonly gateway: number;
  readonly gatewayAdmin: number;
  readonly gatewayReadiness: number;
  readonly gatewayPrometheus: number;
  readonly xds: number;
  readonly monitoring: number;
  readonly api: number;
  readonly postgres: number;
  /** First port of the first service's block. */
  readonly base: number;
}

export const defaultPorts: MeshPorts = {
  gateway: 8080,
  gatewayAdmin: 15000,
  gatewayReadiness: 15021,
  gatewayPrometheus: 15090,
  xds: 15012,
  monitoring: 15014,
  api: 15080,
  postgres: 15432,
  base: 21000,
};

/** Ports of one service and its sidecar. */
export interface PortBlock {
  readonly http: number;
  readonly grpc: number;
  readonly outbound: number;
  readonly inboundHttp: number;
  readonly inboundGrpc: number;
  readonly admin: number;
  readonly readiness: number;
  readonly prometheus: number;
}

const blockSize = 10;

/** The block of the service at `index` in the order of the shop. */
export function blockAt(base: number, index: number): PortBlock {
  const first = base + index * blockSize;
  return {
    http: first,
    grpc: first + 1,
    outbound: first + 2,
    inboundHttp: first + 3,
    inboundGrpc: first + 4,
    admin: first + 5,
    readiness: first + 6,
    prometheus: first + 7,
  };
}

/** First ports of the blocks that `weft run` takes: after those of the shop, with room for new services. */
export const localRunBlocks = { first: 100, count: 50 } as const;

export function localRunBlockAt(base: number, index: number): PortBlock {
  return blockAt(base + localRunBlocks.first, index);
}
