import { mkdir, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { freeAddress, startProcess, temporaryDirectory, type Running } from '../../process.ts';
import { goProgram } from '../go-program.ts';
import { newAuthority, signingKey, type Authority, type Identity } from './authority.ts';

const VERSION = 'k8s.io/component-base/version';

/** The API server's program; built at the first call, for minutes. */
export function apiServerProgram(): Promise<string> {
  return goProgram('../../fixtures/kube-apiserver', '.', {
    [`${VERSION}.gitVersion`]: 'v1.36.3',
    [`${VERSION}.gitMajor`]: '1',
    [`${VERSION}.gitMinor`]: '36',
  });
}

/** A real API server with its etcd. Nodes reach it by node credentials, the test as an administrator. Ends with the test. */
export class ApiServer {
  readonly url: string;
  readonly #directory: string;
  readonly #authority: Authority;
  readonly #admin: Identity;
  #process: Running | undefined;

  private constructor(directory: string, url: string, authority: Authority, admin: Identity) {
    this.#directory = directory;
    this.url = url;
    this.#authority = authority;
    this.#admin = admin;
  }

  /** Where the administrator's `ca.crt`, `admin.crt` and `admin.key` are. */
  get adminFiles(): string {
    return this.#directory;
  }

  static async start(): Promise<ApiServer> {
    const directory = await temporaryDirectory();
    const address = await freeAddress();
    const authority = await newAuthority();
    const serving = await authority.server('127.0.0.1');
    const admin = await authority.client('admin', 'system:masters');
    const files = {
      'ca.crt': authority.certificate,
      'server.crt': serving.certificate,
      'server.key': serving.key,
      'admin.crt': admin.certificate,
      'admin.key': admin.key,
      'tokens.key': signingKey(),
      'tokens.csv': 'a-token,system:node:with-token,uid,"system:nodes"\n',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
    const server = new ApiServer(directory, `https://${address}`, authority, admin);
    await server.restart();
    return server;
  }

  /** Kills it, if it runs, and starts it on what its etcd kept. */
  async restart(): Promise<void> {
    await this.stop();
    const at = (name: string): string => join(this.#directory, name);
    this.#process = startProcess(await apiServerProgram(), [
      this.#directory,
      '--bind-address=127.0.0.1',
      `--secure-port=${new URL(this.url).port}`,
      `--cert-dir=${this.#directory}`,
      `--tls-cert-file=${at('server.crt')}`,
      `--tls-private-key-file=${at('server.key')}`,
      `--client-ca-file=${at('ca.crt')}`,
      `--token-auth-file=${at('tokens.csv')}`,
      `--service-account-key-file=${at('tokens.key')}`,
      `--service-account-signing-key-file=${at('tokens.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--endpoint-reconciler-type=none',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '-v=0',
    ]);
    await this.#ready();
  }

  async stop(): Promise<void> {
    await this.#process?.end('SIGKILL');
    this.#process = undefined;
  }

  /** Drops etcd's history up to now. */
  async compact(): Promise<void> {
    const seen = this.#process?.out().length ?? 0;
    this.#process?.say('compact\n');
    await this.#process?.until((out) => out.slice(seen).includes('compacted'));
  }

  /** One call of the administrator. @throws Error for a status of 400 or more, but 404 gives undefined */
  async call(method: string, path: string, body?: object): Promise<unknown> {
    const { status, text } = await this.#request(method, path, body);
    if (status === 404 && method !== 'POST') return undefined;
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** Creates what documents in YAML describe: roles and their bindings. */
  async apply(yaml: string): Promise<void> {
    for (const document of parseAllDocuments(yaml)) {
      const object = document.toJS() as { readonly apiVersion: string; readonly kind: string };
      await this.call('POST', `/apis/${object.apiVersion}/${object.kind.toLowerCase()}s`, object);
    }
  }

  /** Registers a Node, as a kubelet does. */
  async createNode(name: string, node: NewNode = {}): Promise<void> {
    const { labels = {}, podCIDRs, osImage = 'Talos (v1.3.0)', annotations } = node;
    const metadata = { name, labels: { 'kubernetes.io/hostname': name, ...labels }, annotations };
    const spec = podCIDRs === undefined ? {} : { podCIDR: podCIDRs[0], podCIDRs };
    await this.call('POST', '/api/v1/nodes', { kind: 'Node', apiVersion: 'v1', metadata, spec });
    const status = {
      addresses: [{ type: 'Hostname', address: name }],
      nodeInfo: { ...NO_INFO, osImage },
      conditions: [{ type: 'Ready', status: 'True' }],
    };
    await this.call('PATCH', `/api/v1/nodes/${name}/status`, { status });
  }

  async node(name: string): Promise<NodeObject | undefined> {
    return (await this.call('GET', `/api/v1/nodes/${name}`)) as NodeObject | undefined;
  }

  async deleteNode(name: string): Promise<void> {
    await this.call('DELETE', `/api/v1/nodes/${name}`);
  }

  /** The path of a kubeconfig with the credentials of a node; `server` is another way to this one. */
  async kubeconfig(node: string, server = this.url): Promise<string> {
    const { certificate, key } = await this.#authority.client(`system:node:${node}`, 'system:nodes');
    return this.writeKubeconfig(node, server, {
      'client-certificate-data': Buffer.from(certificate).toString('base64'),
      'client-key-data': Buffer.from(key).toString('base64'),
    });
  }

  async writeKubeconfig(name: string, server: string, user: object): Promise<string> {
    const directory = join(this.#directory, `kubeconfig-${name}`);
    await mkdir(directory, { recursive: true });
    const path = join(directory, 'config');
    const ca = Buffer.from(this.#authority.certificate).toString('base64');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': ca } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  client(name: string): Promise<Identity> {
    return this.#authority.client(`system:node:${name}`, 'system:nodes');
  }

  async #ready(): Promise<void> {
    for (;;) {
      const isReady = await this.#request('GET', '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isReady) return;
      const { child, err } = this.#process as Running;
      if (child.exitCode !== null) throw new Error(`the API server ended: ${err()}`);
      await new Promise((later) => setTimeout(later, 50));
    }
  }

  #request(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly text: string }> {
    const { certificate, key } = this.#admin;
    const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    const options = {
      method,
      ca: this.#authority.certificate,
      cert: certificate,
      key,
      agent: false as const,
      headers: { 'Content-Type': type },
    };
    return new Promise((resolve, reject) => {
      const request = https.request(`${this.url}${path}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body && JSON.stringify(body));
    });
  }
}

export interface NewNode {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly podCIDRs?: readonly string[];
  readonly osImage?: string;
}

export interface NodeObject {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** What a Node's status cannot be without. */
const NO_INFO = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  containerRuntimeVersion: '',
  kubeletVersion: '',
  kubeProxyVersion: '',
  operatingSystem: 'linux',
  architecture: 'amd64',
};
