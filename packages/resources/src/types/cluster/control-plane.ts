import { int64, type SpecOf } from '../../define/fields.ts';

export const controlPlane = {
  /** Where the Kubernetes API listens. */
  port: int64(1),
};

/** What only control plane nodes say of themselves. */
export interface ControlPlane extends SpecOf<typeof controlPlane> {}
