import type { Files } from '@cosi-ts/core';
import { describePlan, type Plan } from './plan.ts';

/** What is needed to write them. */
export type RegressionFiles = Pick<Files, 'makeDirectory' | 'create'>;

/** Where plans that failed are kept as tests. */
export interface Regressions {
  /** The directory; made if need be. */
  readonly directory: string;
  /** What the file imports: the module as it is written there, and the name of the scenario in it. */
  readonly scenario: { readonly module: string; readonly name: string };
}

/** Writes a test file for each plan, over an earlier one of the same plan. @returns their paths */
export async function writeRegressions(
  files: RegressionFiles,
  { directory, scenario }: Regressions,
  failures: readonly { readonly plan: Plan; readonly reasons: readonly string[] }[],
): Promise<readonly string[]> {
  await files.makeDirectory(directory, { mode: 0o755 });
  const paths: string[] = [];
  for (const { plan, reasons } of failures) {
    const path = `${directory}/${scenario.name}.${slugOf(plan)}.test.ts`;
    const writer = await files.create(path, { mode: 0o644 });
    await writer.write(new TextEncoder().encode(testOf(scenario, plan, reasons)));
    await writer.close();
    paths.push(path);
  }
  return paths;
}

function testOf({ module, name }: Regressions['scenario'], plan: Plan, reasons: readonly string[]): string {
  const comment = reasons.flatMap((reason) => reason.split('\n')).map((line) => ` * ${line.replaceAll('*/', '* /')}`);
  return `import { assertUnperturbed } from '@cosi-ts/testing';
import { test } from 'vitest';
import { ${name} } from '${module}';

/*
${comment.join('\n')}
 */
test(${quoted(describePlan(plan))}, async () => {
  await assertUnperturbed(${name}, { plans: [${JSON.stringify(plan)}] });
});
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function slugOf(plan: Plan): string {
  return Object.values(plan)
    .join('-')
    .replaceAll(/[^\w.]+/g, '-')
    .toLowerCase();
}
