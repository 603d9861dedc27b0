/** Every command with its flags; what a command needs is loaded when it runs, so that the others start fast. */

import { Command, Option, type OptionValues } from 'commander';
import type { CaptureFlags } from './commands/capture.ts';
import type { RunFlags } from './commands/run.ts';
import type { TokenFlags } from './commands/token.ts';
import type { UpFlags } from './commands/up.ts';
import type { ValidationFormat } from './commands/validate.ts';
import type { CliConfig } from './config.ts';
import { type Context, createContext } from './context.ts';
import { CliFailure, exitCodes } from './failure.ts';

const outputFlag = ['-o, --output <format>', 'table, json or yaml'] as const;
const fileFlag = ['-f, --filename <path>', 'file, folder, or - for standard input; may be repeated'] as const;
const meshConfigFlag = ['--mesh-config <file>', "Istio's MeshConfig that holds beside the files"] as const;
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const logLevelOption = (description: string): Option =>
  new Option('--log-level <level>', description).choices(['trace', 'debug', 'info', 'warn', 'error']).default('info');

export function createProgram(config: CliConfig): Command {
  const program = new Command('weft')
    .description("A service mesh that runs Istio's YAML anywhere.")
    .option('--dir <folder>', 'run folder of the mesh (default: .weft in the repository, or WEFT_DIR)')
    .option('--api <host:port>', 'operator API of the control plane (default: 127.0.0.1:15080, or WEFT_API)')
    .option(
      '--admin <host:port>',
      "a sidecar's admin port, instead of the one that the control plane tells (or WEFT_ADMIN)",
    )
    .helpCommand(false)
    .showHelpAfterError('(weft --help lists the commands)');
  const contextOf = (command: Command): Context => createContext(config, command.optsWithGlobals());
  addLifecycle(program, contextOf);
  addResources(program, contextOf, config);
  addPlanning(program, contextOf, config);
  addInspection(program, contextOf);
  addCapture(program, contextOf);
  addIdentity(program, contextOf);
  program
    .command('version')
    .description('this program, and the control plane where it runs')
    .option(...outputFlag)
    .action(async (_: OptionValues, command: Command) => {
      await (await import('./commands/version.ts')).version(contextOf(command));
    });
  program
    .command('completion <shell>')
    .description('completion script for bash, zsh or fish')
    .action(async (shell: string, _: OptionValues, command: Command) => {
      (await import('./commands/completion.ts')).completion(contextOf(command), program, shell);
    });
  return program;
}

type ContextOf = (command: Command) => Context;

interface ValidateFlags {
  readonly filename: readonly string[];
  /** "table" is what the other commands call "text". */
  readonly output: ValidationFormat | 'table';
}

interface DeleteFlags {
  readonly namespace: string;
  readonly filename: readonly string[];
}

function addLifecycle(program: Command, contextOf: ContextOf): void {
  program
    .command('up')
    .description('start the whole mesh on this machine')
    .option('--config <folder>', 'folder with the rules (default: infra/mesh)')
    .option('--mesh <on|off>', 'off: the shop alone, with no control plane and no sidecars')
    .option('--sidecar <kind>', 'weft, or envoy: a stock Envoy; one alone: order=envoy; may be repeated', collect, [])
    .option('--port-base <port>', 'first port of the services (default: 21000)')
    .addOption(logLevelOption('level of every process'))
    .option('--verbose', 'print the logs as well')
    .option('--no-build', 'take the bundles as they are')
    .action(async (flags: UpFlags, command: Command) => {
      await (await import('./commands/up.ts')).up(contextOf(command), flags);
    });
  program
    .command('down')
    .description('stop the mesh, and what a killed one left')
    .option(...outputFlag)
    .action(async (_: OptionValues, command: Command) => {
      await (await import('./commands/down.ts')).down(contextOf(command));
    });
  program
    .command('status')
    .description('processes, services, instances, and files that were rejected')
    .option(...outputFlag)
    .action(async (_: OptionValues, command: Command) => {
      await (await import('./commands/status.ts')).status(contextOf(command));
    });
  program
    .command('run <command...>')
    .description(
      'run a process in the mesh, behind a sidecar of its own: weft run --name hello --port 3000 -- node hello.js',
    )
    .requiredOption('--name <name>', 'name of the workload and its Service')
    .requiredOption('--port <port>', 'port that the process listens on')
    .option('-n, --namespace <namespace>', 'namespace', 'default')
    .option('--port-name <name>', "the port's name, whose prefix is its protocol: http, grpc, tcp", 'http')
    .option('--port-base <port>', 'first port of the services, as of weft up')
    .option('--sidecar <kind>', 'weft, or envoy: a stock Envoy', 'weft')
    .option('--xds-port <port>', "the control plane's xDS port (default: 15012)")
    .addOption(logLevelOption("the sidecar's log level"))
    .action(async (words: string[], flags: RunFlags, command: Command) => {
      await (await import('./commands/run.ts')).run(contextOf(command), words, flags);
    });
  program
    .command('envoy [flags...]')
    .description(
      "a stock Envoy as a workload's sidecar, with its agent; flags are the sidecar's, what follows -- is Envoy's: weft envoy --workload-group shop/order --inbound http=127.0.0.1:21013,127.0.0.1:21010",
    )
    .allowUnknownOption()
    .action(async (words: string[], _: OptionValues, command: Command) => {
      const { admin } = command.optsWithGlobals<{ admin?: string }>();
      await (await import('./commands/envoy.ts')).envoy(contextOf(command), words, admin);
    });
}

