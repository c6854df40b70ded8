/** Both signs for micro: the one of Latin-1 and the Greek letter. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const WHOLE = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;

/**
 * Parses a duration as Go writes it (`1m30s`, `500ms`, `1.5h`, `0`) into milliseconds.
 * @returns undefined if the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0' || text === '+0' || text === '-0') return 0;
  if (!WHOLE.test(text)) return undefined;
  let millis = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    millis += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  return text.startsWith('-') ? -millis : millis;
}

/** Writes milliseconds as Go does, to the nanosecond: `1m30s`, `500ms`, `30m0s`, `1.5µs`. */
export function formatDuration(millis: number): string {
  if (millis < 0) return `-${formatDuration(-millis)}`;
  // Apart, since their sum in nanoseconds may not fit into a number; rounded first, so that no unit overflows.
  const nanos = Math.round((millis % 1) * 1e6) % 1e6;
  const whole = nanos === 0 ? Math.round(millis) : Math.floor(millis);
  if (whole >= 1000) return formatSeconds(whole, nanos);
  if (whole > 0) return `${decimal(whole + nanos / 1e6)}ms`;
  if (nanos >= 1000) return `${decimal(nanos / 1000)}µs`;
  return nanos > 0 ? `${nanos}ns` : '0s';
}

function formatSeconds(millis: number, nanos: number): string {
  const hours = Math.floor(millis / 3_600_000);
  const minutes = Math.floor(millis / 60_000) % 60;
  const seconds = decimal((millis % 60_000) / 1000 + nanos / 1e9);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function decimal(value: number): string {
  return String(Number(value.toFixed(9)));
}
