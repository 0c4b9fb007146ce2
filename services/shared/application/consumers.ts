import type { DescMessage, MessageShape } from '@bufbuild/protobuf'

/** What a handler may want to know of an event beside its fields. */
export interface EventInfo {
  id: string
  aggregateId: string
  aggregateVersion: number
  occurredAt: Date
}

/** One durable reader of events. What concerns one thing shares a consumer, so that one cannot overtake the other. */
export interface ConsumerDefinition {
  readonly name: string
  /** A projection builds a read model and may be replayed from scratch; a reaction has effects and never is. */
  readonly kind: 'project' | 'react'
  readonly schemas: readonly DescMessage[]
  readonly handle: (event: never, info: EventInfo) => Promise<void> | void
  /** For a projection: the tables that a replay empties first. */
  readonly tables: readonly string[]
  /** The contexts whose mesh-wide events (package `troupe.mesh.v1`) it hears. */
  readonly everywhere: readonly string[]
}

type Handler<Schemas extends readonly DescMessage[]> = (
  event: MessageShape<Schemas[number]>,
  info: EventInfo,
) => Promise<void> | void

const define = (
  kind: ConsumerDefinition['kind'],
  name: string,
  schemas: readonly DescMessage[],
  handle: Handler<readonly DescMessage[]>,
  { tables = [], everywhere = [] }: Partial<Pick<ConsumerDefinition, 'tables' | 'everywhere'>>,
): ConsumerDefinition => ({ name, kind, schemas, handle: handle as ConsumerDefinition['handle'], tables, everywhere })

/** A consumer that keeps `tables` in step with events; they hold nothing else. */
export const project = <const Schemas extends readonly DescMessage[]>(
  name: string,
  tables: readonly string[],
  schemas: Schemas,
  handle: Handler<Schemas>,
): ConsumerDefinition => define('project', name, schemas, handle as Handler<readonly DescMessage[]>, { tables })

/**
 * A consumer that does something because of events, exactly once in effect. `everywhere` are the contexts whose
 * mesh-wide events it hears.
 */
export const react = <const Schemas extends readonly DescMessage[]>(
  name: string,
  schemas: Schemas,
  handle: Handler<Schemas>,
  everywhere: readonly string[] = [],
): ConsumerDefinition => define('react', name, schemas, handle as Handler<readonly DescMessage[]>, { everywhere })
