import { setTimeout as sleep } from 'node:timers/promises'
import { onDatabase } from './database.ts'
import { median } from './measure.ts'
import { startBenchMesh } from './mesh.ts'
import { residentMebibytes } from './resident.ts'
import type { Bench } from './setting.ts'

/** What one campaign took. */
interface Crowd {
  /** From its first delivery to its last. */
  seconds: number
  /** Until the last event of it was on the stream. */
  carriedSeconds: number
  /** The most that the process held above what it held before. */
  mebibytes: number
}

const people = (count: number) => `insert into people (user_id, display_name, language, time_zone)
  select gen_random_uuid(), 'x', 'en', 'UTC' from generate_series(1, ${count})`

const notice = (id: string) =>
  JSON.stringify({
    sourceEventId: id,
    kind: 'announcement',
    template: 'announcement',
    channels: ['in_app'],
    campaignId: id,
    data: { headline: 'News', message: 'There are some.' },
  })

/** As SendCampaign leaves it. */
const campaign = (id: string): string[] => [
  `insert into campaigns (id, name, template, channels, audience, data, status, created_at, sent_at)
   values ('${id}', 'x', 'announcement', '{in_app}', '{"kind":"everyone"}', '{}', 'SENDING', now(), now())`,
  `insert into fan_outs (id, campaign_id, notice, audience, correlation_id, causation_id, created_at)
   values ('${id}', '${id}', '${notice(id)}', '{"kind":"everyone"}', '${id}', '${id}', now())`,
]

const progress = `select (select coalesce(sum(deliveries), 0)::integer from campaign_totals where campaign_id = '$id') as made,
  (select status from campaigns where id = '$id') as status, (select count(*)::integer from outbox) as waiting`

const reach = async (database: string, pid: number): Promise<Crowd> => {
  const id = crypto.randomUUID()
  const before = residentMebibytes(pid)
  await onDatabase(database, ...campaign(id))
  let began: number | undefined
  let ended: number | undefined
  let mebibytes = 0
  for (;;) {
    const [row] = await onDatabase<{ made: number; status: string; waiting: number }>(
      database,
      progress.replaceAll('$id', id),
    )
    const now = performance.now()
    mebibytes = Math.max(mebibytes, residentMebibytes(pid) - before)
    if (row && row.made > 0) began ??= now
    if (row?.status === 'SENT') ended ??= now
    if (ended && row?.waiting === 0) {
      const [made] = await onDatabase<{ all: number; reached: number; people: number }>(
        database,
        `select count(*)::integer as all, count(distinct recipient_id)::integer as reached,
           (select count(*)::integer from people) as people from deliveries where campaign_id = '${id}'`,
      )
      if (!made || made.all !== made.people || made.reached !== made.people) {
        throw new Error(`${made?.all} deliveries to ${made?.reached} of ${made?.people} people`)
      }
      return { seconds: (ended - (began ?? now)) / 1000, carriedSeconds: (now - (began ?? now)) / 1000, mebibytes }
    }
    await sleep(50)
  }
}

/**
 * A campaign to everybody, told inside the platform: deliveries a second, with two events each, and what memory it takes.
 */
export const crowd = async (bench: Bench): Promise<void> => {
  const count = bench.quick ? 10_000 : 100_000
  const mesh = await startBenchMesh(bench, 'crowd')
  const runs: Crowd[] = []
  try {
    const database = mesh.databaseOf('notification')
    await onDatabase(database, 'delete from people', people(count), 'analyze people')
    for (let round = 0; round <= Math.min(bench.runs, 3); round += 1) {
      const run = await reach(database, mesh.pid)
      if (round > 0) runs.push(run)
    }
  } finally {
    await mesh.stop()
  }
  const middle = (of: keyof Crowd) => median(runs.map((run) => run[of]))
  bench.report.table(
    `crowd: a campaign to ${count.toLocaleString('en')} people; medians, no limits are set`,
    ['', 'deliveries/s', 'seconds', 'MiB more at most'],
    [
      ['made', (count / middle('seconds')).toFixed(0), middle('seconds').toFixed(1), middle('mebibytes').toFixed(0)],
      ['made and told', (count / middle('carriedSeconds')).toFixed(0), middle('carriedSeconds').toFixed(1), ''],
    ],
  )
  bench.report.keep('crowd', runs)
}