function addResources(program: Command, contextOf: ContextOf, config: CliConfig): void {
  program
    .command('apply')
    .description('create or change resources through the operator API')
    .requiredOption(...fileFlag, collect)
    .option(...outputFlag)
    .action(async (flags: { filename: string[] }, command: Command) => {
      await (await import('./commands/resources.ts')).apply(contextOf(command), flags.filename);
    });
  program
    .command('delete [kind] [name]')
    .description('delete a resource that was applied, or all that files name')
    .option('-n, --namespace <namespace>', 'namespace of <name>', 'default')
    .option(...fileFlag, collect, [])
    .option(...outputFlag)
    .action(async (kind: string | undefined, name: string | undefined, flags: DeleteFlags, command: Command) => {
      const { remove, removeFiles } = await import('./commands/resources.ts');
      const named = kind !== undefined && name !== undefined;
      if (named === flags.filename.length > 0 || (kind !== undefined && name === undefined))
        throw new CliFailure(exitCodes.usage, 'name a kind and a resource, or files with -f');
      if (named) await remove(contextOf(command), kind, name, flags.namespace);
      else await removeFiles(contextOf(command), flags.filename);
    });
  program
    .command('get <kind> [name]')
    .description('resources that are in force, with the place that they come from; kind "all" for every one')
    .option('-n, --namespace <namespace>', 'only of this namespace')
    .option(...outputFlag)
    .action(async (kind: string, name: string | undefined, flags: { namespace?: string }, command: Command) => {
      const filter = { name, namespace: flags.namespace };
      await (await import('./commands/resources.ts')).get(contextOf(command), kind, filter);
    });
  program
    .command('history')
    .description('what was applied through the operator API, newest first')
    .option(...outputFlag)
    .action(async (_: OptionValues, command: Command) => {
      await (await import('./commands/history.ts')).history(contextOf(command));
    });
  program
    .command('rollback <version>')
    .description('make what was applied as it was at a version of the history')
    .option(...outputFlag)
    .action(async (version: string, _: OptionValues, command: Command) => {
      await (await import('./commands/history.ts')).rollback(contextOf(command), version);
    });
  program
    .command('validate [paths...]')
    .description('check files without a running mesh')
    .option(...fileFlag, collect, [])
    .addOption(
      new Option('-o, --output <format>', 'text, json, yaml or sarif')
        .choices(['text', 'table', 'json', 'yaml', 'sarif'])
        .default('text'),
    )
    .action(async (paths: string[], flags: ValidateFlags, command: Command) => {
      const all = [...flags.filename, ...paths];
      if (all.length === 0) command.error('error: name what to check: weft validate -f infra/mesh', { exitCode: 2 });
      const format = flags.output === 'table' ? 'text' : flags.output;
      const context = createContext(config, { ...command.optsWithGlobals(), output: 'table' });
      await (await import('./commands/validate.ts')).validate(context, all, format);
    });
}

