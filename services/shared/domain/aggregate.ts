import { create, type DescMessage, type Message, type MessageInitShape } from '@bufbuild/protobuf'

/** An event an aggregate has recorded and nobody has stored yet. */
export interface RecordedEvent {
  readonly schema: DescMessage
  readonly message: Message
}

// Put there by the first event: mapped instances are made without running constructors or initialisers. Not in a
// WeakMap: V8 takes what one leads to for alive until the next full collection.
const recorded = Symbol('recorded')

/** The events recorded since the aggregate was loaded or made, in order. */
export const recordedEvents = (aggregate: Aggregate): readonly RecordedEvent[] => aggregate[recorded] ?? []

/**
 * The root of what changes together: one instance, one row, one lock. A unit of work saves what changed and
 * stores what was recorded in the same statement, or neither.
 */
export abstract class Aggregate {
  abstract readonly id: string
  /** Counts the events of this aggregate, and saves without one; the optimistic lock. 0 until first saved. */
  revision!: number
  declare [recorded]?: RecordedEvent[]

  protected record<Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>): void {
    if (!this[recorded]) Object.defineProperty(this, recorded, { value: [] })
    this[recorded]?.push({ schema, message: create(schema, init) as Message })
  }
}

/** An aggregate whose stream of events is its only state: `raise` applies an event and records it. */
export abstract class EventSourcedAggregate extends Aggregate {
  override readonly id: string

  constructor(id: string) {
    super()
    this.id = id
    this.revision = 0
  }

  /** Changes the state; must accept every event the aggregate ever recorded, and decide nothing. */
  protected abstract apply(event: RecordedEvent): void

  protected raise<Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>): void {
    this.record(schema, init)
    this.apply(recordedEvents(this).at(-1) as RecordedEvent)
  }

  /** Rebuilds the state from stored events, in order of version. */
  replay(events: Iterable<RecordedEvent>): this {
    for (const event of events) {
      this.apply(event)
      this.revision += 1
    }
    return this
  }
}
