import { parseDuration } from '@cosi-ts/core';
import { InvalidArgumentError } from 'commander';

/** A duration as Go writes it, in milliseconds. */
export function goDuration(text: string): number {
  const millis = parseDuration(text);
  if (millis === undefined || millis <= 0) throw new InvalidArgumentError('Give a duration like 30s, 10m or 1h30m.');
  return millis;
}

/** The spellings that Go's flags take for a boolean. */
export function goBoolean(text: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new InvalidArgumentError('Give true or false.');
}

export function goNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !Number.isFinite(number)) throw new InvalidArgumentError('Give a number.');
  return number;
}

export function goCount(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('Give a whole number, at least 1.');
  }
  return number;
}