interface AnalyzeOptions extends ValidateFlags {
  readonly meshConfig?: string;
}

interface PlanOptions {
  readonly filename: readonly string[];
  readonly delete?: boolean;
  readonly against: readonly string[];
  readonly meshConfig?: string;
  readonly traffic: readonly string[];
  readonly strict?: boolean;
}

/** What a change does, and what is probably not meant. */
function addPlanning(program: Command, contextOf: ContextOf, config: CliConfig): void {
  program
    .command('analyze [paths...]')
    .description('what is probably not meant, in files or (without any) in the configuration in force')
    .option(...fileFlag, collect, [])
    .option(...meshConfigFlag)
    .addOption(
      new Option('-o, --output <format>', 'text, json, yaml or sarif')
        .choices(['text', 'table', 'json', 'yaml', 'sarif'])
        .default('text'),
    )
    .action(async (paths: string[], flags: AnalyzeOptions, command: Command) => {
      const format = flags.output === 'table' ? 'text' : flags.output;
      const context = createContext(config, { ...command.optsWithGlobals(), output: 'table' });
      const asked = { paths: [...flags.filename, ...paths], meshConfig: flags.meshConfig, format };
      await (await import('./commands/analyze.ts')).analyze(context, asked);
    });
  program
    .command('plan')
    .description('what a change would do to traffic, in words: weft plan -f change.yaml')
    .requiredOption(...fileFlag, collect)
    .option('--delete', 'the documents are deleted, not applied')
    .option(
      '--against <path>',
      'files that stand for the configuration in force, instead of the control plane',
      collect,
      [],
    )
    .option(...meshConfigFlag)
    .option(
      '--traffic <last|workload=file>',
      "requests to replay through both versions: those that the sidecars saw in the last 15m (1h at most), or JSON lines of a sidecar's tap; may be repeated",
      collect,
      [],
    )
    .option('--strict', 'exit with 1 where a change is dangerous')
    .option(...outputFlag)
    .action(async (flags: PlanOptions, command: Command) => {
      const { meshConfig, delete: deletes = false, strict = false } = flags;
      await (await import('./commands/plan.ts')).plan(contextOf(command), {
        ...flags,
        meshConfig,
        delete: deletes,
        strict,
      });
    });
}

function addInspection(program: Command, contextOf: ContextOf): void {
  program
    .command('proxy-status')
    .alias('ps')
    .description('what each proxy has been sent, has taken and has refused')
    .option(...outputFlag)
    .action(async (_: OptionValues, command: Command) => {
      await (await import('./commands/proxy-status.ts')).proxyStatus(contextOf(command));
    });
  program
    .command('proxy-config <kind> [proxy]')
    .alias('pc')
    .description('listener, route, cluster, endpoint or secret of a running proxy')
    .option(...outputFlag)
    .action(async (kind: string, proxy: string | undefined, _: OptionValues, command: Command) => {
      await (await import('./commands/proxy-config.ts')).proxyConfig(contextOf(command), kind, proxy);
    });
  program
    .command('explain <method-or-id> [url]')
    .description(
      "route, cluster, endpoints and identity of a request, each with the line that decided it: weft explain GET http://payment.shop/charge -H 'x-canary: 1' --from order; or what became of one that was made: weft explain <x-request-id>",
    )
    .option('-H, --header <header>', 'a request header, "name: value"; may be repeated', collect, [])
    .option('--from <workload>', 'who asks')
    .option('-f, --filename <path>', 'answer from files, without a running mesh; may be repeated', collect, [])
    .option('--log <file>', 'an access log (JSON) to look for a request id in; may be repeated', collect, [])
    .option(...meshConfigFlag)
    .option(...outputFlag)
    .action(
      async (
        first: string,
        second: string | undefined,
        flags: { header: string[]; from?: string; filename: string[]; log: string[]; meshConfig?: string },
        command: Command,
      ) => {
        const { header, from, filename, log, meshConfig } = flags;
        const asked = { header, from, filename, log, meshConfig };
        await (await import('./commands/explain.ts')).explain(contextOf(command), first, second, asked);
      },
    );
}

