import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * Builds and packs the packages, installs the tarballs in an empty project, and puts the examples there. Tests find the
 * tarballs by `COSI_TARBALLS`, the examples by `COSI_EXAMPLES`.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const project = await mkdtemp(join(tmpdir(), 'cosi-packages-'));
  const tarballs = join(project, 'tarballs');
  await mkdir(tarballs);
  const packages = await readdir(join(ROOT, 'packages'));
  // What an earlier build made of sources that are no more would be packed as well.
  for (const name of packages) await rm(join(ROOT, 'packages', name, 'dist'), { recursive: true, force: true });
  await run('npm', ['run', 'build'], { cwd: ROOT });
  const workspaces = packages.map((name) => `--workspace=packages/${name}`);
  await run('npm', ['pack', ...workspaces, '--pack-destination', tarballs], { cwd: ROOT });

  // What the examples need beside our packages, in the versions of this tree.
  const root = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const tools = ['vitest', 'fast-check'].map((name) => [name, root.devDependencies[name]]);
  const dependencies = (await readdir(tarballs)).map((file) => [packageOf(file), `file:tarballs/${file}`]);
  const manifest = {
    name: 'outside',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries([...dependencies, ...tools]) as unknown,
  };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest, undefined, 2));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: project });

  // Folders are copied as a reader would; the tsconfig is the tree's, and extends one that is not there.
  const isOurs = (path: string): boolean => !['node_modules', 'dist', 'tsconfig.json'].includes(basename(path));
  await cp(join(ROOT, 'examples'), join(project, 'examples'), { recursive: true, filter: isOurs });
  process.env['COSI_TARBALLS'] = tarballs;
  process.env['COSI_EXAMPLES'] = join(project, 'examples');
  return () => rm(project, { recursive: true, force: true });
}

/** `cosi-ts-core-0.1.0.tgz` holds `@cosi-ts/core`. */
function packageOf(file: string): string {
  return file.replace(/^cosi-ts-(.+)-\d+\.\d+\.\d+\.tgz$/, '@cosi-ts/$1');
}
