import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Where, and the rule and the text that the linter must object to there. */
type Plant = readonly [file: string, rule: string, code: string];

const UNWANTED: readonly Plant[] = [
  // The rooms: imports go one way, through the front door.
  ['packages/core/src/a.ts', 'house(imports)', `import { a } from '@cosi-ts/resources';`],
  ['packages/core/src/a.test.ts', 'house(imports)', `import { a } from '@cosi-ts/runtime';`],
  ['packages/resources/src/a.ts', 'house(imports)', `import { a } from '@cosi-ts/runtime';`],
  ['packages/resources/src/b.ts', 'house(imports)', `import type { A } from '@cosi-ts/runtime';`],
  ['packages/resources/src/c.ts', 'house(imports)', `export type A = import('@cosi-ts/runtime').A;`],
  ['packages/runtime/src/a.ts', 'house(imports)', `import { a } from '@cosi-ts/discovery';`],
  ['packages/runtime/src/b.ts', 'house(imports)', `export { a } from '@cosi-ts/controllers';`],
  ['packages/runtime/src/c.ts', 'house(imports)', `export * from '@cosi-ts/testing';`],
  ['packages/discovery/src/a.ts', 'house(imports)', `import { a } from '@cosi-ts/resources';`],
  ['packages/discovery/src/b.ts', 'house(imports)', `import { a } from '@cosi-ts/runtime';`],
  ['packages/controllers/src/a.ts', 'house(imports)', `import { a } from '@cosi-ts/cli';`],
  ['packages/controllers/src/b.ts', 'house(imports)', `export const a = await import('@cosi-ts/cli');`],
  ['packages/testing/src/a.ts', 'house(imports)', `import { a } from '@cosi-ts/controllers';`],
  ['packages/cli/src/a.ts', 'house(imports)', `import { a } from '@cosi-ts/testing';`],
  ['packages/cli/src/b.ts', 'house(imports)', `import { a } from '@cosi-ts/cli';`],
  ['packages/cli/src/c.ts', 'house(imports)', `import { a } from '@cosi-ts/core/src/owner.ts';`],
  ['packages/cli/src/d.ts', 'house(imports)', `import { a } from '../../core/src/owner.ts';`],
  ['test/a.test.ts', 'house(imports)', `import { a } from '@cosi-ts/core/dist/owner.js';`],
  ['test/b.test.ts', 'house(imports)', `import { a } from '../packages/core/src/owner.ts';`],
  ['packages/core/src/rpc/a.ts', 'house(imports)', `import { Server } from '@grpc/grpc-js';`],
  ['packages/discovery/src/c.test.ts', 'house(imports)', `import { Server } from '@grpc/grpc-js';`],

  // The ports: nothing reaches for the outside by itself.
  ...[
    `export const a = Date.now();`,
    `export const a = Date['now']();`,
    `export const a = new Date();`,
    `export const a = Date();`,
    `export const { now } = Date;`,
    `export const a = Math.random();`,
    `export const { random } = Math;`,
    `export const a = performance.now();`,
    `export const a = crypto.randomUUID();`,
    `export const a = crypto.getRandomValues(new Uint8Array(2));`,
    `setTimeout(() => {}, 1);`,
    `setInterval(() => {}, 1);`,
    `setImmediate(() => {});`,
    `globalThis.setTimeout(() => {}, 1);`,
    `process.nextTick(() => {});`,
    `export const a = process.env['A'];`,
    `console.log(1);`,
    `export const a = AbortSignal.timeout(1);`,
    `export const a = fetch('http://localhost');`,
    ...['fs', 'fs/promises', 'net', 'tls', 'dgram', 'http', 'https', 'http2', 'dns', 'dns/promises', 'timers'].map(
      (module) => `import * as a from 'node:${module}';`,
    ),
    ...['timers/promises', 'child_process', 'os', 'process', 'worker_threads', 'perf_hooks'].map(
      (module) => `import * as a from 'node:${module}';`,
    ),
    `export const a = await import('node:fs');`,
    `export const load = async (name: string): Promise<unknown> => import(name);`,
    `export { readFile } from 'node:fs';`,
    `import * as crypto from 'node:crypto';`,
    `import crypto from 'node:crypto';`,
    `import { randomBytes } from 'node:crypto';`,
    `import { randomUUID as id } from 'node:crypto';`,
    `import { generateKeyPairSync } from 'node:crypto';`,
    `import { webcrypto } from 'node:crypto';`,
    `import { debounceTime } from 'rxjs';`,
    `import { timer } from 'rxjs';`,
  ].map((code, index): Plant => [`packages/runtime/src/host-${index}.ts`, 'house(host)', code]),
  ['packages/core/src/host/host.ts', 'house(host)', `export const a = Date.now();`],
  ['packages/cli/src/commands/a.ts', 'house(host)', `export const a = Date.now();`],
  ['packages/testing/src/a2.ts', 'house(host)', `export const a = Math.random();`],

  // The style.
  ['packages/core/src/floating.ts', 'typescript(no-floating-promises)', `async function f() {}\nf();`],
  ['packages/core/src/misused.ts', 'typescript(no-misused-promises)', `[1].forEach(async () => {});`],
  [
    'packages/core/src/types.ts',
    'typescript(consistent-type-imports)',
    `import { A } from './a.ts';\nexport type B = A;`,
  ],
  ['packages/core/src/default.ts', 'import(no-default-export)', `export default 1;`],
  ['packages/core/src/any.ts', 'typescript(no-explicit-any)', `export const a = (value: any): void => {};`],
  ['packages/core/src/enum.ts', 'house(enums)', `export enum E { A }`],
  ['packages/core/src/namespace.ts', 'typescript(no-namespace)', `export namespace N { export const a = 1; }`],
  ['packages/core/src/later.ts', 'eslint(no-warning-comments)', `// TODO: later\nexport const a = 1;`],
  ['packages/core/src/long.ts', 'eslint(max-lines)', `export const a = 1;${'\n//'.repeat(500)}`],
  ['packages/core/src/CamelCase.ts', 'unicorn(filename-case)', `export const a = 1;`],
  ['packages/core/src/prefix.ts', 'unicorn(prefer-node-protocol)', `import { format } from 'util';`],
  ['packages/core/src/cycle.ts', 'import(no-cycle)', `import { b } from './cycle-b.ts';\nexport const a = b;`],
  ['packages/core/src/cycle-b.ts', 'import(no-cycle)', `import { a } from './cycle.ts';\nexport const b = a;`],
];

