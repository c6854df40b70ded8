import { Command, CommanderError } from 'commander';
import { registerCommands } from './commands/index.ts';
import { CommandError, type CommandIo } from './io.ts';

/** Exit code for a command line that makes no sense. */
const USAGE = 2;

/** Runs one command line and returns the exit code. Refusals are printed in one line; only a defect prints a stack. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const program = createProgram(io);
  const given = followed(program);
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // A command that is only there for those below it has told of them.
      if (error.code === 'commander.help') return USAGE;
      // Whatever commander refuses is a mistake on the command line.
      const message = refusal(error);
      const cure = /\(Did you|\. (?:Give|Allowed|It is)/.test(message)
        ? ''
        : `: "${pathOf(given.command)} --help" tells how it is used`;
      io.err.write(`cosi: ${message}${cure}\n`);
      return USAGE;
    }
    if (error instanceof CommandError) {
      io.err.write(`cosi: ${error.message}\n`);
      return error.exitCode;
    }
    io.err.write(`cosi: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

/** The command tree; what it prints goes to `io`. */
export function createProgram(io: CommandIo): Command {
  const program = new Command('cosi')
    .description('Run nodes that find each other, and look at their resources.')
    .helpOption('-h, --help', 'print this help')
    .option('-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      // Whoever catches the error writes it.
      outputError: () => undefined,
      getOutHelpWidth: () => io.out.columns ?? 100,
      getErrHelpWidth: () => io.err.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  // Not commander's own version option, which wants the version before anyone asked for it.
  program.on('option:version', () => {
    io.out.write(`${io.version()}\n`);
    throw new CommanderError(0, 'commander.version', '');
  });
  registerCommands(program, io);
  return program;
}

/** The innermost command that has been read so far: what is wrong is wrong there. */
function followed(program: Command): { readonly command: Command } {
  const given = { command: program };
  const follow = (command: Command): void => {
    command.hook('preSubcommand', (_, inner) => {
      given.command = inner;
    });
    for (const inner of command.commands) follow(inner);
  };
  follow(program);
  return given;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** In one line, with the cure where there is one: a suggestion in a second line, or a sentence of its own. */
function refusal({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
}
