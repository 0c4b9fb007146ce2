import type { Crowd, Ports } from './ports.ts'
import { tell } from './tell.ts'

/** How many people one step reaches: what it holds in memory, and what one statement writes. */
const stepSize = 250

const pageOf = ({ people, followers }: Ports, crowd: Crowd, after: string | undefined): Promise<string[]> => {
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
    const userIds = await pageOf(ports, fanOut.crowd, fanOut.position)
    const made = userIds.length > 0 ? await tell(ports)(fanOut.notice, userIds) : 0
    const isLast = userIds.length < stepSize
    const position = userIds.at(-1) ?? fanOut.position
    fanOuts.advance(fanOut, { position, recipients: userIds.length, deliveries: made, isLast })
    if (isLast && campaignId) await complete(ports, campaignId)
    return !isLast
  }
