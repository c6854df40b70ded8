/** Enums leave code behind that type stripping cannot remove; a union or a frozen object says the same. */
export const enums = {
  create(context) {
    return {
      TSEnumDeclaration(node) {
        context.report({ node, message: 'No enums: use a union of literals, or an object `as const`.' });
      },
    };
  },
};
