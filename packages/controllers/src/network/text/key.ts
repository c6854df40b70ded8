/** A key as the socket of a device writes it: in hexadecimal, all zeros if there is none. */
export function hexKey(base64: string): string {
  return base64 === '' ? NO_KEY : Buffer.from(base64, 'base64').toString('hex');
}

/** The other way round. */
export function base64Key(hex: string): string {
  return hex === NO_KEY ? '' : Buffer.from(hex, 'hex').toString('base64');
}

const NO_KEY = '0'.repeat(64);
