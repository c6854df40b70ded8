import type { Row, Suite } from '../suite.ts';
import { driveGo } from './drive-go.ts';
import { driveTs } from './drive-ts.ts';
import { referenceProgram } from './reference-program.ts';

const times = (name: string, per: string, target: number | undefined, measure: Row['measure']): Row => ({
  name,
  per,
  unit: 'ns',
  ...(target !== undefined && { target }),
  measure,
});

const bytes = (name: string, per: string, measure: Row['measure']): Row => ({
  name,
  per,
  unit: 'B',
  target: 1,
  measure,
});

/** Servers that do not know the type pass on what the writer sent; those that do decode it, and encode it for readers. */
const [untyped, typed] = [{ types: 'untyped' }, { types: 'typed' }] as const;

export const suite: Suite = {
  samples: 1,
  rival: { prepare: async () => void (await referenceProgram()) },
  rows: [
    times('get', 'call', 0.6, driveGo('get', { ...untyped, besideEmpty: true })),
    times('get-64', 'call', 0.6, driveGo('get-64', { ...untyped, besideEmpty: true })),
    times('create-64', 'call', undefined, driveGo('create-64', { ...untyped, besideEmpty: true })),
    times('update-64', 'call', undefined, driveGo('update-64', { ...untyped, besideEmpty: true })),
    times('get-64-typed', 'call', undefined, driveGo('get-64', typed)),
    times('create-64-typed', 'call', undefined, driveGo('create-64', typed)),
    times('update-64-typed', 'call', undefined, driveGo('update-64', typed)),
    times('list-10k', 'resource', 1, driveGo('list-10k', untyped)),
    times('list-10k-typed', 'resource', 3, driveGo('list-10k', typed)),
    times('bootstrap-100k', 'resource', 1, driveGo('bootstrap-100k', untyped)),
    times('bootstrap-100k-typed', 'resource', 3, driveGo('bootstrap-100k', typed)),
    times('watch-1', 'event', undefined, driveGo('watch-1', untyped)),
    times('watch-10', 'event', 1, driveGo('watch-10', untyped)),
    times('watch-100', 'event', 1, driveGo('watch-100', untyped)),
    times('watch-10-typed', 'event', 3, driveGo('watch-10', typed)),
    times('watch-100-typed', 'event', 3, driveGo('watch-100', typed)),
    times('ts-get', 'call', undefined, driveTs('get', { ...untyped, besideEmpty: true })),
    times('ts-get-64', 'call', undefined, driveTs('get-64', { ...untyped, besideEmpty: true })),
    times('ts-create-64', 'call', undefined, driveTs('create-64', { ...untyped, besideEmpty: true })),
    times('ts-update-64', 'call', undefined, driveTs('update-64', { ...untyped, besideEmpty: true })),
    times('ts-list-10k', 'resource', 1, driveTs('list-10k', untyped)),
    times('ts-bootstrap-100k', 'resource', 1, driveTs('bootstrap-100k', untyped)),
    times('ts-watch-100', 'event', 1, driveTs('watch-100', untyped)),
    bytes('rss-watch', 'watch', driveGo('rss-watch', untyped)),
    bytes('rss-100k', 'process', driveGo('rss-100k', untyped)),
  ],
};
