const VERSION = /^v(\d{1,2})\.(\d{1,3})\.[^-]*(-.)?/s;

/**
 * A client's version for statistics: `vMAJOR.MINOR`, with `-pre` for anything that is not a release, or `unknown`. The
 * text is the client's own, and a label that followed it would let anyone create series without end.
 */
export function versionLabel(version: string): string {
  const [, major, minor, suffix] = VERSION.exec(version) ?? [];
  if (major === undefined || minor === undefined) return 'unknown';
  return `v${major}.${minor}${suffix === undefined ? '' : '-pre'}`;
}
