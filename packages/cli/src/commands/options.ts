import { parseDuration } from '@cosi-ts/core';
import { InvalidArgumentError } from 'commander';

/** Parses a duration as Go writes it into milliseconds. */
export function durationOption(text: string): number {
  const millis = parseDuration(text);
  if (millis === undefined || millis <= 0) throw new InvalidArgumentError('Give a duration like 30s, 5m or 1h30m.');
  return millis;
}

/** Parses how long what a node publishes stays valid: half an hour at most, the services' limit. */
export function ttlOption(text: string): number {
  const millis = durationOption(text);
  if (millis > 30 * 60_000) throw new InvalidArgumentError('It is at most 30m.');
  return millis;
}

export function countOption(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** A name a time, in a set. */
export function namesOption(name: string, before: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  return new Set([...before, name]);
}

/** Names separated by commas, several times if need be. */
export function listOption(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').map((name) => name.trim())].filter((name) => name !== '');
}

export const DEFAULT_TTL = 30 * 60_000;
export const DEFAULT_OS_NAME = 'Talos';
export const DEFAULT_OS_VERSION = 'v1.3.0';
