// What of kubectl the documentation uses: `apply -f -` of roles, and `get node NAME -o jsonpath={.metadata.annotations}`.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';

const [server = '', files = '', verb, , name = ''] = process.argv.slice(2);

if (verb === 'apply') await apply(await text(process.stdin));
else if (verb === 'get') await showAnnotations(name);
else throw new Error(`not a verb of this kubectl: ${verb ?? ''}`);

async function apply(yaml: string): Promise<void> {
  for (const document of parseAllDocuments(yaml)) {
    const object = document.toJS() as { apiVersion: string; kind: string; metadata: { name: string } };
    const kind = object.kind.toLowerCase();
    await call('POST', `/apis/${object.apiVersion}/${kind}s`, object);
    process.stdout.write(`${kind}.${object.apiVersion.split('/')[0] ?? ''}/${object.metadata.name} created\n`);
  }
}

async function showAnnotations(node: string): Promise<void> {
  const { metadata } = JSON.parse(await call('GET', `/api/v1/nodes/${node}`)) as { metadata: { annotations?: object } };
  process.stdout.write(metadata.annotations === undefined ? '' : `${JSON.stringify(metadata.annotations)}\n`);
}

function call(method: string, path: string, body?: object): Promise<string> {
  const read = (file: string): Buffer => readFileSync(join(files, file));
  const tls = { ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key') };
  const options = { ...tls, method, headers: { 'Content-Type': 'application/json' } };
  return new Promise((resolve, reject) => {
    const request = https.request(`${server}${path}`, options, (response) => {
      const { statusCode = 0 } = response;
      void text(response).then((answer) => (statusCode < 400 ? resolve(answer) : reject(new Error(answer))));
    });
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}
