import { expect, test } from 'vitest';
import { layoutOf } from '../plan/layout.ts';
import { baseEnvironment } from './environment.ts';

test("a proxy and a database of the user's do not reach the processes", () => {
  const user = {
    PATH: '/bin',
    https_proxy: 'x',
    HTTP_PROXY: 'x',
    DATABASE_URL: 'x',
    PGHOST: 'x',
    GRPC_TRACE: 'x',
    NOTHING: undefined,
  };
  const layout = layoutOf('/run');
  expect(baseEnvironment(user, layout, '/run/run.json')).toEqual({
    PATH: '/bin',
    WEFT_RUN_FILE: '/run/run.json',
    NODE_COMPILE_CACHE: layout.compileCache,
  });
});
