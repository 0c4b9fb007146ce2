import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import { invalid } from '#shared/domain/errors.ts'
import { Campaign, type CampaignInit } from '../domain/campaign.ts'
import type { Data } from '../domain/delivery-state.ts'
import { mustExist } from './manage-templates.ts'
import type { Ports } from './ports.ts'
import { tryTexts } from './try-texts.ts'

/** A campaign and how far it has got. */
export interface CampaignView {
  campaign: Campaign
  recipients: number
  deliveries: number
}

const viewOf = async ({ fanOuts }: Ports, campaign: Campaign): Promise<CampaignView> => ({
  campaign,
  ...((await fanOuts.progress([campaign.id])).get(campaign.id) ?? { recipients: 0, deliveries: 0 }),
})

/** Throws TEMPLATE_NOT_FOUND, UNKNOWN_EVENT_TYPE for one that nobody is told of, and what `tryTexts` does. */
export const createCampaign =
  (ports: Ports, eventExamples: ReadonlyMap<string, Data>) =>
  async (init: Omit<CampaignInit, 'id'>): Promise<CampaignView> => {
    await mustExist(ports, init.template)
    const { audience } = init
    const example = audience.kind === 'event' ? eventExamples.get(audience.type) : {}
    if (!example) {
      const known = [...eventExamples.keys()].toSorted().join(', ')
      throw invalid('audience.event_type', 'UNKNOWN_EVENT_TYPE', `must be one of ${known}`)
    }
    await tryTexts(ports, init, example)
    const campaign = Campaign.draft({ ...init, id: ports.ids.next() }, ports.clock.now())
    ports.campaigns.add(campaign)
    return { campaign, recipients: 0, deliveries: 0 }
  }

export const listCampaigns = (ports: Ports) => async (request: { pageSize: number; pageToken: string }) => {
  const size = pageSize(request.pageSize, 20, 100)
  const rows = await ports.campaigns.list(decodeTimePosition(request.pageToken), size + 1)
  const { items, nextPageToken } = pageOf(rows, size, ({ createdAt, id }) => [createdAt.getTime(), id])
  const progress = await ports.fanOuts.progress(items.map(({ id }) => id))
  const views = items.map((campaign) => ({
    campaign,
    ...(progress.get(campaign.id) ?? { recipients: 0, deliveries: 0 }),
  }))
  return { items: views, nextPageToken }
}

/** Throws CAMPAIGN_NOT_FOUND, CAMPAIGN_NOT_DRAFT. */
export const sendCampaign =
  (ports: Ports) =>
  async (id: string): Promise<CampaignView> => {
    const { campaigns, fanOuts, clock, wakeWorkers } = ports
    const campaign = await campaigns.get(id)
    campaign.send(clock.now())
    const { audience, template, channels, data } = campaign
    if (audience.kind !== 'event') {
      const notice = { sourceEventId: id, kind: 'announcement', template, channels, campaignId: id, data }
      fanOuts.add({ id, notice: { ...notice, aboutId: undefined }, crowd: audience, position: undefined }, clock.now())
      wakeWorkers()
    }
    return viewOf(ports, campaign)
  }

/** Throws CAMPAIGN_NOT_FOUND, CAMPAIGN_ENDED. */
export const cancelCampaign =
  (ports: Ports) =>
  async (id: string): Promise<CampaignView> => {
    const campaign = await ports.campaigns.get(id)
    campaign.cancel(ports.clock.now())
    ports.fanOuts.cancelCampaign(id)
    return viewOf(ports, campaign)
  }
