export { CodedError, codeOf, messageOf } from './errors/coded-error.ts';
export { abortReason, aborted, isAbortOf, linkedAbort, type LinkedAbort } from './errors/aborted.ts';

export type { Clock, Gate, Host, Pace, Point, Random, Runner, Timer, TimerOptions, Timers } from './host/host.ts';
export { silentLogger, type LogFields, type Logger } from './host/logger.ts';
export type { CreateOptions, DirectoryOptions, FileLock, FileWatch, FileWriter, Files } from './host/files.ts';
export { FileError } from './host/file-error.ts';
export { directoryOf, writeFileAtomically } from './host/atomic-file.ts';
export { ownedHost } from './host/owned-host.ts';
export { realHost, type RealHostOptions } from './host/real/real-host.ts';
export { startWatchdog, type WatchdogOptions } from './host/real/watchdog.ts';

export { Owner, never, type Attachment, type Detach } from './owner/owner.ts';

export { Changelog, type CommitInfo } from './changelog/changelog.ts';
export { NO_CAUSES, type Cause, type Change, type Commit, type Write } from './changelog/commit.ts';
export { Table, type TableOptions } from './changelog/table.ts';
export { DEFAULT_HISTORY, type HistoryOptions } from './changelog/ring.ts';
export type { Column, Listing } from './changelog/sorted-view.ts';
export { Cursor } from './changelog/cursor.ts';
export type { EventsCursor } from './changelog/events-cursor.ts';
export type { Changed, ChangedBatch, ChangesCursor } from './changelog/changes-cursor.ts';
export { follow } from './changelog/follow.ts';
export { CursorOverrunError } from './changelog/errors.ts';

export type {
  CallOptions,
  ChannelOptions,
  DialogHandler,
  Keepalive,
  ListenOptions,
  Rpc,
  RpcChannel,
  RpcListener,
  RpcService,
  RpcSink,
  RpcStream,
  RpcTarget,
  ServerCall,
  StreamHandler,
  TlsIdentity,
  UnaryHandler,
} from './rpc/rpc.ts';
export type { WebHandler, WebRequest, WebResponse } from './rpc/web.ts';
export { RpcError, RpcStatus, rpcStatusName, type RpcStatusName } from './rpc/rpc-error.ts';
export { messageSpace } from './rpc/message-space.ts';

export { Backoff, type BackoffOptions } from './retry/backoff.ts';
export { Patience, type PatienceOptions } from './retry/patience.ts';
export { RateLimiter, type RateLimiterOptions } from './retry/rate-limiter.ts';
export { keepRunning, type KeepRunningOptions } from './retry/keep-running.ts';
export { sleep } from './retry/sleep.ts';
export { DeadlineError, withDeadline } from './retry/deadline.ts';

export {
  EPOCH,
  ZERO_TIME,
  instantOf,
  millisOf,
  parseTimestamp,
  timestampFromInstant,
  timestampFromMillis,
  withoutFraction,
  type Instant,
  type Timestamp,
} from './time/timestamp.ts';
export { formatDuration, parseDuration } from './time/duration.ts';
export { Bytes } from './values/bytes.ts';
export { abbreviated } from './values/abbreviated.ts';
export { allOf, andThen, promised, recovered, type Eventually } from './values/eventually.ts';
export { memo } from './values/memo.ts';
export { compareUtf8 } from './values/utf8.ts';
export { FieldReader, UNUSUAL } from './wire/field-reader.ts';
export { onlyMessage, orGenerated } from './wire/or-generated.ts';
