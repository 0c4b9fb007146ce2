import type { DescMessage, DescService, MessageShape } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'
import type { Clock } from '../domain/clock.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { MediaUrlOptions } from './blobs/media-url.ts'
import type { Changes } from './changes.ts'
import type { EnvReader, MeshConfig } from './config.ts'
import type { Database } from './database.ts'
import type { Programs } from './programs/program.ts'
import type { Logger } from './telemetry/logger.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** What the kernel gives a context to compose itself from. */
export interface Kernel {
  readonly config: MeshConfig
  /** Every context of the mesh, wherever it runs. */
  readonly contexts: readonly string[]
  /** For settings of the context's own; problems are reported together with all others. */
  readonly env: EnvReader
  readonly clock: Clock
  readonly log: Logger
  readonly database: Database
  readonly changes: Changes
  /** All of the mesh to read; to put, touch and remove only what is below `<context>/`. */
  readonly blobs: Blobs
  readonly programs: Programs
  /** A path of the gateway that hands out a blob to whoever has it, for at least the lifetime. */
  mediaUrl(key: string, options: Omit<MediaUrlOptions, 'now'>): string
  /** The unit of work of the message being handled. */
  unit(): UnitOfWork
  /** Runs a read outside of a unary rpc, such as one emission of a stream, on a fresh unit that writes nothing. */
  read<T>(run: () => Promise<T>): Promise<T>
  /** Runs a unit of work outside of an rpc or event, such as a step at start-up; `key` makes its ids. */
  write<T>(key: string, run: (unit: UnitOfWork) => Promise<T>): Promise<T>
  /** The context's own events of a type that are still on its stream, oldest first: what was told to others. */
  published<Schema extends DescMessage>(schema: Schema): Promise<MessageShape<Schema>[]>
  /** A client of another context's service, or of one's own. */
  client<Service extends DescService>(service: Service): Client<Service>
}
