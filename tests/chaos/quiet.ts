import { setTimeout as sleep } from 'node:timers/promises'
import { consumers, typesOf } from './checks/heard.ts'
import type { MeshOperator } from './operator.ts'
import type { Workload } from './workload/workload.ts'
import { contexts, rowsOf, type World } from './world.ts'

// To look costs the mesh, which is to come to rest, more than a little.
const pollMs = 300

// Bills of the next month are waited for by nobody here. A reservation's process lives on with what was sold, and asks
// again in a minute what it may hear of before: whether reservations are at their ends, who makes them says.
const work = `with timers as (
    select process, instance, due_at > now() + interval '1 day' as is_far from process_timers where outcome is null)
  select (select count(*) from outbox) as outbox,
    (select count(*) from process_commands where outcome is null
      and not (process = 'booking' and due_at > created_at + interval '30 seconds')) as commands,
    (select count(*) from timers where not is_far and process <> 'booking') as timers,
    (select count(*) from processes p where not ended and process <> 'booking' and not exists (
      select from timers t where t.process = p.process and t.instance = p.instance and t.is_far)) as processes`

const unhandled = async (world: World): Promise<string[]> => {
  const awaited: string[] = []
  for (const sources of consumers) {
    const [{ context, consumer }] = sources
    const stored = sources.map((one) =>
      rowsOf<{ n: string }>(
        world,
        one.source,
        'select count(*) as n from event_store where event_type = any($1::text[])',
        [typesOf(one)],
      ),
    )
    const events = (await Promise.all(stored)).reduce((sum, [row]) => sum + Number(row?.n ?? 0), 0)
    const handled = 'select count(*) as n from inbox where consumer = $1'
    const [inbox] = await rowsOf<{ n: string }>(world, context, handled, [consumer])
    const left = events - Number(inbox?.n ?? 0)
    if (left !== 0) awaited.push(`${left} events for ${context}.${consumer}`)
  }
  return awaited
}

const inDatabases = async (world: World): Promise<string[]> => {
  const awaited: string[] = []
  for (const context of contexts) {
    const [row = {}] = await rowsOf<Record<string, string>>(world, context, work)
    for (const [what, n] of Object.entries(row)) if (Number(n) > 0) awaited.push(`${n} ${what} of ${context}`)
  }
  return [...awaited, ...(await unhandled(world))]
}

const behind = async (operator: MeshOperator): Promise<string[]> => {
  const { relays, consumers } = await operator.lag()
  const all = [
    ...relays.map(({ context, pending }) => ({ name: `relay of ${context}`, pending })),
    ...consumers.map(({ consumer, source, pending }) => ({ name: `${consumer} on ${source}`, pending })),
  ]
  return all.filter(({ pending }) => pending > 0n).map(({ name, pending }) => `${pending} pending for ${name}`)
}

/** What keeps the mesh from being at rest; nothing when it is. */
const awaitedBy = async (
  world: World,
  { journal, awaited: ofWorkload }: Workload,
  operator: MeshOperator,
): Promise<string[]> => {
  const open = journal.calls.filter(({ outcome }) => outcome === 'open').length
  if (open > 0) return [`${open} calls`]
  for (const part of world.mesh.parts) if (!(await part.isReady())) return [`${part.name} to be ready`]
  const awaited = [...(await ofWorkload(world)), ...(await inDatabases(world))]
  return awaited.length > 0 ? awaited : behind(operator)
}

/** What was waited for, and for how long, in seconds since the beginning. */
export interface Wait {
  for: string
  until: number
}

/**
 * Waits until all is done that was begun. Returns what was waited for, one after the other, and what still is when the
 * patience, in milliseconds, ends.
 */
export const untilQuiet = async (
  world: World,
  workload: Workload,
  operator: MeshOperator,
  patienceMs: number,
): Promise<{ awaited: string[]; waits: Wait[]; seconds: number }> => {
  const began = performance.now()
  const waits: Wait[] = []
  for (;;) {
    const awaited = await awaitedBy(world, workload, operator).catch((error: Error) => [error.message])
    const seconds = (performance.now() - began) / 1000
    if (awaited.length === 0 || seconds * 1000 > patienceMs) return { awaited, waits, seconds }
    // Numbers go down while one waits for the same.
    const what = awaited.join(', ').replace(/\d+ /g, '')
    const last = waits.at(-1)
    if (last?.for === what) last.until = seconds
    else waits.push({ for: what, until: seconds })
    await sleep(pollMs)
  }
}
