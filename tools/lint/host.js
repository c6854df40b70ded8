import { onModules } from './modules.js';

const CURE = 'it comes in through the Host, so that a simulation can replay it.';

/** Globals that read the clock, start a timer, draw randomness or do I/O. */
const GLOBALS = new Set(
  `setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate performance crypto process console fetch
   WebSocket EventSource XMLHttpRequest BroadcastChannel MessageChannel navigator localStorage globalThis global window self
   require FinalizationRegistry`.split(/\s+/),
);

/** Members of otherwise harmless globals. Whatever is not named here is fine. */
const MEMBERS = {
  Math: new Set(['random']),
  AbortSignal: new Set(['timeout']),
  Atomics: new Set(['wait', 'waitAsync']),
};

/** The parts of Date that compute and do not look at the clock. */
const DATE_IS_PURE = new Set(['UTC', 'parse', 'prototype']);

/** Built-in modules that only compute. Anything else of node: is the outside. */
const PURE_MODULES = new Set(
  'assert assert/strict buffer crypto events path path/posix path/win32 querystring string_decoder url util util/types'.split(
    ' ',
  ),
);

/** Names of pure modules that are not pure themselves; a whole-module import would hide them. */
const IMPURE_NAMES = {
  crypto:
    /^(\*|default|random.*|generate.*|getRandomValues|webcrypto|subtle|createDiffieHellman|createECDH|getDiffieHellman)$/,
};

/** Operators and schedulers of RxJS that keep a timer of their own. */
const RXJS_TIME =
  /^(\*|default|timer|interval|delay|debounceTime|throttleTime|auditTime|sampleTime|bufferTime|windowTime|timeout|timeoutWith|timeInterval|timestamp|async|asyncScheduler|asap|asapScheduler|animationFrame.*|ajax|webSocket|fromFetch)$/;

/** Nothing reaches for the outside by itself: clock, timers, randomness, files and sockets come in through the Host. */
export const host = {
  create(context) {
    const report = (node, what) => context.report({ node, message: `${what} reaches for the outside: ${CURE}` });
    return {
      ...onModules((node, specifier, names) => {
        if (specifier === undefined) report(node, 'A computed import');
        for (const found of impureImports(specifier ?? '', names)) report(node, found);
      }),
      'Program:exit'(node) {
        for (const { identifier, isValueReference } of globalReferences(context.sourceCode, node)) {
          const found = isValueReference === false ? undefined : impureUse(identifier);
          if (found !== undefined) report(identifier, found);
        }
      },
    };
  },
};

function globalReferences(sourceCode, program) {
  const scope = sourceCode.getScope(program);
  const globalScope = scope.type === 'module' ? scope.upper : scope;
  const known = globalScope.variables.filter(({ defs }) => defs.length === 0).flatMap(({ references }) => references);
  return new Set([...globalScope.through, ...known]);
}

function impureUse(identifier) {
  const { name, parent } = identifier;
  if (GLOBALS.has(name)) return `'${name}'`;
  if (name === 'Date') return impureDate(identifier, parent);
  const members = MEMBERS[name];
  if (members === undefined) return undefined;
  const member = memberOf(identifier, parent);
  if (member === undefined) return isTypeTest(identifier, parent) ? undefined : `'${name}' as a value`;
  return members.has(member) ? `'${name}.${member}'` : undefined;
}

function impureDate(identifier, parent) {
  if (parent.type === 'NewExpression' && parent.callee === identifier) {
    return parent.arguments.length === 0 ? `'new Date()'` : undefined;
  }
  if (parent.type === 'CallExpression' && parent.callee === identifier) return `'Date()'`;
  if (isTypeTest(identifier, parent)) return undefined;
  const member = memberOf(identifier, parent);
  if (member === undefined) return `'Date' as a value`;
  return DATE_IS_PURE.has(member) ? undefined : `'Date.${member}'`;
}

function isTypeTest(identifier, parent) {
  return parent.type === 'BinaryExpression' && parent.operator === 'instanceof' && parent.right === identifier;
}

function memberOf(identifier, parent) {
  if (parent.type !== 'MemberExpression' || parent.object !== identifier) return undefined;
  if (!parent.computed) return parent.property.name;
  return parent.property.type === 'Literal' ? String(parent.property.value) : 'a computed member';
}

function impureImports(specifier, names) {
  if (specifier === 'rxjs' || specifier.startsWith('rxjs/')) {
    return names.filter((name) => RXJS_TIME.test(name)).map((name) => `'${name}' of ${specifier}`);
  }
  if (!specifier.startsWith('node:')) return [];
  const module = specifier.slice('node:'.length);
  if (!PURE_MODULES.has(module)) return [`'${specifier}'`];
  const impure = IMPURE_NAMES[module];
  return impure === undefined
    ? []
    : names.filter((name) => impure.test(name)).map((name) => `'${name}' of ${specifier}`);
}
