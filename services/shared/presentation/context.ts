import type { DescFile, DescService } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'
import type { EntitySchema } from '@mikro-orm/core'
import type { ConsumerDefinition } from '../application/consumers.ts'
import type { AnyProcess } from '../application/process.ts'
import type { Clock } from '../domain/clock.ts'
import type { Changes } from '../infrastructure/changes.ts'
import type { EnvReader, MeshConfig } from '../infrastructure/config.ts'
import type { Database } from '../infrastructure/database.ts'
import type { Migration } from '../infrastructure/migrate.ts'
import type { Logger } from '../infrastructure/telemetry/logger.ts'
import type { UnitOfWork } from '../infrastructure/unit-of-work.ts'
import type { Constraints } from '../infrastructure/units.ts'
import type { HttpHandler } from './http-handler.ts'
import type { Route } from './route.ts'

/** What the kernel gives a context to compose itself from. */
export interface Kernel {
  readonly config: MeshConfig
  /** For settings of the context's own; problems are reported together with all others. */
  readonly env: EnvReader
  readonly clock: Clock
  readonly log: Logger
  readonly database: Database
  readonly changes: Changes
  /** The unit of work of the message being handled. */
  unit(): UnitOfWork
  /** Runs a read outside of a unary rpc, such as one emission of a stream, on a fresh unit that writes nothing. */
  read<T>(run: () => Promise<T>): Promise<T>
  /** Runs a unit of work outside of an rpc or event, such as a step at start-up; `key` makes its ids. */
  write<T>(key: string, run: (unit: UnitOfWork) => Promise<T>): Promise<T>
  /** A client of another context's service, or of one's own. */
  client<Service extends DescService>(service: Service): Client<Service>
}

/** Something that must hold of a context's database at all times. */
export interface Invariant {
  name: string
  /** Returns one text column with up to ten violations; none when it holds. */
  sql: string
}

/** What a context consists of. */
export interface Composition {
  routes: readonly Route[]
  consumers?: readonly ConsumerDefinition[]
  processes?: readonly AnyProcess[]
  invariants?: readonly Invariant[]
  /** Plain HTTP paths of the gateway that the context answers, e.g. `/.well-known/jwks.json`. */
  http?: Readonly<Record<string, HttpHandler>>
  /** Runs before the first call is let in. */
  start?: () => Promise<void>
  stop?: () => Promise<void>
}

/** A bounded context, as `service.ts` declares it. */
export interface ContextDefinition {
  name: string
  entities: readonly EntitySchema[]
  migrations: readonly Migration[]
  /** The file with the events it records, published or not. */
  events: DescFile
  /** What violating one of its named database constraints means. */
  constraints?: Constraints
  compose(kernel: Kernel): Composition | Promise<Composition>
}

export const defineContext = (definition: ContextDefinition): ContextDefinition => definition
