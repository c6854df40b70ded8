import { isAlias, isCollection, isScalar } from 'yaml';

/** The offset of a node in the text. */
export function offsetOf(node: unknown): number {
  return (isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined) ?? 0;
}
