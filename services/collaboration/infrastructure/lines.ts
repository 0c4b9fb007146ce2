import { placeOf, wholeNumber } from '#shared/application/page-values.ts'
import { pageOf } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Lines, LineView, RecordingKey } from '../application/ports.ts'
import type { Recorded } from '../domain/session-parts.ts'

type Row = LineView & { [column: string]: unknown }
type RecordedRow = Omit<Recorded, 'blob'> & { contributionId: string; [column: string]: unknown }

const columns = `l.place, l.character_id as "characterId", l.text, coalesce(l.contribution_id::text, '') as "contributionId",
  exists (select from contributions c where c.session_id = l.session_id and c.character_id = l.character_id
    and c.status = 'pending' and c.cuts @> jsonb_build_array(jsonb_build_object('place', l.place))) as "isPending"`

const page = `select ${columns} from session_lines l
  where l.session_id = $1 and ($2::uuid is null or l.character_id = $2) and l.place > $3 order by l.place limit $4`

const all = `select ${columns} from session_lines l where l.session_id = $1 and l.character_id = $2 order by l.place`

const recorded = `select l.place, l.text, l.start_ms as "startMs", l.end_ms as "endMs",
    c.id::text as "contributionId", c.participant_id as "participantId", coalesce(i.user_id::text, '') as "userId"
  from session_lines l join contributions c on c.id = l.contribution_id join invitations i on i.id = c.participant_id
  where l.session_id = $1 and l.character_id = $2 order by l.place`

const approve = `update session_lines l set contribution_id = $2, start_ms = c.start_ms, end_ms = c.end_ms
  from jsonb_to_recordset($3::jsonb) as c(place integer, start_ms integer, end_ms integer)
  where l.session_id = $1 and l.place = c.place`

/** What the characters of sessions say, in Postgres. */
export const lineRepository = (
  { unit, database }: Pick<Kernel, 'unit' | 'database'>,
  blobOf: (key: RecordingKey) => string,
): Lines => ({
  page: async (sessionId, characterId, { size, token }) => {
    const [after] = placeOf(token, 1) ?? [-1]
    const rows = await database.sql<Row>(page, sessionId, characterId ?? null, wholeNumber(after), size + 1)
    return pageOf(rows, size, ({ place }) => [place])
  },
  of: (sessionId, characterId) => database.sql<Row>(all, sessionId, characterId),
  recorded: async (sessionId, characterId) => {
    const rows = await database.sql<RecordedRow>(recorded, sessionId, characterId)
    return rows.map(({ contributionId, ...line }) => ({ ...line, blob: blobOf({ sessionId, contributionId }) }))
  },
  approve: ({ id, sessionId, cuts }) => {
    const rows = cuts.map(({ place, startMs, endMs }) => ({ place, start_ms: startMs, end_ms: endMs }))
    unit().writeRows({ sql: `${approve} returning 1`, parameters: [sessionId, id, JSON.stringify(rows)] }, rows.length)
  },
})
