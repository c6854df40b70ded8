import path from 'node:path';
import { onModules } from './modules.js';

/** What a package's sources may import. One way: core <- resources <- runtime <- controllers <- cli. */
const ALLOWED = {
  core: [],
  resources: ['core'],
  runtime: ['core', 'resources'],
  discovery: ['core'],
  controllers: ['core', 'resources', 'runtime', 'discovery'],
  testing: ['core', 'resources', 'runtime'],
  cli: ['core', 'resources', 'runtime', 'discovery', 'controllers'],
};

/** Modules that only one room may know, so that the rest stays independent of them. */
const OWNED = [
  { module: '@grpc/grpc-js', room: 'packages/core/src/rpc/grpc/' },
  { module: '@kubernetes/client-node', room: 'packages/controllers/src/registries/kubernetes/drivers/' },
];

/** Imports follow the direction of the rooms, go through a package's index, and never leave a package by a path. */
export const imports = {
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const home = /^packages\/([^/]+)\//.exec(file)?.[1];
    const root = home === undefined ? file.split('/')[0] : `packages/${home}`;
    const isTest = /\.(test|bench|fixture)\.[jt]s$/.test(file);

    const complaint = (specifier) => {
      if (specifier.startsWith('.')) {
        const target = path.posix.join(path.posix.dirname(file), specifier);
        // What lies beside this file's room at the top, such as the settings of tools, is a room of its own.
        return path.posix.dirname(target) === path.posix.dirname(file) || target.startsWith(`${root}/`)
          ? undefined
          : `'${specifier}' leaves ${root}: import the package by its name.`;
      }
      const [, name, deep] = /^@cosi-ts\/([^/]+)(\/.*)?$/.exec(specifier) ?? [];
      if (name === undefined) return ownedBy(specifier, file);
      if (deep !== undefined) return `'${specifier}' reaches into a package: import '@cosi-ts/${name}'.`;
      if (home === undefined) return undefined;
      if (name === home) return `'${specifier}' is this package itself: import the file.`;
      if (name === 'testing') return isTest ? undefined : `Only tests import '@cosi-ts/testing'.`;
      return (ALLOWED[home] ?? []).includes(name) ? undefined : `${home} must not import ${name}: imports go one way.`;
    };

    return onModules(
      (node, specifier) => {
        const message = specifier === undefined ? undefined : complaint(specifier);
        if (message !== undefined) context.report({ node, message });
      },
      { types: true },
    );
  },
};

function ownedBy(specifier, file) {
  const owned = OWNED.find(({ module }) => specifier === module || specifier.startsWith(`${module}/`));
  if (owned === undefined || file.startsWith(owned.room) || !file.startsWith('packages/')) return undefined;
  return `Only ${owned.room} knows ${owned.module}.`;
}
