import { formatDuration } from '@cosi-ts/core';
import type { Volume } from './disk/volume.ts';
import type { Network } from './network/network.ts';
import type { Life, World } from './world.ts';

const SHOWN = 12;

/** What everybody waits for: what could happen, what time will bring, and what the network holds. */
export function describeWaiting(world: World, network: Network): string {
  const timers = [...world.timers.values()].sort((a, b) => a.due - b.due || a.order - b.order);
  const lines = [
    ...section(
      'could happen now',
      world.ready.map(({ life, label }) => `${life.name}: ${label}`),
    ),
    ...section(
      'timers',
      timers.map(({ due, action, isBackground }) => {
        const kind = isBackground ? ' (background)' : '';
        return `${formatDuration(due)}  ${action.life.name}: ${action.label}${kind}`;
      }),
    ),
    ...section('calls', callsOf(network)),
    ...section(
      'listeners',
      [...network.listeners].map(({ address, place }) => `${place.life.name}: ${address}`),
    ),
  ];
  return lines.length === 0
    ? 'nobody waits for a timer, a message or a turn: nothing can happen any more'
    : lines.join('\n');
}

/** What a process holds of the world. */
export function handlesOf(life: Life, world: World, network: Network, volume: Volume): readonly string[] {
  const timers = [...world.timers.values()].filter(({ action }) => action.life === life);
  const connections = [...network.connections].filter(({ client }) => client === life);
  return [
    ...timers.map(({ action }) => action.label),
    ...[...network.listeners].filter(({ place }) => place.life === life).map(({ address }) => `listener on ${address}`),
    ...connections.flatMap(({ calls }) => [...calls].filter(({ client }) => !client.isEnded).map(({ label }) => label)),
    ...volume.locksOf(life).map((path) => `lock on ${path}`),
  ];
}

function callsOf({ connections }: Network): readonly string[] {
  return [...connections].flatMap(({ calls, carries }) =>
    [...calls].map(({ client, server, label }) => {
      const marks = [
        client.isPulled ? 'the caller waits' : '',
        server.isBlocked ? 'the handler waits for the caller to take messages' : '',
        carries ? '' : 'the connection is silent',
      ].filter((mark) => mark !== '');
      return marks.length === 0 ? label : `${label} (${marks.join(', ')})`;
    }),
  );
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN ? [`  … ${lines.length - SHOWN} more`] : [];
  return [`${title}:`, ...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...more];
}
