import { RpcError } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { CommandError } from '../io.ts';
import { failureLines, nodeFailure } from './node-failure.ts';

const unconnected = (error: string, time: string) =>
  new RpcError('UNAVAILABLE', `No connection established. Last error: ${error} (${time}). Resolution note: `);

test('nodes that fail alike share a line, whenever they did', () => {
  const failures = [
    nodeFailure('a', unconnected('connect ECONNREFUSED /a', '2026-01-01T00:00:00.001Z')),
    nodeFailure('b', new RpcError('DEADLINE_EXCEEDED', 'Deadline exceeded')),
    nodeFailure('c', unconnected('connect ECONNREFUSED /a', '2026-01-01T00:00:00.002Z')),
    nodeFailure('c', unconnected('connect ECONNREFUSED /a', '2026-01-01T00:00:00.003Z')),
  ];
  expect(failureLines(failures)).toEqual([
    'a, c: the node cannot be reached (connect ECONNREFUSED /a): start it again with "cosi up" or "cosi run"',
    'b: the node does not answer: it is stopped or overloaded, try again or start it again',
  ]);
});

test.each([
  [
    unconnected('connect EACCES /a', '2026-01-01T00:00:00.001Z'),
    /^the node belongs to another user \(.*EACCES.*\): ask as/,
  ],
  [new RpcError('UNAVAILABLE', 'Connection dropped'), /^the node cannot be reached \(Connection dropped\): start/],
  [new RpcError('INTERNAL', 'it\n  broke'), /^INTERNAL: it broke$/],
  [new CommandError('as it is'), /^as it is$/],
])('%s', (error, line) => {
  expect(nodeFailure('n', error).error).toMatch(line);
});

test('a defect stays one', () => {
  expect(() => nodeFailure('n', new TypeError('x is not a function'))).toThrow(TypeError);
});
