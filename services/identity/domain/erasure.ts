import { ErasureCompletedSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { timestamp } from '#shared/domain/timestamp.ts'

/** What a context has erased of somebody, as it told. */
export interface ErasedThere {
  context: string
  erased: readonly string[]
  erasedAt: Date
}

/** The same as it is kept: the time in ISO 8601. */
export interface ErasureReport {
  context: string
  erased: string[]
  erasedAt: string
}

/** The erasure of a person from every context, from the deletion of the account until the last one has told. */
export class Erasure extends Aggregate {
  readonly id!: string
  userId!: string
  requestedAt!: Date
  /** Contexts that have yet to tell. */
  awaited!: string[]
  /** In the order of the contexts' names. */
  reports!: ErasureReport[]
  completedAt: Date | undefined

  static begin(id: string, userId: string, contexts: readonly string[], now: Date): Erasure {
    return Object.assign(new Erasure(), { id, userId, requestedAt: now, awaited: [...contexts], reports: [] })
  }

  /** Notes what a context has told; only the first time counts. With the last one the erasure is complete. */
  note({ context, erased, erasedAt }: ErasedThere, now: Date): void {
    if (!this.awaited.includes(context)) return
    this.awaited = this.awaited.filter((name) => name !== context)
    const report = { context, erased: [...erased], erasedAt: erasedAt.toISOString() }
    this.reports = [...this.reports, report].toSorted((one, other) => (one.context < other.context ? -1 : 1))
    if (this.awaited.length > 0) return
    this.completedAt = now
    this.record(ErasureCompletedSchema, { userId: this.userId, completedAt: timestamp(now) })
  }
}

/** The erasures that are known. */
export interface Erasures {
  add(erasure: Erasure): void
  find(userId: string): Promise<Erasure | undefined>
}
