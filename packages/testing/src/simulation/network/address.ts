/** Where somebody listens, or calls. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'ip'; readonly host: string; readonly port: number };

/** @returns undefined if the text is no `host:port`, `[v6]:port` or `unix:/path`. */
export function parseAddress(text: string): Address | undefined {
  if (text.startsWith('unix:')) return { kind: 'unix', path: text.slice('unix:'.length).replace(/^\/\//, '') };
  const [, v6, name, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { kind: 'ip', host, port: Number(port) };
}

export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

export function isWildcard(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}
