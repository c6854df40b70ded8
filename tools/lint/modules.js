/**
 * Visits every module specifier of a file: static and dynamic imports, and re-exports.
 *
 * `names` lists what is taken from the module: imported names, `*` for all of it, nothing for a bare import.
 * What is only a type is not visited unless `types` is set, because it leaves no trace at run time.
 */
export function onModules(visit, { types = false } = {}) {
  const declaration = (node) => {
    if (node.source === null || node.source === undefined) return;
    if (!types && (node.importKind ?? node.exportKind) === 'type') return;
    const specifiers = (node.specifiers ?? []).filter((specifier) => types || specifier.importKind !== 'type');
    if (!types && specifiers.length === 0 && (node.specifiers ?? []).length > 0) return;
    const all = node.type === 'ExportAllDeclaration';
    visit(node.source, node.source.value, all ? ['*'] : specifiers.map(takenName));
  };
  return {
    ImportDeclaration: declaration,
    ExportNamedDeclaration: declaration,
    ExportAllDeclaration: declaration,
    ImportExpression(node) {
      if (node.source.type === 'Literal') visit(node.source, String(node.source.value), ['*']);
      else visit(node.source, undefined, ['*']);
    },
    TSImportType(node) {
      if (types) visit(node.source ?? node.argument, (node.source ?? node.argument?.literal)?.value, []);
    },
  };
}

function takenName(specifier) {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  const name = specifier.imported ?? specifier.local;
  return name.name ?? name.value;
}
