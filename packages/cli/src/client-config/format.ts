import { doubleQuotedYaml, textYaml, valueIndent } from '@cosi-ts/resources';
import type { ClientConfig, ClientContext } from './client-config.ts';

/** The text of a client configuration, as talosctl writes it; contexts in the order given. */
export function formatClientConfig(config: ClientConfig): string {
  const contexts = [...config.contexts].flatMap(([name, context]) => [
    `    ${spell(name)}:`,
    ...contextLines(context).map((line) => `        ${line}`),
  ]);
  return [
    `context: ${spell(config.context)}`,
    contexts.length === 0 ? 'contexts: {}' : 'contexts:',
    ...contexts,
    '',
  ].join('\n');
}

function contextLines({ endpoints, nodes, ca, crt, key, cluster, proxyUrl }: ClientContext): readonly string[] {
  return [
    ...(endpoints.length === 0 ? ['endpoints: []'] : list('endpoints', endpoints)),
    ...(nodes.length === 0 ? [] : list('nodes', nodes)),
    ...pem('ca', ca),
    ...pem('crt', crt),
    ...pem('key', key),
    ...text('cluster', cluster),
    ...text('proxy-url', proxyUrl),
  ];
}

function list(key: string, items: readonly string[]): readonly string[] {
  return [`${key}:`, ...items.map((item) => `    - ${spell(item)}`)];
}

function text(key: string, value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [`${key}: ${spell(value)}`];
}

function pem(key: string, value: string | undefined): readonly string[] {
  return text(key, value && Buffer.from(value, 'latin1').toString('base64'));
}

/** Names are kept on one line, whatever is in them: some of them are keys. */
function spell(value: string): string {
  return value.includes('\n') ? doubleQuotedYaml(value) : textYaml(value, valueIndent(8));
}
