import { migrate } from '../../services/shared/infrastructure/migrate.ts'
import { type Child, startChild } from './child.ts'
import { databaseUrl, onDatabase } from './database.ts'
import type { Limit } from './figures.ts'
import { onEmptyTables, startWriter } from './kernel-writes.ts'
import { alternate, median, type Sample } from './measure.ts'
import { ownNats } from './own-nats.ts'
import { migrations } from './servers/page.ts'
import type { Bench } from './setting.ts'
import { storyIdSql } from './story-data.ts'

const callers = 8
const prefix = 'bench_backlog_'

interface Drained {
  seconds: number
  rates: number[]
  count: number
}

const id = `(${storyIdSql('n')})::text`

// StoryCreated on the wire: field 1 is the story's id, field 2 the author's, both 36 characters.
const payload = `'\\x0a24'::bytea || convert_to(${id}, 'UTF8') || '\\x1224'::bytea || convert_to(${id}, 'UTF8')`

/** Events that were stored while no relay ran. */
const insertBacklog = (count: number): string =>
  `with stored as (
     insert into event_store (id, stream_id, stream_type, event_type, event_data, event_metadata, event_version,
       occurred_at, payload)
     select uuidv7(), ${id}, 'Story', 'troupe.story.v1.StoryCreated', jsonb_build_object('storyId', ${id}),
       jsonb_build_object('correlationId', ${id}, 'causationId', ${id}, 'cause', 'bench', 'actor', ''), 1, now(), ${payload}
     from generate_series(1, ${count}) as n returning position
   )
   insert into outbox (position) select position from stored`

const writeAlone = async (bench: Bench, runs: number): Promise<Sample[]> => {
  const writer = await startWriter(bench)
  const run = onEmptyTables(writer.facts.url, () => writer.ask<Sample>('write', { callers, seconds: bench.seconds }))
  try {
    return (await alternate({ run }, { ...bench, runs })).run
  } finally {
    await writer.stop()
  }
}

const drainOnce = async (bench: Bench, backlog: number): Promise<Drained> => {
  const story = databaseUrl(bench.environment.TROUPE_POSTGRES_URL, `${prefix}story`)
  await migrate(story, migrations)
  await onDatabase(story, insertBacklog(backlog), 'vacuum (analyze)', 'checkpoint')
  const nats = await ownNats(bench, 'backlog')
  const env = { TROUPE_DATABASE_PREFIX: prefix, TROUPE_NATS_URL: nats.url }
  const mesh: Child<{ databaseOf: string[] }> = await startChild(bench, 'servers/event-mesh.ts', {
    measured: true,
    env,
  })
  try {
    const drained = await mesh.ask<Drained>('drain', { callers, backlog })
    const [seen] = await onDatabase<{ n: string }>(mesh.facts.databaseOf[1] ?? '', 'select count(*) as n from seen')
    if (Number(seen?.n) !== backlog + drained.count) {
      throw new Error(`${backlog + drained.count} events were committed and ${seen?.n} took effect`)
    }
    return drained
  } finally {
    await mesh.stop()
    await nats.stop()
  }
}

/**
 * A backlog carried away and consumed while writers go on, and what that leaves them of their speed: as alone before
 * and afterwards, by the rates of each second.
 */
export const drainBacklog = async (bench: Bench): Promise<Limit[]> => {
  const backlog = bench.quick ? 10_000 : 100_000
  const runs = Math.ceil(bench.runs / 2)
  const before = await writeAlone(bench, runs)
  const { seconds, rates } = await drainOnce(bench, backlog)
  const after = await writeAlone(bench, runs)
  const alone = median([...before, ...after].map(({ perSecond }) => perSecond))
  return [
    { name: `backlog of ${backlog} drained, a second`, value: backlog / seconds },
    { name: `${callers} writers alone, a second`, value: alone },
    { name: `${callers} writers meanwhile, a second`, value: median(rates) },
    { name: 'writers meanwhile, of their speed', value: median(rates) / alone, atLeast: 0.6 },
  ]
}
