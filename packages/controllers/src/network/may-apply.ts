import { KubeSpanDeviceStatus, type KubeSpanDeviceStatusSpec } from '@cosi-ts/resources';
import { weak, type InputPort } from '@cosi-ts/runtime';

/** The name of KubeSpan's link, and the id of its status. */
export const KUBESPAN_LINK = 'kubespan';

/** Milliseconds after which it is looked whether everything is still as it was made. */
export const DRIFT_INTERVAL = 30_000;

/** What those who change the machine look at first. */
export const permission = weak(KubeSpanDeviceStatus, { id: KUBESPAN_LINK });

/** Whether the machine may be changed at all: the configuration wants it, and the process can. */
export async function mayApply(device: InputPort<KubeSpanDeviceStatusSpec>): Promise<boolean> {
  return (await device.find(KUBESPAN_LINK))?.spec.state === 'ready';
}
