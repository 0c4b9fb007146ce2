import type { Clock } from '../domain/clock.ts'
import { precondition } from '../domain/errors.ts'
import type { Database } from './database.ts'

const followMs = 500

/** The machine's own time, for what has no context, and for proofs that live for seconds wherever the mesh's clock is. */
export const machineClock: Clock = { now: () => new Date() }

/** A context's clock: the machine's, moved ahead by what time travel added. The offset is kept in the database. */
export class MeshClock implements Clock {
  private offset = 0
  private readonly database: Database
  private readonly mayTravel: boolean
  private readonly listeners = new Set<() => void>()

  constructor(database: Database, mayTravel: boolean) {
    this.database = database
    this.mayTravel = mayTravel
  }

  now(): Date {
    return new Date(Date.now() + this.offset)
  }

  get offsetMs(): number {
    return this.offset
  }

  /** Takes over what the context's database says; other replicas may have travelled. */
  async load(): Promise<void> {
    if (!this.mayTravel) return
    const [row] = await this.database.look<{ offset_ms: number }>('select offset_ms from mesh_clock')
    const offset = row?.offset_ms ?? 0
    const moved = offset !== this.offset
    this.offset = offset
    if (moved) for (const listener of this.listeners) listener()
  }

  /** Moves the clock of the whole context to a later time. */
  async travelTo(time: Date): Promise<void> {
    if (!this.mayTravel) {
      throw precondition('TIME_TRAVEL_OFF', 'the clock only moves where TROUPE_TIME_TRAVEL=1 is set')
    }
    const offset = Math.round(time.getTime() - Date.now())
    await this.database.sql(
      `insert into mesh_clock (offset_ms) values ($1)
       on conflict (id) do update set offset_ms = greatest(mesh_clock.offset_ms, excluded.offset_ms)`,
      offset,
    )
    await this.load()
  }

  /** Keeps up with other replicas that travel, until the result is called. */
  follow(onError: (error: unknown) => void): () => void {
    if (!this.mayTravel) return () => {}
    const timer = setInterval(() => this.load().catch(onError), followMs)
    timer.unref()
    return () => clearInterval(timer)
  }

  onTravel(listener: () => void): void {
    this.listeners.add(listener)
  }
}
