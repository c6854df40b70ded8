const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const WHOLE = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;

/**
 * Parses a duration as Go writes it (`1m30s`, `500ms`, `1.5h`, `0`) into milliseconds.
 * @returns undefined if the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0' || text === '+0' || text === '-0') return 0;
  if (!WHOLE.test(text)) return undefined;
  let millis = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    millis += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  return text.startsWith('-') ? -millis : millis;
}

/** Writes milliseconds as Go does: `1m30s`, `500ms`, `30m0s`. */
export function formatDuration(millis: number): string {
  if (millis === 0) return '0s';
  if (millis < 0) return `-${formatDuration(-millis)}`;
  if (millis < 1000) return `${trim(millis)}ms`;
  const hours = Math.floor(millis / 3_600_000);
  const minutes = Math.floor(millis / 60_000) % 60;
  const seconds = trim((millis % 60_000) / 1000);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(6)));
}
