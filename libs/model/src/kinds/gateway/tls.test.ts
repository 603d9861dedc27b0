import { type Case, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'takes SIMPLE with a credential',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_2, maxProtocolVersion: TLSV1_3, cipherSuites: [ECDHE-RSA-AES128-GCM-SHA256] } }]',
  ],
  [
    'takes SIMPLE with files',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, serverCertificate: /c, privateKey: /k } }]',
  ],
  [
    'needs certificate and key for SIMPLE',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE } }]',
    'spec.servers[0].tls: mode SIMPLE needs serverCertificate, or credentialName',
    'spec.servers[0].tls: mode SIMPLE needs privateKey, or credentialName',
  ],
  [
    'needs a CA for MUTUAL',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: MUTUAL, serverCertificate: /c, privateKey: /k } }]',
    'spec.servers[0].tls: mode MUTUAL needs caCertificates, or credentialName',
  ],
  [
    'takes OPTIONAL_MUTUAL with files',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: OPTIONAL_MUTUAL, serverCertificate: /c, privateKey: /k, caCertificates: /ca, subjectAltNames: [a], caCrl: /crl } }]',
  ],
  [
    'takes MUTUAL with a credential and what is verified',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: MUTUAL, credentialName: c, verifyCertificateSpki: ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], verifyCertificateHash: ["abababababababababababababababababababababababababababababababab"] } }]',
  ],
  [
    'refuses a hash that is none',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: MUTUAL, credentialName: c, verifyCertificateHash: [abc] } }]',
    'spec.servers[0].tls.verifyCertificateHash[0]: this is not a SHA-256 in hex (64 digits, or pairs with colons)',
  ],
  [
    'takes PASSTHROUGH',
    'servers: [{ port: { number: 443, name: p, protocol: TLS }, hosts: [a.example.com], tls: { mode: PASSTHROUGH } }]',
  ],
  [
    'warns of certificates that PASSTHROUGH does not use',
    'servers: [{ port: { number: 443, name: p, protocol: TLS }, hosts: [a.example.com], tls: { mode: PASSTHROUGH, credentialName: c } }]',
    'warning: spec.servers[0].tls.credentialName: mode PASSTHROUGH uses no certificates; credentialName has no effect',
  ],
  [
    'takes AUTO_PASSTHROUGH',
    'servers: [{ port: { number: 15443, name: p, protocol: TLS }, hosts: [a.example.com], tls: { mode: AUTO_PASSTHROUGH } }]',
  ],
  [
    'takes ISTIO_MUTUAL',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: ISTIO_MUTUAL } }]',
  ],
  [
    'refuses certificates beside ISTIO_MUTUAL',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: ISTIO_MUTUAL, credentialName: c, privateKey: /k } }]',
    `spec.servers[0].tls.credentialName: mode ISTIO_MUTUAL uses the mesh's certificates; it takes no credentialName`,
    `spec.servers[0].tls.privateKey: mode ISTIO_MUTUAL uses the mesh's certificates; it takes no privateKey`,
  ],
  [
    'refuses two sources of a certificate',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, serverCertificate: /c, privateKey: /k } }]',
    'spec.servers[0].tls: only one of serverCertificate, credentialName may be given',
  ],
  [
    'takes two credentials',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialNames: [rsa, ecdsa] } }]',
  ],
  [
    'takes two certificates',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, tlsCertificates: [{ serverCertificate: /c, privateKey: /k }, { serverCertificate: /c2, privateKey: /k2 }] } }]',
  ],
  [
    'needs the key of each certificate',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, tlsCertificates: [{ serverCertificate: /c }] } }]',
    'spec.servers[0].tls.tlsCertificates[0]: mode SIMPLE needs privateKey, or credentialName',
  ],
  [
    'warns of a third certificate',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, tlsCertificates: [{ serverCertificate: /c, privateKey: /k }, { serverCertificate: /c, privateKey: /k }, { serverCertificate: /c, privateKey: /k }] } }]',
    'warning: spec.servers[0].tls.tlsCertificates: only the first two certificates are used',
  ],
  [
    'refuses a CRL for SIMPLE',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, serverCertificate: /c, privateKey: /k, caCrl: /crl } }]',
    'spec.servers[0].tls.caCrl: mode SIMPLE asks for no client certificate; it takes no caCrl',
  ],
  [
    'warns of a cipher suite nobody knows',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, cipherSuites: [NOT-A-CIPHER, AES128-SHA, AES128-SHA] } }]',
    'warning: spec.servers[0].tls.cipherSuites[0]: "NOT-A-CIPHER" is not a cipher suite that TLS 1.2 has here; it is left out',
    'warning: spec.servers[0].tls.cipherSuites[2]: "AES128-SHA" is given twice',
  ],
  [
    'warns of TLS 1.0 without cipher suites',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_0 } }]',
    'warning: spec.servers[0].tls.minProtocolVersion: TLSV1_0 needs cipherSuites: none of the default ones is of that version',
  ],
  [
    'warns of versions that are swapped',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_3, maxProtocolVersion: TLSV1_2 } }]',
    'warning: spec.servers[0].tls.maxProtocolVersion: no TLS version is from TLSV1_3 to TLSV1_2: every handshake fails',
  ],
  [
    'refuses a version nobody knows',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, minProtocolVersion: SSLV3 } }]',
    'spec.servers[0].tls.minProtocolVersion: "SSLV3" is not one of TLS_AUTO, TLSV1_0, TLSV1_1, TLSV1_2, TLSV1_3',
  ],
  [
    'needs tls for HTTPS',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], bind: 0.0.0.0 }]',
    'spec.servers[0]: protocol HTTPS needs tls',
  ],
  [
    'needs tls for TLS',
    'servers: [{ port: { number: 443, name: p, protocol: TLS }, hosts: [a.example.com], bind: "::" }]',
    'spec.servers[0]: protocol TLS needs tls',
  ],
  [
    'takes a redirect to https',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: [a.example.com], tls: { httpsRedirect: true } }]',
  ],
  [
    'warns of a redirect at HTTPS',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, httpsRedirect: true } }]',
    'warning: spec.servers[0].tls.httpsRedirect: httpsRedirect is for plain HTTP; it has no effect with HTTPS',
  ],
  [
    'refuses TLS at a port of HTTP',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c } }]',
    'spec.servers[0].tls: protocol HTTP is plain text: of tls it takes httpsRedirect alone; use HTTPS',
  ],
  [
    'refuses TLS at a port of TCP',
    'servers: [{ port: { number: 9000, name: p, protocol: TCP }, hosts: [a.example.com], tls: { mode: PASSTHROUGH } }]',
    'spec.servers[0].tls: protocol TCP takes no tls; use TLS or HTTPS',
  ],
  [
    'warns of insecureSkipVerify: certificates are verified all the same',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: c, insecureSkipVerify: true } }]',
    'warning: spec.servers[0].tls.insecureSkipVerify: insecureSkipVerify is not done yet in this version: certificates of clients are verified',
  ],
  [
    'takes a port of TCP',
    'servers: [{ port: { number: 9000, name: p, protocol: TCP }, hosts: [a.example.com], bind: 127.0.0.1 }]',
  ],
  [
    'takes a port of gRPC-Web, however written',
    'servers: [{ port: { number: 9000, name: p, protocol: grpc-web }, hosts: [a.example.com], name: s }]',
  ],
  [
    'warns of UDP, for which TCP is served',
    'servers: [{ port: { number: 53, name: p, protocol: UDP }, hosts: [a.example.com], name: s }]',
    'warning: spec.servers[0].port.protocol: a Gateway carries no UDP; it listens for TCP there, as in Istio',
  ],
  [
    'refuses a target port',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP, targetPort: 8080 }, hosts: ["*"] }]',
    'spec.servers[0].port.targetPort: targetPort has no meaning at a Gateway; remove it',
  ],
  [
    'warns of a default endpoint',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: [a.example.com], defaultEndpoint: "127.0.0.1:80" }]',
    'warning: spec.servers[0].defaultEndpoint: defaultEndpoint has no effect, in Istio neither',
  ],
  [
    'warns of a Unix socket, whose server is left out',
    'servers: [{ port: { number: 0, name: p, protocol: HTTP }, hosts: [a.example.com], bind: "unix:///run/x" }]',
    'warning: spec.servers[0].bind: a Unix socket is not done yet in this version; the server is left out',
  ],
  [
    'refuses a port at a Unix socket',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: [a.example.com], bind: "unix:///run/x" }]',
    'spec.servers[0].port.number: the port of a Unix socket must be 0',
    'warning: spec.servers[0].bind: a Unix socket is not done yet in this version; the server is left out',
  ],
  [
    'refuses an IPv6 address as a host, as Istio takes it for a short name',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: ["::1"] }]',
    'spec.servers[0].hosts[0]: "::1" is a short name; a Gateway needs a full one',
  ],
  [
    'takes any labels as a selector',
    'selector: { "": x, a b: "*" }\nservers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: [a.example.com] }]',
  ],
  [
    'warns of a list of the revoked beside a credential',
    'servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: MUTUAL, credentialName: c, caCrl: /crl } }]',
    'warning: spec.servers[0].tls.caCrl: caCrl has no effect beside a credential; it belongs into the Secret',
  ],
  [
    'refuses it beside a credential where TLS is passed through',
    'servers: [{ port: { number: 443, name: p, protocol: TLS }, hosts: [a.example.com], tls: { mode: PASSTHROUGH, credentialName: c, caCrl: /crl } }]',
    'spec.servers[0].tls.caCrl: caCrl cannot stand beside credentialName; it belongs into the Secret',
    'warning: spec.servers[0].tls.credentialName: mode PASSTHROUGH uses no certificates; credentialName has no effect',
    'warning: spec.servers[0].tls.caCrl: mode PASSTHROUGH uses no certificates; caCrl has no effect',
  ],
  [
    'takes hosts of namespaces, addresses and wildcards',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: ["*", "*/*", "./a.example.com", "shop/*.example.com", 10.0.0.1] }]',
  ],
  [
    'refuses a short name',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: [a] }]',
    'spec.servers[0].hosts[0]: "a" is a short name; a Gateway needs a full one',
  ],
  [
    'refuses a wildcard that is part of a label',
    'servers: [{ port: { number: 80, name: p, protocol: HTTP }, hosts: ["*-a.example.com"] }]',
    'spec.servers[0].hosts[0]: "*-a.example.com": a wildcard must be the whole first label',
  ],
];

describeVerdicts('Gateway', cases);
