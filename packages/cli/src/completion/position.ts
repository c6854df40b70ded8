import type { Argument, Command, Option } from 'commander';

/** Where on a command line somebody is writing. */
export interface Position {
  /** The innermost command so far. */
  readonly command: Command;
  /** What is given there: the value of an option, an argument; neither: an option or a command. */
  readonly value: Option | Argument | undefined;
  /** Whether an option may begin here. */
  readonly mayBeOption: boolean;
  /** What of the word is there that is not to be completed: `--output=`, or `a,` of `a,b`. */
  readonly prefix: string;
  /** What of the word is to be completed. */
  readonly word: string;
  /** The arguments before it. */
  readonly args: readonly string[];
  /** The values of options before it, by the names that actions know them by. */
  readonly options: Readonly<Record<string, readonly string[]>>;
}

/** Reads the words after the name of the program; the last one, which may be empty, is being written. */
export function positionOf(program: Command, words: readonly string[]): Position {
  const word = words.at(-1) ?? '';
  let command = program;
  let args: string[] = [];
  let options: Record<string, string[]> = {};
  let pending: Option | undefined;
  let isLiteral = false;
  const give = (option: Option, value: string): void => void (options[option.attributeName()] ??= []).push(value);
  for (const before of words.slice(0, -1)) {
    if (pending !== undefined) {
      give(pending, before);
      pending = undefined;
    } else if (isLiteral || !/^-./.test(before)) {
      const inner = args.length === 0 ? command.commands.find((one) => isNamed(one, before)) : undefined;
      if (inner === undefined) args.push(before);
      else [command, args, options] = [inner, [], {}];
    } else if (before === '--') isLiteral = true;
    else {
      const { option, value } = readOption(command, before);
      if (option !== undefined && value !== undefined) give(option, value);
      else if (option?.required === true) pending = option;
    }
  }
  const at = { command, args, options, mayBeOption: !isLiteral && pending === undefined };
  if (pending !== undefined) return { ...at, value: pending, ...split(pending, '', word) };
  const { option, value, flag } = at.mayBeOption && /^-./.test(word) ? readOption(command, word) : NO_OPTION;
  if (option !== undefined && value !== undefined) {
    return { ...at, mayBeOption: false, value: option, ...split(option, flag, value) };
  }
  const { registeredArguments } = command;
  const argument = registeredArguments[args.length] ?? registeredArguments.find(({ variadic }) => variadic);
  return { ...at, value: argument, prefix: '', word };
}

/** The word between the brackets of an option's flags, or the name of an argument: it tells what kind of value it is. */
export function placeholderOf(value: Option | Argument): string {
  if ('flags' in value) return /[<[]([^\]>]+)/.exec(value.flags)?.[1] ?? '';
  return value.name();
}

interface GivenOption {
  readonly option: Option | undefined;
  /** What is given along with it, in the same word. */
  readonly value: string | undefined;
  /** What precedes that in the word. */
  readonly flag: string;
}

const NO_OPTION: GivenOption = { option: undefined, value: undefined, flag: '' };

function readOption({ options }: Command, word: string): GivenOption {
  const [, long, value] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (long !== undefined) {
    return { option: options.find((one) => one.long === long), value, flag: `${long}=` };
  }
  const flag = word.slice(0, 2);
  const option = options.find((one) => one.short === flag);
  const takesRest = option?.required === true && word.length > 2;
  return { option, value: takesRest ? word.slice(2) : undefined, flag };
}

/** Where several values may stand with commas between them, the last is the one that is written. */
function split(option: Option, flag: string, value: string): Pick<Position, 'prefix' | 'word'> {
  const comma = LISTS.has(placeholderOf(option)) ? value.lastIndexOf(',') + 1 : 0;
  return { prefix: flag + value.slice(0, comma), word: value.slice(comma) };
}

const LISTS: ReadonlySet<string> = new Set(['nodes', 'endpoints', 'types']);

function isNamed(command: Command, name: string): boolean {
  return command.name() === name || command.aliases().includes(name);
}
