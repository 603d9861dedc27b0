import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const listeners = (list: string): string => `gatewayClassName: istio\nlisteners: [${list}]`;
const at = 'spec.listeners[0]';
const kind = 'Gateway.gateway.networking.k8s.io';

const cases: Case[] = [
  ['needs listeners', 'gatewayClassName: istio\nlisteners: []', 'spec.listeners: at least one listener is required'],
  [
    'needs a class',
    'listeners: [{ name: a, port: 80, protocol: HTTP }]',
    'spec.gatewayClassName: "gatewayClassName" is required',
  ],
  [
    'refuses two of one name',
    listeners('{ name: a, port: 80, protocol: HTTP }, { name: a, port: 81, protocol: HTTP }'),
    'spec.listeners[1].name: duplicate listener "a"',
  ],
  [
    'refuses two of one place',
    listeners('{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTP }'),
    'spec.listeners[1]: port, protocol and hostname are those of the listener "a"; one of them must differ',
  ],
  [
    'takes two hosts of one port',
    listeners('{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTP, hostname: b.example }'),
  ],
  [
    'refuses UDP by name',
    listeners('{ name: a, port: 80, protocol: UDP }'),
    `${at}.protocol: Gateway.listeners.protocol UDP is not done yet in this version; remove it`,
  ],
  [
    'refuses a protocol in lower case',
    listeners('{ name: a, port: 80, protocol: http }'),
    `${at}.protocol: "http" is not one of HTTP, HTTPS, TLS, TCP`,
  ],
  [
    'refuses tls of HTTP',
    listeners('{ name: a, port: 80, protocol: HTTP, tls: {} }'),
    `${at}.tls: a listener of protocol HTTP has no tls`,
  ],
  [
    'refuses host names of TCP',
    listeners('{ name: a, port: 80, protocol: TCP, hostname: a.b }'),
    `${at}.hostname: a TCP listener knows no host names`,
  ],
  [
    'warns of HTTPS without certificate',
    listeners('{ name: a, port: 443, protocol: HTTPS }'),
    `warning: ${at}: without tls.certificateRefs this listener cannot be served`,
  ],
  [
    'refuses TLS without mode',
    listeners('{ name: a, port: 443, protocol: TLS }'),
    `${at}: a listener of protocol TLS needs tls.mode`,
  ],
  [
    'refuses HTTPS passed through',
    listeners('{ name: a, port: 443, protocol: HTTPS, tls: { mode: Passthrough } }'),
    `${at}.tls.mode: HTTPS is always terminated; for Passthrough write protocol: TLS`,
  ],
  [
    'needs a certificate to terminate',
    listeners('{ name: a, port: 443, protocol: HTTPS, tls: {} }'),
    `${at}.tls: certificateRefs or options are required to terminate TLS`,
  ],
  [
    'needs a selector where it is to select',
    listeners('{ name: a, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: Selector } } }'),
    `${at}.allowedRoutes.namespaces: from: Selector needs a selector`,
  ],
  [
    'warns of a selector that is not read',
    listeners('{ name: a, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All, selector: {} } } }'),
    `warning: ${at}.allowedRoutes.namespaces.selector: the selector is read with from: Selector only`,
  ],
  [
    'refuses a name for an address',
    `${listeners('{ name: a, port: 80, protocol: HTTP }')}\naddresses: [{ value: a.b }]`,
    'spec.addresses[0].value: "a.b" is not an IP address',
  ],
  [
    'refuses named addresses by name',
    `${listeners('{ name: a, port: 80, protocol: HTTP }')}\naddresses: [{ type: NamedAddress, value: 10.0.0.1 }]`,
    'spec.addresses[0].type: Gateway.addresses.type NamedAddress is not done yet in this version; remove it',
  ],
  [
    'refuses settings of all listeners by name',
    `${listeners('{ name: a, port: 80, protocol: HTTP }')}\ntls: {}`,
    'spec.tls: Gateway.tls is not done yet in this version; remove it',
  ],
  [
    'helps with a mistyped field',
    `${listeners('{ name: a, port: 80, protocol: HTTP, hostnam: a.b }')}`,
    `${at}.hostnam: unknown field "hostnam"; did you mean "hostname"?`,
  ],
];

describeFull(kind, import.meta.dirname);
describeVerdicts(kind, cases);
