// A node OS in fifty lines: it finds its cluster, keeps an etc/hosts of its members, and serves the API of all that.
import { Bytes, Owner, aborted, directoryOf, ownedHost, realHost, writeFileAtomically } from '@cosi-ts/core';
import { plainHost, startNode } from '@cosi-ts/controllers';
import { EtcFileSpec, Member, builtinTypes, defineResource, int32, string, typeRegistry } from '@cosi-ts/resources';
import { defineController, defineQueueController, exclusive, primary, shared, weak } from '@cosi-ts/runtime';

const [directory = 'node'] = process.argv.slice(2);
const owner = new Owner('node-os');
const host = ownedHost(realHost(), owner);

/** What became of a file of `etc`: a resource type of this OS, which `cosi get` and `talosctl get` print like any other. */
const EtcFileStatus = defineResource({
  type: 'EtcFileStatuses.files.example.dev',
  namespace: 'files',
  columns: { Path: '{.path}', Size: '{.size}' },
  fields: { path: string(1), size: int32(2) },
});

/** The members' names and addresses, as a file that shall be. */
const hostsController = defineController({
  name: 'example.HostsController',
  ports: { members: weak(Member), files: shared(EtcFileSpec) },
  async reconcile({ members, files }) {
    const lines = (await members.list()).flatMap(({ spec }) => spec.addresses.map((at) => `${at} ${spec.hostname}\n`));
    await files.set('hosts', { contents: Bytes.from(Buffer.from(lines.join(''))), mode: 0o644, selinuxLabel: '' });
  },
});

/** Files that shall be, as files that are. It runs again after a crash between any two lines, and comes to the same. */
const fileController = defineQueueController({
  name: 'example.FileController',
  ports: { specs: primary(EtcFileSpec), statuses: exclusive(EtcFileStatus) },
  async reconcile({ specs, statuses }, id) {
    const path = `${directory}/etc/${id}`;
    const file = await specs.find(id);
    if (file?.metadata.phase !== 'running') {
      await host.files.remove(path);
      await statuses.remove(id);
      return;
    }
    await host.files.makeDirectory(directoryOf(path), { mode: 0o755 });
    await writeFileAtomically(host.files, path, file.spec.contents.toUint8Array(), { mode: file.spec.mode });
    await statuses.set(id, { path, size: file.spec.contents.length });
  },
});

const { runtime } = await startNode({
  host,
  owner,
  directory,
  os: { name: 'Example OS', version: 'v0.1' },
  types: typeRegistry([...builtinTypes, EtcFileStatus]),
  system: plainHost(host.files),
});
for (const controller of [hostsController, fileController]) runtime.register(controller);

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
await aborted(stopped.signal);
await owner.close();
