import type { Command } from 'commander';
import type { CommandIo } from '../io.ts';
import type { Candidate, Candidates } from './candidate.ts';
import { positionOf, type Position } from './position.ts';
import { candidatesOf } from './values.ts';

/**
 * Prints what the last of the words after the name of the program may become: a line each, with a tab and what it means
 * behind it; or the line `:files`. Whatever goes wrong, it prints nothing: nobody wants to read of it there.
 */
export async function printCompletions(program: Command, io: CommandIo, words: readonly string[]): Promise<void> {
  const position = positionOf(program, words.map(unquoted));
  const found = await candidatesAt(position, io);
  if (found === 'files') return io.out.write(':files\n');
  const { prefix, word } = position;
  const fitting = found.filter(({ value }) => value.startsWith(word) && !UNPRINTABLE.test(value));
  const lines = [...Map.groupBy(fitting, ({ value }) => value)].map(([value, same]) => {
    const description = same.find(({ description }) => description)?.description ?? '';
    return `${prefix}${value}\t${description.replaceAll(/\s+/g, ' ')}\n`;
  });
  io.out.write(lines.join(''));
}

/** A value with such a character could not be told from the next one, or would reach a terminal. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]|^:files$/u;

async function candidatesAt(position: Position, io: CommandIo): Promise<Candidates> {
  const { command, value, word, mayBeOption, args } = position;
  if (mayBeOption && word.startsWith('-')) return optionsOf(command);
  if (value !== undefined) return candidatesOf(position, io);
  return args.length === 0 ? subcommandsOf(command) : [];
}

function subcommandsOf(command: Command): readonly Candidate[] {
  const commands = command.createHelp().visibleCommands(command);
  return commands.map((one) => ({ value: one.name(), description: one.summary() || one.description() }));
}

function optionsOf(command: Command): readonly Candidate[] {
  const options = command.createHelp().visibleOptions(command);
  const named = (name: 'long' | 'short'): Candidate[] =>
    options.flatMap((option) => (option[name] ? [{ value: option[name], description: option.description }] : []));
  return [...named('long'), ...named('short')];
}

/** A word as a shell would have read it; shells hand over what stands on the line. */
function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)(?:'|$)|"((?:[^"\\]|\\.)*)(?:"|$)|\\(.)/gs, (_, single, double, escaped) => {
    if (typeof single === 'string') return single;
    if (typeof double === 'string') return double.replaceAll(/\\(["\\$`])/g, '$1');
    return String(escaped);
  });
}
