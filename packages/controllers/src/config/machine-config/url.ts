import { parseIpAddress } from '@cosi-ts/resources';

/** A URL taken apart; what it does not have is empty. */
export interface UrlParts {
  /** In lower case. */
  readonly scheme: string;
  /** Without brackets. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

/**
 * Takes a URL apart as Go does and nothing more: unlike the URL class of the Web it completes nothing (`https:///x` has no
 * host) and rewrites nothing (the host `1` stays `1`).
 *
 * @returns the reason, in Go's words, when the text is no URL.
 */
export function parseUrl(text: string): UrlParts | { readonly reason: string } {
  if (text === '') return { scheme: '', host: '', port: '', path: '' };
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return { reason: 'net/url: invalid control character in URL' };
  if (text.startsWith(':')) return { reason: 'missing protocol scheme' };
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(text)?.[1] ?? '';
  const rest = scheme === '' ? text : text.slice(scheme.length + 1);
  const [, authority, path = ''] = /^(?:\/\/([^/?#]*))?([^?#]*)/.exec(rest) ?? [];
  if (scheme === '' && authority === undefined && /^[^/]*:/.test(path)) {
    return { reason: 'first path segment in URL cannot contain colon' };
  }
  const place = hostAndPort((authority ?? '').replace(/^.*@/, ''));
  return 'reason' in place ? place : { scheme: scheme.toLowerCase(), ...place, path };
}

/** A URL in quotes for a message, without the user name and password it may hold. */
export function shownUrl(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^]*@/, '//xxxxx@'));
}

function hostAndPort(text: string): { host: string; port: string } | { reason: string } {
  const bracketed = /^\[(.*)\](.*)$/.exec(text);
  if (text.startsWith('[') && !bracketed) return { reason: "missing ']' in host" };
  const colon = text.lastIndexOf(':');
  const [plain, after] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon)];
  const [host, suffix] = bracketed ? [bracketed[1] ?? '', bracketed[2] ?? ''] : [plain, after];
  if (!/^(?::\d{0,5})?$/.test(suffix) || Number(suffix.slice(1)) > 65_535) {
    return { reason: `invalid port ${JSON.stringify(suffix)} after host` };
  }
  const address = bracketed ? host.replace('%25', '%') : host;
  if (bracketed ? !address.includes(':') || !parseIpAddress(address) : !/^[^\s"#%/:<>?@[\\\]^`{|}]*$/u.test(address)) {
    return { reason: 'invalid host' };
  }
  return { host: address, port: suffix.slice(1) };
}