function addCapture(program: Command, contextOf: ContextOf): void {
  program
    .command('capture')
    .description(
      "send an application's traffic through its sidecar, with iptables in this network namespace (needs root)",
    )
    .option('--undo', 'take the rules out again')
    .option('--dry-run', 'print the rules, change nothing')
    .option('--uid <uids>', 'numeric users that the sidecar runs as: what they send is left alone (default: 1337)')
    .option('--gid <gids>', 'numeric groups of the sidecar (default: 1337)')
    .option('--inbound-port <port>', 'where the sidecar takes what others send (default: 15006)')
    .option('--outbound-port <port>', 'where the sidecar takes what the application sends (default: 15001)')
    .option('--include-inbound-ports <ports>', '"80,443", or "*" for all (default)')
    .option('--exclude-inbound-ports <ports>', "besides the sidecar's own")
    .option('--include-outbound-ports <ports>', 'captured also outside of the ranges')
    .option('--exclude-outbound-ports <ports>', 'never captured')
    .option('--include-outbound-ip-ranges <ranges>', '"10.0.0.0/8,fd00::/8", or "*" for all (default)')
    .option('--exclude-outbound-ip-ranges <ranges>', 'never captured')
    .option(...outputFlag)
    .action(async (flags: CaptureFlags, command: Command) => {
      await (await import('./commands/capture.ts')).capture(contextOf(command), flags);
    });
}

function addIdentity(program: Command, contextOf: ContextOf): void {
  const token = program.command('token').description('join tokens for workloads that no token folder reaches');
  token
    .command('create')
    .description('make a token; it is printed once, and kept as a hash')
    .requiredOption('-n, --namespace <namespace>', 'namespace of the identity')
    .requiredOption('--service-account <name>', 'service account of the identity')
    .option('--workload-group <name>', 'only for this WorkloadGroup of the namespace')
    .option('--uses <number>', 'certificates that it is good for; renewals need none', '1')
    .option('--ttl <time>', 'how long it is good for: 90s, 30m, 1h, 7d', '1h')
    .option(...outputFlag)
    .action(async (flags: TokenFlags, command: Command) => {
      await (await import('./commands/token.ts')).createToken(contextOf(command), flags);
    });
  token
    .command('list')
    .description('tokens that are valid, and those that were in the last week')
    .option(...outputFlag)
    .action(async (_: OptionValues, command: Command) => {
      await (await import('./commands/token.ts')).listTokens(contextOf(command));
    });
  token
    .command('revoke <id>')
    .description('make a token useless; who has joined with it stays')
    .option(...outputFlag)
    .action(async (id: string, _: OptionValues, command: Command) => {
      await (await import('./commands/token.ts')).revokeToken(contextOf(command), id);
    });
  addCa(program.command('ca').description("the mesh's certificate authority"), contextOf);
}

function addCa(ca: Command, contextOf: ContextOf): void {
  ca.command('status')
    .description('roots that are trusted, the rotation, what is revoked')
    .option(...outputFlag)
    .action(async (_: OptionValues, command: Command) => {
      await (await import('./commands/ca.ts')).caStatus(contextOf(command));
    });
  ca.command('rotate <step>')
    .description('go over to a new root: start, status, finish')
    .option('--ca-dir <folder>', 'start: take the CA of this folder (of the control plane) instead of making one')
    .option('--force', 'finish: also where proxies have not followed')
    .option(...outputFlag)
    .action(async (step: string, flags: { caDir?: string; force?: boolean }, command: Command) => {
      await (await import('./commands/ca.ts')).rotate(contextOf(command), step, flags);
    });
  ca.command('revoke <identity>')
    .description('refuse namespace/service-account certificates, and put those that it holds on the revocation list')
    .option('--reason <text>', 'for the audit', '')
    .option(...outputFlag)
    .action(async (identity: string, flags: { reason: string }, command: Command) => {
      await (await import('./commands/ca.ts')).revoke(contextOf(command), identity, flags.reason);
    });
  ca.command('restore <identity>')
    .description('let namespace/service-account have certificates again')
    .option(...outputFlag)
    .action(async (identity: string, _: OptionValues, command: Command) => {
      await (await import('./commands/ca.ts')).restore(contextOf(command), identity);
    });
}
