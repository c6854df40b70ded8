/** What makes a run again: the seed, and the decisions if they are not the seed's own. */
export interface Replay {
  /** Feeds each node's randomness, and the decisions unless `choices` are given. */
  readonly seed: number;
  readonly choices?: readonly number[] | undefined;
  /** Of the kit and of Node, where the line was written: another pair may give another run. */
  readonly versions?: Versions | undefined;
}

export interface Versions {
  readonly kit?: string | undefined;
  readonly node?: string | undefined;
}

/** One line for a person to copy: `seed=7`, or `seed=7 tape=0*12,3,1`. Zeros at the end are left out. */
export function formatReplay({ seed, choices, versions = {} }: Replay): string {
  const tape = choices === undefined ? [] : [`tape=${formatChoices(choices)}`];
  const written = Object.entries(versions).map(([name, version]) => `${name}=${version}`);
  return [`seed=${seed}`, ...tape, ...written].join(' ');
}

/**
 * Reads a replay line. Words other than `seed=`, `tape=`, `kit=` and `node=` are remarks for the reader.
 * @throws SyntaxError
 */
export function parseReplay(line: string): Replay {
  let seed = 0;
  let choices: number[] | undefined;
  const versions: { -readonly [name in keyof Versions]: Versions[name] } = {};
  for (const word of line.split(/\s+/).filter((word) => word !== '')) {
    const [, name, value] = /^([a-z]+)=(.*)$/.exec(word) ?? [];
    if (name === 'seed') seed = parseNumber(value ?? '', line);
    else if (name === 'tape') choices = parseChoices(value ?? '', line);
    else if (name === 'kit' || name === 'node') versions[name] = value;
    else if (name === undefined) throw new SyntaxError(`not a replay line: '${line}' (at '${word}')`);
  }
  return {
    seed,
    ...(choices !== undefined && { choices }),
    ...(Object.keys(versions).length > 0 && { versions }),
  };
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
