import type { StudioJournal } from '../../workload/studio/studio-journal.ts'
import { rowsOf } from '../../world.ts'
import { type Check, finder } from '../finding.ts'

const filmsTold = `select event_data->>'userId' as person, event_data->>'usageKey' as key,
    event_data->>'jobId' as job, event_data->>'publishingId' as publication
  from event_store where event_type = 'troupe.videogen.v1.VideoGenerated'`

const filmsUsed = `select user_id::text as person, sum(used)::integer as used, sum(committed)::integer as committed
  from usage where resource = 'FILMS' group by 1`

const heldNow = `select key::text, state from reservations where state = 'HELD'`

/** Each film was made, and counted, once; nothing is set aside for what came to nothing. */
export const checkCost: Check<StudioJournal> = async (world) => {
  const { add, expectCount, findings } = finder('cost')
  const films = await rowsOf<{ person: string; key: string; job: string; publication: string }>(
    world,
    'videogen',
    filmsTold,
  )
  const used = await rowsOf<{ person: string; used: number; committed: number }>(world, 'subscription', filmsUsed)
  for (const [job, all] of Map.groupBy(films, (film) => film.job)) expectCount(all.length, 1, `films of job ${job}`)
  const made = Map.groupBy(films, ({ person }) => person)
  for (const { person, used: all, committed } of used) {
    expectCount(committed, made.get(person)?.length ?? 0, `films that ${person} used`)
    if (all !== committed) add('stuck', `${all - committed} films are set aside for ${person}`)
  }
  for (const { key } of await rowsOf<{ key: string }>(world, 'subscription', heldNow))
    add('stuck', `reservation ${key} is held`)
  for (const [publication, all] of Map.groupBy(films, (film) => film.publication))
    if (publication) expectCount(all.length, 1, `films of publication ${publication}`)
  return findings
}
