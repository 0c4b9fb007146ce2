import { batched } from '#shared/infrastructure/batched.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Queue, WaitingRooms } from '../application/waiting-ports.ts'
import type { QueuePlace, RoomState } from '../domain/queue-place.ts'
import { eventNotFound } from '../domain/ticket-inventory.ts'
import { WaitingRoom } from '../domain/waiting-room.ts'

const atOnce = 50
const placesAtOnce = 500

interface StateRow extends Omit<RoomState, 'closesAt'> {
  [column: string]: unknown
  isClosed: boolean
  hasRoom: boolean
  closesAt: Date | null
}

const stateSql = `select i.id as "eventId", i.is_closed as "isClosed", r.id is not null as "hasRoom",
    r.opens_at as "opensAt", r.closes_at as "closesAt", r.admit_per_minute as "admitPerMinute", r.turn_ms as "turnMs",
    r.admitted, r.is_paused as "isPaused"
  from inventories i left join waiting_rooms r on r.id = i.id where i.id = any($1::uuid[])`

/** Rooms that are not closed and in which somebody waits. */
const live = `from waiting_rooms r join queue_counts q on q.event_id = r.id
  where coalesce(r.closes_at, 'infinity'::timestamptz) > $1 and q.joined > r.admitted`

/** When the next of them may let somebody in, but for those that wait for tickets. */
export const nextAdmissionSql = `select min(greatest(r.due_at, r.opens_at)) as due ${live} and not r.is_paused`

export const createWaitingRooms = (database: Database, unit: () => UnitOfWork): WaitingRooms => {
  const stateRow = batched(async (eventIds: readonly string[]) => {
    const rows = await database.look<StateRow>(stateSql, eventIds)
    return new Map(rows.map((row) => [row.eventId, row]))
  }, atOnce)
  return {
    find: (eventId) => unit().find(WaitingRoom, eventId),
    add: (room) => unit().add(room),
    due: async (now, seen) => {
      const rows = await database.sql<{ id: string }>(
        `select r.id ${live} and r.due_at <= $1 and r.opens_at <= $1 and r.id <> all($2::uuid[]) limit ${atOnce}`,
        now,
        seen,
      )
      return rows.map(({ id }) => id)
    },
    state: async (eventId) => {
      const row = await stateRow(eventId)
      if (!row) throw eventNotFound()
      const room = row.hasRoom ? { ...row, closesAt: row.closesAt ?? undefined } : undefined
      return { isClosed: row.isClosed, room }
    },
  }
}

interface PlaceRow {
  [column: string]: unknown
  eventId: string
  userId: string
  position: number
  reservationId: string | null
  turnUntil: Date | null
}

const placesSql = `select p.event_id as "eventId", p.user_id as "userId", p.position, p.reservation_id as "reservationId",
    w.until as "turnUntil"
  from unnest($1::uuid[], $2::uuid[]) as wanted (event_id, user_id) join queue_places p using (event_id, user_id)
  left join lateral (select until from queue_waves w where w.event_id = p.event_id and w.up_to >= p.position
    order by w.up_to limit 1) w on true`

const crowdSql = `select coalesce((select joined from queue_counts where event_id = $1), 0) as joined,
  (select count(*) from queue_waves w join queue_places p on p.event_id = w.event_id
     and p.position > w.after and p.position <= w.up_to
   where w.event_id = $1 and w.until > $2 and p.reservation_id is null) as inside`

const keyOf = (eventId: string, userId: string) => `${eventId} ${userId}`

const placeOf = ({ reservationId, turnUntil, ...row }: PlaceRow): QueuePlace => ({
  ...row,
  reservationId: reservationId ?? undefined,
  turnUntil: turnUntil ?? undefined,
})

export const createQueue = (database: Database, unit: () => UnitOfWork): Queue => {
  const placeByKey = batched(async (keys: readonly string[]) => {
    const pairs = keys.map((key) => key.split(' '))
    const [events, users] = [pairs.map(([event]) => event), pairs.map(([, user]) => user)]
    const rows = await database.look<PlaceRow>(placesSql, events, users)
    return new Map(rows.map((row) => [keyOf(row.eventId, row.userId), placeOf(row)]))
  }, placesAtOnce)
  return {
    place: (eventId, userId) => placeByKey(keyOf(eventId, userId)),
    // Looked at for its row: Postgres runs no part of a statement that only reads and that nobody looks at.
    join: (eventId, userId, known, now) =>
      unit().writeRows({
        sql: 'select join_queue($1::uuid, $2::uuid, $3::bigint, $4::timestamptz)',
        parameters: [eventId, userId, known ?? null, now],
      }),
    letIn: (eventId, { after, upTo, at, until }) =>
      unit().write({
        sql: 'insert into queue_waves (event_id, after, up_to, at, until) values ($1, $2, $3, $4, $5)',
        parameters: [eventId, after, upTo, at, until],
      }),
    crowd: async (eventId, now) => {
      const [row] = await database.look<{ joined: number; inside: number }>(crowdSql, eventId, now)
      return row ?? { joined: 0, inside: 0 }
    },
    use: ({ eventId, userId, position }, reservationId) =>
      unit().writeRows({
        sql: `update queue_places set reservation_id = $4 where event_id = $1 and user_id = $2 and position = $3
          and reservation_id is null returning 1`,
        parameters: [eventId, userId, position, reservationId],
      }),
  }
}
