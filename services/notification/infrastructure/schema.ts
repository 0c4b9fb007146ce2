import { defineEntity, p } from '@mikro-orm/core'
import { Campaign } from '../domain/campaign.ts'
import { Device } from '../domain/device.ts'
import { Preference } from '../domain/preference.ts'
import { Template } from '../domain/template.ts'

const PreferenceSchema = defineEntity({
  class: Preference,
  tableName: 'preferences',
  properties: {
    id: p.uuid().primary(),
    language: p.text(),
    timeZone: p.text(),
    quietHours: p.json<Preference['quietHours']>().nullable(),
    digestTime: p.json<Preference['digestTime']>(),
    modes: p.json<Preference['modes']>(),
    revision: p.integer().version(),
  },
})

const DeviceSchema = defineEntity({
  class: Device,
  tableName: 'devices',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    kind: p.text().$type<Device['kind']>(),
    tokenHash: p.text(),
    token: p.text(),
    p256dh: p.text(),
    auth: p.text(),
    name: p.text(),
    registeredAt: p.datetime(3),
    revision: p.integer().version(),
  },
})

const TemplateSchema = defineEntity({
  class: Template,
  tableName: 'templates',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    messageType: p.text().$type<Template['messageType']>(),
    storage: p.text().$type<Template['storage']>(),
    path: p.text(),
    localisations: p.json<Template['localisations']>(),
    version: p.integer(),
    updatedAt: p.datetime(3),
    revision: p.integer().version(),
  },
})

const CampaignSchema = defineEntity({
  class: Campaign,
  tableName: 'campaigns',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    template: p.text(),
    channels: p.array().$type<Campaign['channels']>(),
    audience: p.json<Campaign['audience']>(),
    data: p.json<Campaign['data']>(),
    status: p.text().$type<Campaign['status']>(),
    awaits: p.text().nullable(),
    createdAt: p.datetime(3),
    sentAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
    revision: p.integer().version(),
  },
})

/** How the aggregates of notification are mapped; deliveries come in thousands and are written by statements of their own. */
export const entities = [PreferenceSchema, DeviceSchema, TemplateSchema, CampaignSchema]
