import type { Data, DeliveryState } from '../domain/delivery-state.ts'
import { type Said, showOf } from '../domain/show.ts'
import type { Ports } from './ports.ts'
import type { Holding, ShowStart } from './show-ports.ts'

const kind = 'event_reminder'

/** Notes what was said of a show at a time. */
export const rememberShow =
  ({ shows }: Ports) =>
  async (said: Said, at: Date): Promise<void> =>
    shows.keep(showOf(await shows.find(said.id), said, at))

/** Notes a confirmed reservation, unless whose it is has left. */
export const rememberHolding =
  ({ people, holders }: Ports) =>
  async (holding: Holding): Promise<void> => {
    if ((await people.gone([holding.userId])).size === 0) holders.add(holding)
  }

const dataOf = ({ showId, startVersion }: ShowStart): Data => ({ show: showId, version: startVersion })

/** Whether something reminds of what is not to come any more, or not then. */
export const isOutdated = async (
  { holders, clock }: Ports,
  { kind: told, recipientId, data }: DeliveryState,
): Promise<boolean> => {
  if (told !== kind) return false
  const start = { showId: String(data.show), startVersion: Number(data.version) }
  return !(await holders.expects(recipientId, start, clock.now()))
}

/** Has all who hold tickets for a show be reminded of it, by and by: once for each time that it is to begin. */
export const remind =
  ({ shows, fanOuts, ids, clock, wakeWorkers }: Ports) =>
  async (id: string): Promise<void> => {
    const now = clock.now()
    const show = await shows.due(id, now)
    if (!show) return
    const { title, timeZone, startVersion } = show
    const start = { showId: id, startVersion }
    const sourceEventId = ids.of(id, `reminder ${startVersion}`)
    const data = { ...dataOf(start), title, starts: { at: show.startsAt.toISOString(), zone: timeZone } }
    const plain = { channels: undefined, campaignId: undefined, aboutId: undefined }
    const notice = { ...plain, sourceEventId, kind, template: kind, data }
    fanOuts.add({ id: sourceEventId, notice, crowd: { kind: 'holders', ...start }, position: undefined }, now)
    shows.noteReminded(show)
    wakeWorkers()
  }
