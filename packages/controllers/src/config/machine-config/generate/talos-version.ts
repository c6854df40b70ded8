/** What changed in generated configurations from one version of Talos to the next. */
export interface VersionContract {
  /** Whether discovery and KubeSpan are configured by documents of their own, not by the legacy blocks. */
  readonly documents: boolean;
  /** Whether the Kubernetes registry is on by default. */
  readonly kubernetesRegistry: boolean;
}

/** The version whose form is generated when none is asked for. */
const DEFAULT_TALOS_VERSION = 'v1.3';

/**
 * What a version of Talos (`v1.3`, `1.14.0-beta.1`) expects.
 *
 * @throws RangeError when the text is no version.
 */
export function contractOf(version: string = DEFAULT_TALOS_VERSION): VersionContract {
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})(?:\.\d+)?(?:[-+][\w.+-]*)?$/.exec(version) ?? [];
  if (major === undefined) throw new RangeError(`not a version of Talos, such as v1.3: ${JSON.stringify(version)}`);
  const age = Number(major) * 10_000 + Number(minor);
  return { documents: age >= 10_014, kubernetesRegistry: age < 10_002 };
}
