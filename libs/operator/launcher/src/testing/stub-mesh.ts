/** A mesh of stub processes, for tests of starting and ending. */

import { fileURLToPath } from 'node:url';
import { systemClock } from '@weft/kernel';
import { createMesh, type Mesh } from '../mesh/mesh.ts';
import { defaultPorts } from '../plan/ports.ts';
import { type ProcessSpec, processDefaults } from '../plan/process-spec.ts';
import type { ChildState } from '../process/child.ts';

export interface StubProcess {
  readonly name: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly after?: readonly string[];
  readonly stopStage?: ProcessSpec['stopStage'];
  readonly readyTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
  readonly command?: string;
}

export interface StubMesh extends Mesh {
  /** "name state" in the order of events. */
  readonly events: readonly string[];
  readonly notices: readonly string[];
  /** Resolves when `name` enters `state` the next time. */
  next(name: string, state: ChildState): Promise<void>;
}

export const stubScript = fileURLToPath(new URL('./stub-process.mjs', import.meta.url));

export function createStubMesh(dir: string, stubs: readonly StubProcess[], script = stubScript): StubMesh {
  const events: string[] = [];
  const notices: string[] = [];
  const waiting: { key: string; resolve: () => void }[] = [];
  const mesh = createMesh({
    ...{ root: dir, dir, configDir: dir, mesh: true, ports: defaultPorts, logLevel: 'info' },
    ...{ build: false, verbose: false, env: { PATH: process.env['PATH'] }, clock: systemClock },
    plan: (_, env) => stubs.map((stub) => toSpec(stub, script, env)),
    observer: {
      onNotice: (line) => notices.push(line),
      onPlan: () => {},
      onLog: () => {},
      onState(name, state) {
        const key = `${name} ${state}`;
        events.push(key);
        for (const item of waiting.splice(0)) {
          if (item.key === key) item.resolve();
          else waiting.push(item);
        }
      },
    },
  });
  return {
    ...mesh,
    events,
    notices,
    next: (name, state) => new Promise((resolve) => waiting.push({ key: `${name} ${state}`, resolve })),
  };
}

function toSpec(stub: StubProcess, script: string, env: Readonly<Record<string, string>>): ProcessSpec {
  return {
    ...processDefaults,
    name: stub.name,
    command: stub.command ?? process.execPath,
    args: [script],
    env: { ...env, PORT: String(stub.port), ...stub.env },
    ports: [stub.port],
    ready: `http://127.0.0.1:${stub.port}/`,
    readyTimeoutMs: stub.readyTimeoutMs ?? 10_000,
    stopTimeoutMs: stub.stopTimeoutMs ?? 5_000,
    after: stub.after ?? [],
    stopStage: stub.stopStage ?? 'callers',
  };
}
