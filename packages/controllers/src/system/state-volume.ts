import {
  VolumeMountRequest,
  VolumeMountStatus,
  type VolumeMountRequestSpec,
  type VolumeMountStatusSpec,
} from '@cosi-ts/resources';
import {
  shared,
  strong,
  transform,
  type Controller,
  type Finalizers,
  type Reader,
  type Writer,
} from '@cosi-ts/runtime';

/** The volume that keeps what survives reboots and upgrades. */
const STATE = 'STATE';

/** The ports that a controller needs to use the STATE volume. */
export const stateVolumePorts = {
  mounts: strong(VolumeMountStatus, { feedback: true }),
  mountRequests: shared(VolumeMountRequest),
} as const;

interface StateVolumePorts {
  readonly mounts: Reader<VolumeMountStatusSpec> & Finalizers;
  readonly mountRequests: Reader<VolumeMountRequestSpec> & Writer<VolumeMountRequestSpec>;
}

/**
 * Asks for the STATE volume; once it is mounted, uses it under a finalizer, then gives it back. Called at each
 * reconcile until it says that it is done.
 *
 * @returns what `use` returned, or undefined as long as the volume is not there.
 */
export async function withStateVolume<T>(
  ports: StateVolumePorts,
  controller: string,
  use: (directory: string) => Promise<T>,
): Promise<T | undefined> {
  const id = `${controller}-${STATE}`;
  const mount = await ports.mounts.find(id);
  // What is written to a volume that is not yet the real one would be another node's tomorrow.
  if (mount === undefined || mount.metadata.phase !== 'running' || mount.spec.readOnly) {
    await requestMount(ports, controller, id);
    return undefined;
  }
  await ports.mounts.addFinalizer(id, controller);
  const result = await use(mount.spec.target);
  await ports.mounts.removeFinalizer(id, controller);
  await releaseMount(ports, id);
  return result;
}

/** Finishes what a crash may have left behind: our finalizer, and our request. */
export async function releaseStateVolume(ports: StateVolumePorts, controller: string): Promise<void> {
  const id = `${controller}-${STATE}`;
  const mount = await ports.mounts.find(id);
  if (mount?.metadata.finalizers.includes(controller) === true) await ports.mounts.removeFinalizer(id, controller);
  await releaseMount(ports, id);
}

/** Read-write, for ourselves. */
const MOUNT = {
  volumeID: STATE,
  readOnly: false,
  detached: true,
  disableAccessTime: false,
  secure: false,
  noExec: false,
} as const;

async function requestMount(ports: StateVolumePorts, controller: string, id: string): Promise<void> {
  const request = await ports.mountRequests.find(id);
  if (request?.metadata.phase === 'tearingDown') {
    // An earlier run was about to give it back. While somebody holds it, the mount is still there, and wakes us.
    if (request.metadata.finalizers.length > 0) return;
    await ports.mountRequests.destroy(id);
  }
  await ports.mountRequests.set(id, { ...MOUNT, requester: controller });
}

async function releaseMount(ports: StateVolumePorts, id: string): Promise<void> {
  if ((await ports.mountRequests.find(id)) === undefined) return;
  if (await ports.mountRequests.teardown(id)) await ports.mountRequests.destroy(id);
}

/** Mounts the STATE volume for whoever asks: on a plain host it is the node's state directory, always there. */
export function stateVolumeController(directory: string): Controller {
  return transform({
    name: 'block.StateVolumeController',
    input: VolumeMountRequest,
    output: VolumeMountStatus,
    map: ({ metadata, spec }) => (spec.volumeID === STATE ? metadata.id : undefined),
    transform: ({ spec }) => ({ ...spec, target: directory }),
  });
}
