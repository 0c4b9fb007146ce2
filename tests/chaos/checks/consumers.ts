import { contexts, rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'
import { consumers, heard, typesOf } from './heard.ts'

/** Every consumer handled every event it hears once: its inbox holds the events of the store and no others. */
export const checkConsumers: Check = async (world) => {
  const { add, findings } = finder('the inbox is the store')
  for (const sources of consumers) {
    const [{ context, consumer }] = sources
    const stores = sources.map((one) =>
      rowsOf<{ id: string }>(world, one.source, 'select id from event_store where event_type = any($1::text[])', [
        typesOf(one),
      ]),
    )
    const stored = new Set((await Promise.all(stores)).flat().map(({ id }) => id))
    const all = 'select event_id from inbox where consumer = $1'
    const inbox = await rowsOf<{ event_id: string }>(world, context, all, [consumer])
    const handled = new Set(inbox.map(({ event_id }) => event_id))
    const name = `${context}.${consumer}`
    for (const id of stored) if (!handled.has(id)) add('lost', `${name} has not handled event ${id}`)
    for (const id of handled) if (!stored.has(id)) add('wrong', `${name} handled ${id}, which no store has`)
  }
  for (const context of contexts) {
    const leases = await rowsOf<{ consumer: string; source: string }>(
      world,
      context,
      'select consumer, source from consumer_leases',
    )
    for (const { consumer, source } of leases) {
      const isKnown = heard.some((one) => one.context === context && one.consumer === consumer && one.source === source)
      if (!isKnown) add('wrong', `the checker does not know of ${context}.${consumer} on ${source}`)
    }
  }
  return findings
}