const WELCOME: readonly (readonly [file: string, code: string])[] = [
  ['packages/controllers/src/ok.ts', `import { a } from '@cosi-ts/discovery';\nexport const b = a;`],
  ['packages/controllers/src/ok.test.ts', `import { a } from '@cosi-ts/testing';\nexport const b = [a, Date.now()];`],
  ['packages/cli/src/ok.ts', `import { a } from '@cosi-ts/controllers';\nexport const b = a;`],
  ['test/ok.test.ts', `import { a } from '@cosi-ts/cli';\nexport const b = [a, Math.random()];`],
  ['ok.config.ts', `import base from './vitest.config.ts';\nexport default base;`],
  ['packages/core/src/rpc/grpc/ok.ts', `import { Server } from '@grpc/grpc-js';\nexport const a = Server;`],
  ['packages/core/src/host/real/ok.ts', `import { open } from 'node:fs';\nexport const a = [open, Date.now()];`],
  ['packages/cli/src/process/ok.ts', `export const a = process.argv;`],
  ['packages/core/src/pure.ts', `import { createHash } from 'node:crypto';\nexport const a = createHash('sha256');`],
  ['packages/core/src/type.ts', `import type { Socket } from 'node:net';\nexport type A = Socket | AbortSignal;`],
  ['packages/core/src/date.ts', `export const a = [new Date(0), Date.UTC(2000, 1), Date.parse('2000')];`],
  ['packages/core/src/date-type.ts', `export const a = (value: unknown): value is Date => value instanceof Date;`],
  ['packages/core/src/math.ts', `export const a = [Math.max(1, 2), Number.MAX_SAFE_INTEGER];`],
  ['packages/core/src/shadow.ts', `export const a = (setTimeout: (after: number) => void): void => setTimeout(1);`],
  ['packages/core/src/rx.ts', `import { map } from 'rxjs';\nexport const a = map;`],
];

interface Finding {
  readonly filename: string;
  readonly code: string;
  readonly message: string;
}

const root = path.join(import.meta.dirname, '..');
const house = mkdtempSync(path.join(tmpdir(), 'cosi-lint-'));
let findings: readonly Finding[] = [];

beforeAll(async () => {
  for (const name of ['.oxlintrc.json', 'tools', 'tsconfig.base.json', 'package.json']) {
    cpSync(path.join(root, name), path.join(house, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(house, 'node_modules'));
  plant('tsconfig.json', `{ "extends": "./tsconfig.base.json", "include": ["packages", "test"] }`);
  for (const [file, , code] of UNWANTED) plant(file, code);
  for (const [file, code] of WELCOME) plant(file, code);
  findings = await lint();
});

afterAll(() => rmSync(house, { recursive: true }));

describe('the linter objects', () => {
  test.each(UNWANTED.map(([file, rule, code]) => [file, rule, code.split('\n')[0]] as const))(
    '%s: %s: %s',
    (file, rule) => {
      expect(findings.filter(({ filename }) => filename === file).map(({ code }) => code)).toContain(rule);
    },
  );
});

describe('the linter lets pass', () => {
  test.each(WELCOME)('%s: %s', (file) => {
    expect(findings.filter(({ filename, code }) => filename === file && code.startsWith('house('))).toEqual([]);
  });
});

function plant(file: string, code: string): void {
  const target = path.join(house, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, `${code}\n`);
}

/** All findings of one run over all plants, since most of a run's time is its start. */
async function lint(): Promise<readonly Finding[]> {
  const bin = path.join(root, 'node_modules/oxlint/bin/oxlint');
  const { promise, resolve } = Promise.withResolvers<string>();
  // It exits with 1 because of what it found, which is what is wanted of it.
  execFile(process.execPath, [bin, '-f', 'json'], { cwd: house, maxBuffer: 2 ** 26 }, (_, stdout) => resolve(stdout));
  const report = JSON.parse(await promise) as { readonly diagnostics: readonly Finding[] };
  return report.diagnostics;
}
