/** Whether a proxy can read the CEL expression of an access log filter: one that it cannot would make it refuse the whole listener. */

import { CelCursor, celReadProblem, UnreadableCel } from '@weft/model';
import { RE2JS } from 're2js';

/** As our sidecar takes them; a stock Envoy takes more of the language, and these too. */
const charsMax = 8_192;
const depthMax = 32;

const words = (names: string, prefix: string): string[] => names.split(' ').map((name) => `${prefix}.${name}`);
const attributes: ReadonlySet<string> = new Set([
  ...words('path url_path query host scheme method protocol id useragent referer size total_size', 'request'),
  ...words('code code_details grpc_status size total_size', 'response'),
  ...words('mtls requested_server_name tls_version uri_san_peer_certificate subject_peer_certificate', 'connection'),
  ...words('dns_san_peer_certificate sha256_peer_certificate_digest', 'connection'),
  ...words('address port', 'source'),
  ...words('address port', 'destination'),
  ...words('address port local_address transport_failure_reason uri_san_peer_certificate', 'upstream'),
  ...words('request_attempt_count', 'upstream'),
  ...words('cluster_name route_name virtual_host_name', 'xds'),
]);
const maps: ReadonlySet<string> = new Set(['request.headers', 'response.headers', 'response.trailers']);
const methods: ReadonlySet<string> = new Set(['startsWith', 'endsWith', 'contains', 'matches']);
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

const pattern =
  /\s+|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>-?[0-9]+(?:\.[0-9]+)?)|(?<text>'(?:[^'\\\n]|\\[nrt\\'"])*'|"(?:[^"\\\n]|\\[nrt\\'"])*")|(?<sign>&&|\|\||==|!=|<=|>=|[<>!().,[\]?:+])/gy;

/** @returns what is wrong with it, for a sentence; nothing where proxies can read it. */
export function celProblem(expression: string): string | undefined {
  return problemOf(expression, (reader) => reader.either());
}

/** The same for the value of a metric's tag, which may choose (?:), join (+) and convert (string(), int()). */
export function celValueProblem(expression: string): string | undefined {
  return problemOf(expression, (reader) => reader.value());
}

function problemOf(expression: string, read: (reader: CelReader) => void): string | undefined {
  return celReadProblem(() => {
    const reader = new CelReader(expression, pattern, charsMax);
    read(reader);
    reader.end();
  });
}

/** Descends by the grammar: || over && over relations over negations. */
class CelReader extends CelCursor {
  #depth = 0;
  #values = false;

  value(): void {
    this.#values = true;
    this.either();
    if (!this.takes('?')) return;
    this.value();
    this.expect(':');
    this.value();
  }

  either(): void {
    this.#depth += 1;
    if (this.#depth > depthMax) throw new UnreadableCel(`it is deeper than ${depthMax}`);
    do this.#both();
    while (this.takes('||'));
    this.#depth -= 1;
  }

  #both(): void {
    do this.#relation();
    while (this.takes('&&'));
  }

  #relation(): void {
    this.#sum();
    const { kind, text } = this.peek();
    if (kind === 'name' && text === 'in') {
      this.at += 1;
      this.#members();
    } else if (kind === 'sign' && comparisons.has(text)) {
      this.at += 1;
      this.#sum();
    }
  }

  #sum(): void {
    do this.#unary();
    while (this.#values && this.takes('+'));
  }

  #members(): void {
    if (!this.takes('[')) {
      if (!maps.has(this.#dotted())) this.stop();
      return;
    }
    for (let first = true; !this.takes(']'); first = false) {
      if (!first) this.expect(',');
      this.#unary();
    }
  }

  #unary(): void {
    while (this.takes('!'));
    const { kind, text } = this.peek();
    const isConversion = this.#values && kind === 'name' && (text === 'string' || text === 'int');
    if (this.takes('(')) {
      if (this.#values) this.value();
      else this.either();
      this.expect(')');
      if (this.#values) this.#methods();
    } else if (isConversion && this.peek(1).text === '(') {
      this.at += 2;
      this.value();
      this.expect(')');
      this.#methods();
    } else if (kind === 'number' || kind === 'text') {
      this.at += 1;
      this.#methods();
    } else if (kind === 'name' && (text === 'true' || text === 'false')) this.at += 1;
    else if (kind === 'name' && text === 'has') {
      this.at += 1;
      this.expect('(');
      this.#attribute();
      this.expect(')');
    } else {
      this.#attribute();
      this.#methods();
    }
  }

  #attribute(): void {
    const name = this.#dotted();
    if (attributes.has(name)) return;
    if (maps.has(name)) {
      this.expect('[');
      this.#text();
      this.expect(']');
    } else if (!maps.has(name.slice(0, name.lastIndexOf('.')))) throw new UnreadableCel(`${name} is no attribute`);
  }

  /** A name that a bracket follows is a method's. */
  #dotted(): string {
    let name = '';
    for (;;) {
      const { kind, text } = this.peek();
      if (kind !== 'name') this.stop();
      name += text;
      this.at += 1;
      const isCall = this.peek(2).text === '(';
      if (this.peek().text !== '.' || isCall) return name;
      this.at += 1;
      name += '.';
    }
  }

  #methods(): void {
    while (this.takes('.')) {
      const { text: method } = this.peek();
      if (!methods.has(method)) this.stop();
      this.at += 1;
      this.expect('(');
      const argument = this.#text();
      this.expect(')');
      if (method === 'matches' && !isRegex(argument)) throw new UnreadableCel(`${argument} is no regular expression`);
    }
  }

  #text(): string {
    const { kind, text } = this.peek();
    if (kind !== 'text') this.stop();
    this.at += 1;
    return text.slice(1, -1).replace(/\\(.)/g, '$1');
  }
}

function isRegex(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}
