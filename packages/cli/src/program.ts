import { Command, CommanderError } from 'commander';
import { registerCommands } from './commands/index.ts';
import { CommandError, type CommandIo } from './io.ts';

/** Exit code for a command line that makes no sense. */
const USAGE = 2;

/** Runs one command line and returns the exit code. Refusals are printed in one line; only a defect prints a stack. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const program = createProgram(io);
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // Whatever commander refuses is a mistake on the command line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (error instanceof CommandError) {
      io.err.write(`cosi: ${error.message}\n`);
      return error.exitCode;
    }
    io.err.write(`cosi: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

/** The command tree; what it prints goes to `io`. */
function createProgram(io: CommandIo): Command {
  const program = new Command('cosi')
    .description('Run nodes that find each other, and look at their resources.')
    .helpOption('-h, --help', 'print this help')
    .option('-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'cosi: ').replace(/\n\(/, ' (')),
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
