import type { DescFile } from '@bufbuild/protobuf'
import type { EntitySchema } from '@mikro-orm/core'
import type { ConsumerDefinition } from '../application/consumers.ts'
import type { AnyProcess } from '../application/process.ts'
import type { OrphanRule } from '../infrastructure/blobs/orphans.ts'
import type { Expiry } from '../infrastructure/janitor.ts'
import type { Kernel } from '../infrastructure/kernel.ts'
import type { Migration } from '../infrastructure/migrate.ts'
import type { EraseSubject } from '../infrastructure/personal/erase-subject.ts'
import type { Constraints } from '../infrastructure/units.ts'
import type { HttpHandler } from './http-handler.ts'
import type { Route } from './route.ts'

export type { Kernel }

/** Something that must hold of a context's database at all times. Violations name the aggregates they are about. */
export interface SqlInvariant {
  name: string
  /** Returns one text column with up to ten violations; none when it holds. */
  sql: string
}

/** Something that must hold of what a context has and what others say. */
interface CommonInvariant {
  name: string
  /** Up to ten violations. */
  find(): Promise<string[]>
}

export type Invariant = SqlInvariant | CommonInvariant

/** Work of a context's own that falls due at times of the mesh's clock, beside its processes. */
export interface DueWork {
  start(): void
  stop(): Promise<void>
  /** When the next of it is due; undefined for never. */
  nextDue(): Promise<Date | undefined>
  /** Whether nothing is due at `now` any more. */
  isQuiet(now: Date): Promise<boolean>
}

/** What a context consists of. */
export interface Composition {
  routes: readonly Route[]
  consumers?: readonly ConsumerDefinition[]
  processes?: readonly AnyProcess[]
  /** Begins once the other contexts of the process can be called, and takes part in time travel. */
  work?: DueWork
  invariants?: readonly Invariant[]
  /** What it need not keep for ever. */
  expiries?: readonly Expiry[]
  /** Its blobs that stay only while a row names them. */
  orphans?: readonly OrphanRule[]
  /** Erases a person who has deleted their account, beyond keys and stored answers, of which the kernel takes care. */
  erase?: EraseSubject
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
