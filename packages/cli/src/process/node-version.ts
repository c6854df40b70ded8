import { TALOS_API_VERSION, type NodeVersion } from '@cosi-ts/runtime';

/** What the nodes of this process say of their software. Systems and machines go by the names that Go has for them. */
export function nodeVersion(): NodeVersion {
  return {
    tag: TALOS_API_VERSION,
    language: `node ${process.version}`,
    os: process.platform === 'win32' ? 'windows' : process.platform,
    arch: { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch,
    platform: 'cosi-ts',
  };
}
