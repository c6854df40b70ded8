/** One command of a page, and what it prints there. */
export interface Step {
  readonly line: number;
  readonly command: string;
  /** Goes on while the next commands run. */
  readonly isBackground: boolean;
  readonly output: readonly string[];
}

/** A file that a page shows: the text of a fence whose info string ends with its name, as in ` ```yaml config.yaml`. */
export interface ShownFile {
  readonly line: number;
  readonly name: string;
  readonly text: string;
}

/**
 * What a reader of a page would do, from top to bottom: commands are the lines of `console` fences that begin with
 * `$ `, and what follows them up to the next one is what they print. A line `…` stands for any number of lines.
 */
export function readPage(markdown: string): readonly (Step | ShownFile)[] {
  const actions: (Step | ShownFile)[] = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const [, language, name] = /^```(\w+)(?: (\S+))?$/.exec(lines[at] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', at + 1);
    const content = lines.slice(at + 1, end);
    if (language === 'console') actions.push(...readSteps(content, at + 2));
    else if (name !== undefined) actions.push({ line: at + 2, name, text: `${content.join('\n')}\n` });
    at = end;
  }
  return actions;
}

function readSteps(content: readonly string[], firstLine: number): readonly Step[] {
  const starts = content.flatMap((text, at) => (text.startsWith('$ ') ? [at] : []));
  return starts.map((start, index) => {
    const command = (content[start] ?? '').slice(2);
    const isBackground = command.endsWith(' &');
    const output = content.slice(start + 1, starts[index + 1]).filter((line) => line !== '');
    return {
      line: firstLine + start,
      command: isBackground ? command.slice(0, -2) : command,
      isBackground,
      output,
    };
  });
}
