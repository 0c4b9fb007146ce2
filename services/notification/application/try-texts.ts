import type { CampaignInit } from '../domain/campaign.ts'
import type { Data } from '../domain/delivery-state.ts'
import { shippedLocales } from '../domain/locale.ts'
import type { Ports } from './ports.ts'

/**
 * Makes all that a campaign would say, in each language, for nobody. `example` is what an event gives beside the
 * campaign's own data. Throws VALUE_MISSING, TEMPLATE_INVALID, TEMPLATE_STORE_AWAY.
 */
export const tryTexts = async (
  { templates, renderer, links }: Ports,
  { template, channels, data }: Pick<CampaignInit, 'template' | 'channels' | 'data'>,
  example: Data,
): Promise<void> => {
  const made = await templates.findByName(template)
  const languages = new Set<string>([...shippedLocales, ...(made?.locales ?? [])])
  const values = { data: { ...example, ...data }, extra: { name: 'Ann' }, names: new Map(), timeZone: 'UTC' }
  // A mail says all that the other channels say, and more.
  const isMailed = channels.includes('email')
  const trials = [...languages].map(async (language) => {
    const request = { template, language, ...values }
    if (isMailed) await renderer.mail({ ...request, unsubscribeUrl: links.unsubscribe('trial') })
    else await renderer.brief(request)
  })
  const failed = (await Promise.allSettled(trials)).find((trial) => trial.status === 'rejected')
  if (failed) throw failed.reason
}
