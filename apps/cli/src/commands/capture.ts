/** `weft capture`: sends what an application sends and gets through its sidecar, in the network namespace that this runs in. */

import {
  CaptureError,
  type CaptureOptions,
  captureDefaults,
  capture as captureNow,
  captureRules,
  parseIds,
  parsePorts,
  parseRanges,
  undoCapture,
} from '@weft/capture';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';

export interface CaptureFlags {
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly uid?: string;
  readonly gid?: string;
  readonly inboundPort?: string;
  readonly outboundPort?: string;
  readonly includeInboundPorts?: string;
  readonly excludeInboundPorts?: string;
  readonly includeOutboundPorts?: string;
  readonly excludeOutboundPorts?: string;
  readonly includeOutboundIpRanges?: string;
  readonly excludeOutboundIpRanges?: string;
}

/** Names of the flags; each may be given as WEFT_… too: `--include-inbound-ports` as WEFT_INCLUDE_INBOUND_PORTS. */
const variables: Readonly<Record<Exclude<keyof CaptureFlags, 'undo' | 'dryRun'>, string>> = {
  uid: 'WEFT_PROXY_UID',
  gid: 'WEFT_PROXY_GID',
  inboundPort: 'WEFT_INBOUND_PORT',
  outboundPort: 'WEFT_OUTBOUND_PORT',
  includeInboundPorts: 'WEFT_INCLUDE_INBOUND_PORTS',
  excludeInboundPorts: 'WEFT_EXCLUDE_INBOUND_PORTS',
  includeOutboundPorts: 'WEFT_INCLUDE_OUTBOUND_PORTS',
  excludeOutboundPorts: 'WEFT_EXCLUDE_OUTBOUND_PORTS',
  includeOutboundIpRanges: 'WEFT_INCLUDE_OUTBOUND_IP_RANGES',
  excludeOutboundIpRanges: 'WEFT_EXCLUDE_OUTBOUND_IP_RANGES',
};

/** @throws CliFailure: usage; failed where iptables refuses. */
export async function capture(context: Context, flags: CaptureFlags): Promise<void> {
  const { output, format } = context;
  try {
    if (flags.undo === true) {
      const undone = undoCapture();
      await output.answer(format, { undone }, () => (undone ? 'the rules are gone' : 'there were no rules of ours'));
      return;
    }
    const options = readOptions(flags, context.config.env);
    if (flags.dryRun === true) {
      const rules = { ipv4: captureRules(options, 4), ipv6: captureRules(options, 6) };
      await output.answer(format, rules, () =>
        `# iptables-restore --noflush\n${rules.ipv4}# ip6tables-restore --noflush\n${rules.ipv6}`.trimEnd(),
      );
      return;
    }
    const left = captureNow(options);
    for (const sentence of left) output.note(sentence);
    await output.answer(
      format,
      { captured: true, left },
      () => `captured: in to ${options.inboundPort}, out to ${options.outboundPort}`,
    );
  } catch (error) {
    if (error instanceof CaptureError) throw new CliFailure(exitCodes.failed, error.message, [], error);
    throw error;
  }
}

function readOptions(flags: CaptureFlags, env: Context['config']['env']): CaptureOptions {
  const text = (name: keyof typeof variables): string | undefined => flags[name] ?? env[variables[name]];
  const read = <T>(name: keyof typeof variables, parse: (text: string) => T, otherwise: T): T => {
    const given = text(name);
    if (given === undefined) return otherwise;
    try {
      return parse(given);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new CliFailure(exitCodes.usage, `${flagOf(name)}: ${error.message}`);
    }
  };
  const orAll =
    <T>(parse: (text: string) => readonly T[]) =>
    (given: string) =>
      given.trim() === '*' ? ('*' as const) : parse(given);
  const one = (given: string): number => {
    const [port, ...more] = parsePorts(given);
    if (port === undefined || more.length > 0) throw new RangeError('give one port');
    return port;
  };
  return {
    uids: read('uid', parseIds, captureDefaults.uids),
    gids: read('gid', parseIds, captureDefaults.gids),
    inboundPort: read('inboundPort', one, captureDefaults.inboundPort),
    outboundPort: read('outboundPort', one, captureDefaults.outboundPort),
    includeInboundPorts: read<CaptureOptions['includeInboundPorts']>(
      'includeInboundPorts',
      orAll(parsePorts),
      captureDefaults.includeInboundPorts,
    ),
    // The sidecar's own ports stay out whatever else is left out, as with Istio.
    excludeInboundPorts: [...captureDefaults.excludeInboundPorts, ...read('excludeInboundPorts', parsePorts, [])],
    includeOutboundPorts: read('includeOutboundPorts', parsePorts, captureDefaults.includeOutboundPorts),
    excludeOutboundPorts: read('excludeOutboundPorts', parsePorts, captureDefaults.excludeOutboundPorts),
    includeOutboundRanges: read<CaptureOptions['includeOutboundRanges']>(
      'includeOutboundIpRanges',
      orAll(parseRanges),
      captureDefaults.includeOutboundRanges,
    ),
    excludeOutboundRanges: read('excludeOutboundIpRanges', parseRanges, captureDefaults.excludeOutboundRanges),
  };
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
