/** What makes a run again: the seed, and the decisions if they are not the seed's own. */
export interface Replay {
  /** Feeds each node's randomness, and the decisions unless `choices` are given. */
  readonly seed: number;
  readonly choices?: readonly number[] | undefined;
}

/** One line for a person to copy: `seed=7`, or `seed=7 tape=0*12,3,1`. Zeros at the end are left out. */
export function formatReplay({ seed, choices }: Replay): string {
  return choices === undefined ? `seed=${seed}` : `seed=${seed} tape=${formatChoices(choices)}`;
}

/**
 * Reads a replay line. Words other than `seed=` and `tape=` are remarks for the reader.
 * @throws SyntaxError
 */
export function parseReplay(line: string): Replay {
  let seed = 0;
  let choices: number[] | undefined;
  for (const word of line.trim().split(/\s+/)) {
    const [, name, value] = /^([a-z]+)=(.*)$/.exec(word) ?? [];
    if (name === 'seed') seed = parseNumber(value ?? '', line);
    else if (name === 'tape') choices = parseChoices(value ?? '', line);
    else if (name === undefined) throw new SyntaxError(`not a replay line: '${line}' (at '${word}')`);
  }
  return choices === undefined ? { seed } : { seed, choices };
}

function formatChoices(choices: readonly number[]): string {
  let end = choices.length;
  while (end > 0 && choices[end - 1] === 0) end -= 1;
  const parts: string[] = [];
  for (let index = 0; index < end;) {
    const choice = choices[index];
    let run = index + 1;
    while (run < end && choices[run] === choice) run += 1;
    parts.push(run - index > 1 ? `${choice}*${run - index}` : `${choice}`);
    index = run;
  }
  return parts.join(',');
}

function parseChoices(text: string, line: string): number[] {
  if (text === '') return [];
  return text.split(',').flatMap((part) => {
    const [choice = '', repeat = '1'] = part.split('*');
    const value = parseNumber(choice, line);
    return Array.from({ length: parseNumber(repeat, line) }, () => value);
  });
}

function parseNumber(text: string, line: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new SyntaxError(`not a replay line: '${line}' ('${text}' is no whole number)`);
}
