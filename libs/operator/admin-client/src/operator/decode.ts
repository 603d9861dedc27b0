/** From the operator API's JSON to its types. */

import { asBoolean, asNumber, asObject, asString, listOf } from '../decode.ts';
import {
  type AppliedItem,
  type History,
  type InstanceStatus,
  type MeshStatus,
  type NetworkCut,
  type PartConditions,
  type ProxyStatus,
  type ResourceItem,
  type ServiceStatus,
  type SourceStatus,
  type TypeStatus,
  type Violation,
  type XdsType,
  xdsTypes,
} from './types.ts';

export function decodeViolation(value: unknown): Violation {
  const item = asObject(value);
  return {
    file: asString(item['file']),
    line: asNumber(item['line']),
    column: asNumber(item['column']),
    path: asString(item['path']),
    message: asString(item['message']),
  };
}

export function decodeStatus(value: unknown): MeshStatus {
  const status = asObject(value);
  return {
    version: asString(status['version']),
    startedAt: asString(status['startedAt']),
    sources: listOf(status['sources'], decodeSource),
    services: listOf(status['services'], decodeService),
    notices: listOf(status['notices'], asString),
    conditions: listOf(status['conditions'] ?? [], decodeConditions),
    proxies: asNumber(status['proxies']),
  };
}

function decodeConditions(value: unknown): PartConditions {
  const part = asObject(value);
  const routes = part['attachedRoutes'];
  return {
    resource: asString(part['resource']),
    part: asString(part['part']),
    ...(routes === undefined ? {} : { attachedRoutes: asNumber(routes) }),
    conditions: listOf(part['conditions'], (item) => {
      const condition = asObject(item);
      return {
        type: asString(condition['type']),
        isTrue: condition['status'] === 'True',
        reason: asString(condition['reason']),
        message: asString(condition['message']),
      };
    }),
  };
}

export function decodeCut(value: unknown): NetworkCut {
  const cut = asObject(value);
  return { sentence: asString(cut['sentence']), places: listOf(cut['places'], asString) };
}

export function decodeProxy(value: unknown): ProxyStatus {
  const proxy = asObject(value);
  const types = asObject(proxy['types']);
  return {
    id: asString(proxy['id']),
    type: asString(proxy['type']),
    workloadGroup: asString(proxy['workloadGroup']),
    namespace: asString(proxy['namespace']),
    serviceAccount: asString(proxy['serviceAccount']),
    address: asString(proxy['address']),
    admin: asString(proxy['admin']),
    connectedAt: asString(proxy['connectedAt']),
    stale: proxy['stale'] === true,
    healthy: asBoolean(proxy['healthy']),
    types: Object.fromEntries(xdsTypes.map((type) => [type, decodeType(types[type])])) as Record<XdsType, TypeStatus>,
  };
}

export function decodeResource(value: unknown): ResourceItem {
  const item = asObject(value);
  return {
    apiVersion: asString(item['apiVersion']),
    kind: asString(item['kind']),
    namespace: asString(item['namespace']),
    name: asString(item['name']),
    file: asString(item['file']),
    line: asNumber(item['line']),
    spec: item['spec'],
  };
}

export function decodeApplied(value: unknown): AppliedItem {
  const item = asObject(value);
  const change = asString(item['change']);
  return {
    kind: asString(item['kind']),
    namespace: asString(item['namespace']),
    name: asString(item['name']),
    change: changeWords.find((word) => word === change) ?? 'unchanged',
  };
}

const changeWords = ['created', 'configured', 'deleted'] as const;

export function decodeHistory(value: unknown): History {
  const { version, entries } = asObject(value);
  return {
    version: asNumber(version),
    entries: listOf(entries, (each) => {
      const item = asObject(each);
      return {
        version: asNumber(item['version']),
        at: asString(item['at']),
        action: asString(item['action']),
        to: typeof item['to'] === 'number' ? item['to'] : undefined,
        changes: listOf(item['changes'], decodeApplied),
      };
    }),
  };
}

function decodeSource(value: unknown): SourceStatus {
  const source = asObject(value);
  return {
    file: asString(source['file']),
    state: source['state'] === 'rejected' || source['state'] === 'partial' ? source['state'] : 'ok',
    resources: asNumber(source['resources']),
    violations: listOf(source['violations'], decodeViolation),
    lastGoodAt: asString(source['lastGoodAt']),
  };
}

function decodeService(value: unknown): ServiceStatus {
  const service = asObject(value);
  return {
    host: asString(service['host']),
    ports: listOf(service['ports'], decodePort),
    instances: listOf(service['instances'], decodeInstance),
  };
}

/** A port as text, or as an object of number and protocol. */
function decodePort(value: unknown): string {
  const port = asObject(value);
  const number = asString(port['number'] ?? port['port']);
  return number === '' ? asString(value) : `${number}/${asString(port['protocol'] ?? port['name'])}`;
}

function decodeInstance(value: unknown): InstanceStatus {
  const instance = asObject(value);
  return {
    address: asString(instance['address']),
    healthy: asBoolean(instance['healthy']),
    workload: asString(instance['workload']),
    version: asString(instance['version']),
  };
}

function decodeType(value: unknown): TypeStatus {
  const type = asObject(value);
  const state = type['state'];
  return {
    state: state === 'SYNCED' || state === 'STALE' || state === 'ERROR' ? state : 'NOT SENT',
    version: asString(type['version']),
    error: asString(type['error']),
  };
}
