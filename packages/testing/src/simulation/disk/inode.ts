import type { Tape } from '../tape.ts';

/** A change of a file's content since its last sync. */
export type Edit = { readonly kind: 'truncate' } | { readonly kind: 'append'; readonly bytes: Uint8Array };

/** A file, whatever its names. */
export interface Inode {
  mode: number;
  content: Uint8Array;
  synced: Uint8Array;
  edits: Edit[];
}

const EMPTY = new Uint8Array(0);

/** What a disk writes at once: a write is torn at multiples of this. */
const SECTOR = 512;

export function create(mode: number): Inode {
  return { mode, content: EMPTY, synced: EMPTY, edits: [] };
}

export function edit(inode: Inode, change: Edit): void {
  inode.edits.push(change);
  inode.content = applied(inode.content, change);
}

export function sync(inode: Inode): void {
  inode.synced = inode.content;
  inode.edits = [];
}

/** After a crash: what was synced, the first so many edits, and perhaps a torn part of the next. */
export function loseUnsynced(inode: Inode, tape: Tape, path: string, odds: number): void {
  const kept = tape.choose(`kept of ${path}`, inode.edits.length + 1, odds);
  let content = inode.synced;
  for (const change of inode.edits.slice(0, kept)) content = applied(content, change);
  const next = inode.edits[kept];
  if (next?.kind === 'append') {
    const sectors = tape.choose(`torn of ${path}`, Math.ceil(next.bytes.length / SECTOR), odds);
    content = applied(content, { kind: 'append', bytes: next.bytes.subarray(0, sectors * SECTOR) });
  }
  inode.content = content;
  sync(inode);
}

function applied(content: Uint8Array, change: Edit): Uint8Array {
  if (change.kind === 'truncate' || change.bytes.length === 0) return change.kind === 'truncate' ? EMPTY : content;
  const longer = new Uint8Array(content.length + change.bytes.length);
  longer.set(content);
  longer.set(change.bytes, content.length);
  return longer;
}
