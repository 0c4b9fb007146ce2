import { decodeTimePosition, pageOf, uuid } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Voices } from '../application/ports.ts'
import { NarratorVoice, voiceNotFound } from '../domain/voice.ts'

const firstPage = 'user_id = $1 order by created_at desc, id desc limit $2'
const nextPage = `user_id = $1 and (created_at, id) < ($3::timestamptz, $4::uuid)
  order by created_at desc, id desc limit $2`

/** The voices in Postgres, within the unit of work being run. */
export const voiceRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Voices => ({
  find: (id) => unit().find(NarratorVoice, id),
  getOwn: async (userId, id) => {
    // Ids in a map of voices come as anybody wrote them.
    const voice = uuid.test(id) ? await unit().find(NarratorVoice, id) : undefined
    if (voice?.userId !== userId) throw voiceNotFound()
    return voice
  },
  list: async (userId, { size, token }) => {
    const place = decodeTimePosition(token)
    const rows = place
      ? await unit().select(NarratorVoice, nextPage, userId, size + 1, place.time, place.id)
      : await unit().select(NarratorVoice, firstPage, userId, size + 1)
    return pageOf(rows, size, ({ createdAt, id }) => [createdAt.getTime(), id])
  },
  count: async (userId) => {
    const [row] = await database.sql<{ count: number }>('select count(*) from voices where user_id = $1', userId)
    return row?.count ?? 0
  },
  ofUser: (userId, limit) => unit().select(NarratorVoice, 'user_id = $1 order by id limit $2', userId, limit),
  add: (voice) => {
    keepLiving(unit(), voice.userId)
    unit().add(voice)
  },
  remove: (voice) => unit().remove(voice),
})
