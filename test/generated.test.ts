import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const fresh = mkdtempSync(path.join(tmpdir(), 'cosi-generated-'));

afterAll(() => rmSync(fresh, { recursive: true }));

test('the committed protobuf code is what `npm run generate` makes of protos/', () => {
  execFileSync('npm', ['run', '--silent', 'generate', '--', '--output', fresh], { cwd: root });
  expect(generatedCode(root)).toEqual(generatedCode(fresh));
});

function generatedCode(directory: string): Record<string, string> {
  const files = globSync('{packages/*/src,test/definitions}/gen/**/*_pb.ts', { cwd: directory }).toSorted();
  return Object.fromEntries(files.map((file) => [file, readFileSync(path.join(directory, file), 'utf8')]));
}
