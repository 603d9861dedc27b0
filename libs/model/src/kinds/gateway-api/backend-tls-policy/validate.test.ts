import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const policy = (validation: string, target = '{ group: "", kind: Service, name: a }'): string =>
  `targetRefs: [${target}]\nvalidation: { ${validation} }`;
const both = 'spec.validation: one of caCertificateRefs and wellKnownCACertificates is required, and not both';

const cases: Case[] = [
  ['needs certificates', policy('hostname: a.b'), both],
  [
    'refuses both kinds of certificates',
    policy(
      'hostname: a.b, wellKnownCACertificates: System, caCertificateRefs: [{ group: "", kind: ConfigMap, name: a }]',
    ),
    both,
  ],
  ['needs a host name', policy('wellKnownCACertificates: System'), 'spec.validation.hostname: "hostname" is required'],
  [
    'refuses a wildcard',
    policy('wellKnownCACertificates: System, hostname: "*.a"'),
    'spec.validation.hostname: "*.a" is not a host name: lower-case letters, digits, "-" and "."',
  ],
  [
    'refuses a name of the wrong type',
    policy('wellKnownCACertificates: System, hostname: a, subjectAltNames: [{ type: URI, hostname: a }]'),
    'spec.validation.subjectAltNames[0]: a name of type URI has the field uri and no other',
  ],
  [
    'warns of another target',
    policy('wellKnownCACertificates: System, hostname: a', '{ group: apps, kind: Deployment, name: a }'),
    'warning: spec.targetRefs[0].kind: the policy applies to a Service only',
  ],
  [
    'refuses one target twice',
    policy(
      'wellKnownCACertificates: System, hostname: a',
      '{ group: "", kind: Service, name: a }, { group: "", kind: Service, name: a }',
    ),
    'spec.targetRefs[1]: this target is given twice',
  ],
];

describeFull('BackendTLSPolicy', import.meta.dirname);
describeVerdicts('BackendTLSPolicy', cases);
