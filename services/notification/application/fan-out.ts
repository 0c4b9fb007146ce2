import type { Data } from '../domain/delivery-state.ts'
import type { Crowd, Ports } from './ports.ts'
import { tell } from './tell.ts'

/** How many people one step reaches: what it holds in memory, and what one statement writes. */
const stepSize = 250

type Alike = Exclude<Crowd, { kind: 'holders' }>

const idsOf = ({ people, followers }: Ports, crowd: Alike, after: string | undefined): Promise<string[]> => {
  switch (crowd.kind) {
    case 'everyone':
      return people.page(after, stepSize)
    case 'followers':
      return followers.page(crowd.of, after, stepSize)
    case 'users': {
      const ids = [...new Set(crowd.ids)].sort()
      return Promise.resolve(ids.filter((id) => after === undefined || id > after).slice(0, stepSize))
    }
  }
}

/** The next people of a crowd; `own`: what each is told beside what all are. */
const pageOf = async (
  ports: Ports,
  crowd: Crowd,
  after: string | undefined,
): Promise<{ userIds: string[]; own?: ReadonlyMap<string, Data> }> => {
  if (crowd.kind !== 'holders') return { userIds: await idsOf(ports, crowd, after) }
  const page = await ports.holders.page(crowd, after, stepSize)
  const own = page.map(({ userId, reservationId }) => [userId, { path: `/reservations/${reservationId}` }] as const)
  return { userIds: page.map(({ userId }) => userId), own: new Map(own) }
}

/** A campaign has reached everybody; one that waits for events goes on waiting. */
const complete = async ({ campaigns, clock }: Ports, campaignId: string): Promise<void> => {
  const campaign = await campaigns.find(campaignId)
  if (campaign && campaign.awaits === undefined) campaign.complete(clock.now())
}

/**
 * Reaches the next few people: their deliveries and the place are one statement, so a crash repeats nothing and leaves
 * nobody out. Returns whether there may be more.
 */
export const fanOutStep =
  (ports: Ports) =>
  async (id: string): Promise<boolean> => {
    const { campaigns, fanOuts } = ports
    const fanOut = await fanOuts.find(id)
    if (!fanOut) return false
    const { campaignId } = fanOut.notice
    // An event that came while it was cancelled may have begun it afterwards.
    if (campaignId && (await campaigns.find(campaignId))?.status === 'CANCELLED') {
      fanOuts.cancelCampaign(campaignId)
      return false
    }
    const { userIds, own } = await pageOf(ports, fanOut.crowd, fanOut.position)
    const made = userIds.length > 0 ? await tell(ports)(fanOut.notice, userIds, own) : 0
    const isLast = userIds.length < stepSize
    const position = userIds.at(-1) ?? fanOut.position
    fanOuts.advance(fanOut, { position, recipients: userIds.length, deliveries: made, isLast })
    if (isLast && campaignId) await complete(ports, campaignId)
    return !isLast
  }
