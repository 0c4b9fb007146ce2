import type { Data } from '../domain/delivery-state.ts'
import type { Channel } from '../domain/ports.ts'
import type { Crowd, Notice, Ports } from './ports.ts'
import { tell } from './tell.ts'

/** Something that happened and that people are told of. */
export interface Happening {
  eventId: string
  /** Full name of the event. */
  eventType: string
  kind: string
  data: Data
  aboutId?: string
  /** All that the kind goes by unless given. */
  channels?: readonly Channel[]
  /** One person, a crowd, or whoever is told by the link of the kind: then an id that stands for them. */
  to: string | Crowd
}

const crowdOf = (to: Happening['to']): Crowd => (typeof to === 'string' ? { kind: 'users', ids: [to] } : to)

/**
 * Tells whom it concerns of something that happened, and has campaigns that wait for it tell them as well. A crowd, and
 * what campaigns tell, goes out by and by. Of people who have left nothing is told.
 */
export const announce =
  (ports: Ports) =>
  async ({ eventId, eventType, kind, data, aboutId, channels, to }: Happening): Promise<void> => {
    const { campaigns, fanOuts, ids, clock, people, wakeWorkers } = ports
    const concerned = [aboutId, typeof to === 'string' ? to : undefined].filter((id) => id !== undefined)
    if ((await people.gone(concerned)).size > 0) return
    const now = clock.now()
    const notice: Notice = {
      sourceEventId: eventId,
      kind,
      template: kind,
      channels,
      campaignId: undefined,
      data,
      aboutId,
    }
    const waiting = (await campaigns.awaiting(eventType)).map((campaign) => {
      const sourceEventId = ids.of(eventId, `campaign ${campaign.id}`)
      const own = { kind: 'announcement', template: campaign.template, channels: campaign.channels }
      return { ...notice, ...own, sourceEventId, campaignId: campaign.id, data: { ...data, ...campaign.data } }
    })
    const byAndBy = typeof to === 'string' ? waiting : [notice, ...waiting]
    for (const each of byAndBy) {
      fanOuts.add({ id: each.sourceEventId, notice: each, crowd: crowdOf(to), position: undefined }, now)
    }
    if (byAndBy.length > 0) wakeWorkers()
    if (typeof to === 'string') await tell(ports)(notice, [to])
  }
