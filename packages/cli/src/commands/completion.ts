import { Argument } from 'commander';
import type { RegisterCommand } from './index.ts';

const EXAMPLES = `
Commands, options, and what running nodes have are completed: types, ids, namespaces, nodes. For one shell that runs:

Examples:
  eval "$(cosi completion bash)"
  eval "$(cosi completion zsh)"                                          after compinit
  cosi completion fish | source

For those to come:

  cosi completion bash > ~/.local/share/bash-completion/completions/cosi
  cosi completion zsh > "\${fpath[1]}/_cosi"
  cosi completion fish > ~/.config/fish/completions/cosi.fish`;

/** `cosi completion`, and what its scripts run at a press of the tab key. */
export const registerCompletion: RegisterCommand = (program, io) => {
  program
    .command('completion')
    .summary('print what teaches a shell to complete commands')
    .description('Print a script that teaches a shell to complete commands.')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { SCRIPTS } = await import('../completion/scripts.ts');
      io.out.write(SCRIPTS[shell]);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { printCompletions } = await import('../completion/complete.ts');
      await printCompletions(program, io, words);
    });
};
