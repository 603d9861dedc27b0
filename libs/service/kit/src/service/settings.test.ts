import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryDiscovery } from '@weft/service-discovery';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { grpcAddresses, httpAddress } from './callees.ts';
import { databaseUrl, readSettings, settingsFields } from './settings.ts';

const schema = z.object({ ...settingsFields, SERVICE_NAME: z.string().default('order') });
const least = { HTTP_PORT: '8080', DATABASE_URL: 'postgres://order@127.0.0.1:5432/order' };

describe('settings', () => {
  it('have defaults for all but ports and the database', () => {
    expect(readSettings(schema, { ...least, LOG_LEVEL: '' })).toMatchObject({
      SERVICE_NAME: 'order',
      SERVICE_VERSION: 'v1',
      HOST: '127.0.0.1',
      HTTP_PORT: 8080,
      LOG_LEVEL: 'info',
    });
  });

  it('name every wrong variable at once, and show no value', () => {
    const wrong = { HTTP_PORT: 'eighty', DATABASE_URL: 'mysql://root:secret@db', LOG_LEVEL: 'loud' };
    const message = (() => {
      try {
        readSettings(schema, wrong);
        return '';
      } catch (error) {
        return String(error);
      }
    })();
    for (const name of Object.keys(wrong)) expect(message).toContain(`${name} is wrong`);
    expect(message).not.toContain('secret');
  });

  it('say in one sentence which variables are not set, an empty one among them', () => {
    expect(() => readSettings(schema, { DATABASE_URL: '' })).toThrow(
      /^the environment of this service is not complete: HTTP_PORT is not set; DATABASE_URL is not set$/,
    );
  });

  it('take the password from its file where one is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'settings-'));
    try {
      const file = join(folder, 'password');
      writeFileSync(file, 'p@ss/word\n');
      const settings = readSettings(schema, { ...least, DATABASE_PASSWORD_FILE: file });
      expect(databaseUrl(settings)).toBe('postgres://order:p%40ss%2Fword@127.0.0.1:5432/order');
      expect(databaseUrl(readSettings(schema, least))).toBe(least.DATABASE_URL);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a callee', () => {
  it('is called by its name where no discovery is', async () => {
    const url = new URL('http://user.shop.svc.cluster.local:8080/x');
    expect(await httpAddress(url, undefined)).toBe(url);
    expect(grpcAddresses('payment.shop.svc.cluster.local:9090', undefined)).toEqual({
      target: 'payment.shop.svc.cluster.local:9090',
    });
  });

  it('is found by the first label of its name and the name of its port', async () => {
    const discovery = createMemoryDiscovery();
    const url = new URL('http://user.shop.svc.cluster.local:8080/x?y=1');
    await expect(httpAddress(url, discovery)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    await discovery.register({ id: 'a', service: 'user', version: 'v1', host: '127.0.0.1', ports: { http: 1234 } });
    expect((await httpAddress(url, discovery)).href).toBe('http://127.0.0.1:1234/x?y=1');
    expect(grpcAddresses('payment:9090', discovery)).toMatchObject({ service: 'payment', portName: 'grpc' });
  });
});
