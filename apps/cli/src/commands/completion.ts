/** `weft completion`: words for the shell, made from the commands themselves. */

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';

interface Words {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
  readonly choices: readonly string[];
}

/** Fixed arguments of commands, which the declarations do not list. */
const choicesOf: Readonly<Record<string, readonly string[]>> = {
  'proxy-config': ['listener', 'route', 'cluster', 'endpoint', 'secret'],
  get: [
    'all',
    'service',
    'serviceentry',
    'workloadentry',
    'workloadgroup',
    'virtualservice',
    'destinationrule',
    'gateway',
  ],
  delete: ['service', 'serviceentry', 'workloadentry', 'workloadgroup', 'virtualservice', 'destinationrule', 'gateway'],
  completion: ['bash', 'zsh', 'fish'],
};

export function completion(context: Context, program: Command, shell: string): void {
  const words = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...program.options, ...command.options].flatMap((option) => (option.long ? [option.long] : [])),
    choices: choicesOf[command.name()] ?? [],
  }));
  const scripts: Readonly<Record<string, (words: readonly Words[]) => string>> = { bash, zsh, fish };
  const script = scripts[shell];
  if (script === undefined)
    throw new CliFailure(exitCodes.usage, `"${shell}" is not a shell that weft knows; there are bash, zsh, fish`);
  context.output.line(script(words));
}

function bash(words: readonly Words[]): string {
  return `# weft completion bash > /etc/bash_completion.d/weft
_weft() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "${words.map((w) => w.name).join(' ')}" -- "$word")); return; fi
  case "\${COMP_WORDS[1]}" in
${words.map((w) => `    ${w.name}) COMPREPLY=($(compgen -W "${[...w.choices, ...w.options].join(' ')}" -- "$word")) ;;`).join('\n')}
  esac
}
complete -o default -F _weft weft`;
}

function zsh(words: readonly Words[]): string {
  return `#compdef weft
# weft completion zsh > "\${fpath[1]}/_weft"
_weft() {
  local -a commands=(${words.map((w) => `'${w.name}:${quoted(w.description)}'`).join(' ')})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "\${words[2]}" in
${words.map((w) => `    ${w.name}) compadd -- ${[...w.choices, ...w.options].join(' ')}; _files ;;`).join('\n')}
  esac
}
(( \${+functions[compdef]} )) && compdef _weft weft`;
}

function fish(words: readonly Words[]): string {
  const lines = words.flatMap((w) => [
    `complete -c weft -n __fish_use_subcommand -a ${w.name} -d '${quoted(w.description)}'`,
    ...w.options.map((option) => `complete -c weft -n '__fish_seen_subcommand_from ${w.name}' -l ${option.slice(2)}`),
    ...(w.choices.length === 0
      ? []
      : [`complete -c weft -n '__fish_seen_subcommand_from ${w.name}' -a '${w.choices.join(' ')}'`]),
  ]);
  return ['# weft completion fish > ~/.config/fish/completions/weft.fish', ...lines].join('\n');
}

function quoted(text: string): string {
  return text.replaceAll("'", '').replaceAll(':', ' -');
}
