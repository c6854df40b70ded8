/** Of this package, for replay lines: a test holds it against the manifest. */
export const KIT_VERSION = '0.1.0';
