import type { ServiceImpl } from '@connectrpc/connect'
import { Channel } from '#gen/troupe/notification/v1/notification_pb.ts'
import type { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { NotificationApp } from '../application/notification-app.ts'
import { wireChannels } from '../domain/delivery.ts'
import { audienceOf, channelOf, dataOf, messageTypeOf, statusOf, storageOf } from './from-proto.ts'
import { toCampaign, toDelivery, toTemplate } from './to-proto.ts'

const counts = ['pending', 'sent', 'delivered', 'failed', 'bounced', 'opened', 'clicked'] as const

/** The rpcs of who runs the platform: templates, campaigns, and how deliveries went. */
export const operatorRpcs = (app: NotificationApp) =>
  ({
    upsertTemplate: async ({ name, messageType, storage, path, localisations, locales }) => {
      const texts = localisations.map(({ locale, source }) => ({ locale, source }))
      const elsewhere = locales.map((locale) => ({ locale }))
      const init = {
        name,
        messageType: messageTypeOf(messageType),
        storage: storageOf(storage),
        path,
        localisations: [...texts, ...elsewhere],
      }
      return { template: toTemplate(await app.upsertTemplate(init)) }
    },
    getTemplate: async ({ name, locale }) => {
      const { template, text, isShipped } = await app.getTemplate(name, locale)
      const { source, etag = '', isStale } = text
      return { template: toTemplate(template), text: { locale: text.locale, source }, etag, isShipped, isStale }
    },
    deleteTemplate: async ({ name }) => {
      const shipped = await app.deleteTemplate(name)
      return shipped ? { template: toTemplate(shipped) } : {}
    },
    listTemplates: async (request) => {
      const { items, nextPageToken } = await app.listTemplates(request)
      return { templates: items.map(toTemplate), nextPageToken }
    },
    previewTemplate: async ({ name, locale, timeZone, data }) => {
      const { language: _, ...rendered } = await app.previewTemplate({ name, locale, timeZone, data: dataOf(data) })
      return rendered
    },
    createCampaign: async ({ name, template, channels, audience, data }) => {
      const init = {
        name,
        template,
        channels: channels.map(channelOf),
        audience: audienceOf(audience),
        data: dataOf(data),
      }
      return { campaign: toCampaign(await app.createCampaign(init)) }
    },
    listCampaigns: async (request) => {
      const { items, nextPageToken } = await app.listCampaigns(request)
      return { campaigns: items.map(toCampaign), nextPageToken }
    },
    sendCampaign: async ({ campaignId }) => ({ campaign: toCampaign(await app.sendCampaign(campaignId)) }),
    cancelCampaign: async ({ campaignId }) => ({ campaign: toCampaign(await app.cancelCampaign(campaignId)) }),
    listDeliveries: async ({ status, ...request }) => {
      const { items, nextPageToken } = await app.listDeliveries({ ...request, status: statusOf(status) })
      return { deliveries: items.map(toDelivery), nextPageToken }
    },
    getDeliveryStats: async ({ since, until, campaignId }) => {
      const stats = await app.getDeliveryStats({ since: dateOf(since), until: dateOf(until), campaignId })
      return {
        channels: stats.map((row) => ({
          channel: wireChannels[row.channel],
          ...Object.fromEntries(counts.map((name) => [name, BigInt(row[name])])),
        })),
      }
    },
    liftSuppression: async ({ userId, channel }) => ({
      reason: await app.liftSuppression(userId, channel === Channel.SMS ? 'sms' : 'email'),
    }),
  }) satisfies Partial<ServiceImpl<typeof NotificationService>>
