import type { EventRecord } from '#gen/troupe/mesh/v1/event_record_pb.ts'
import { type Delivery, fromRecord } from './delivery.ts'

const pageSize = 500
// A slow transaction may have committed a lower position after a higher one was seen; repeats are absorbed.
const margin = 2000

/** Reads a page of a context's event store, wherever the context runs. */
export type ReadEvents = (
  source: string,
  after: number,
  types: readonly string[],
  pageSize: number,
) => Promise<{ events: EventRecord[]; more: boolean }>

/** Hands over everything in the source's event store after a position, page by page. */
export const catchUp = async (
  readEvents: ReadEvents,
  options: { source: string; types: readonly string[]; after: number; signal: AbortSignal },
  take: (page: Delivery[]) => Promise<void>,
): Promise<void> => {
  let after = Math.max(0, options.after - margin)
  for (;;) {
    const { events, more } = await readEvents(options.source, after, options.types, pageSize)
    if (options.signal.aborted) return
    if (events.length > 0) await take(events.map(fromRecord))
    if (!more) return
    after = Number(events.at(-1)?.position ?? after)
  }
}
