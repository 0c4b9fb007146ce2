import { createClient } from '@connectrpc/connect'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { timestamp } from '../../../services/shared/domain/timestamp.ts'
import type { Fields } from '../call.ts'
import { ofService, type Recipe, type Recipes, type Scene } from './recipe.ts'

const organizerOf = ({ stage, person }: Scene) => createClient(CatalogService, stage.transport(person.token))

const inDays = ({ stage }: Scene, days: number) => timestamp(new Date(stage.clock.now().getTime() + days * 86_400_000))

const standard = { name: 'Standard', priceMinorUnits: 2500n, currency: 'EUR', quantity: 10 }

const detailsOf = (scene: Scene) => ({
  startsAt: inDays(scene, 5),
  endsAt: inDays(scene, 6),
  venue: { name: 'Our channel', isOnline: true },
  ticketTypes: [standard],
})

/** A draft that nobody but its organiser may see. */
const newDraft = async (scene: Scene) => {
  const secret = `secret-${crypto.randomUUID()}`
  scene.person.secrets.push(secret)
  const details = { title: `Draft ${secret}`, category: 'theatre', timeZone: 'Europe/Vienna', ...detailsOf(scene) }
  const { event } = await organizerOf(scene).createEvent(details)
  return { eventId: event?.id ?? '', ticketTypeId: event?.ticketTypes[0]?.id ?? '', secret }
}

const ofDraft = async (scene: Scene): Promise<{ eventId: string }> => ({ eventId: (await newDraft(scene)).eventId })

/** One that goes on at present, so that it may be completed. */
const ofRunning = async (scene: Scene): Promise<Fields> => {
  const { eventId } = await ofDraft(scene)
  await organizerOf(scene).publishEvent({ eventId })
  await scene.stage.databases.sql(
    'catalog',
    `update events set starts_at = starts_at - interval '5.5 days', ends_at = ends_at - interval '5 days' where id = $1`,
    eventId,
  )
  await scene.stage.databases.sql(
    'catalog',
    `update event_search s set starts_at = e.starts_at, ends_at = e.ends_at from events e where e.id = s.event_id and e.id = $1`,
    eventId,
  )
  return { eventId }
}

const draft: Recipe = { fields: ofDraft }

/** How to use events rightly. */
export const catalogRecipes: Recipes = ofService('troupe.catalog.v1.CatalogService', {
  CreateEvent: { fields: detailsOf, ids: { story_id: 'open' } },
  UpdateEvent: {
    fields: async (scene) => {
      const { ticketTypes: _, ...details } = detailsOf(scene)
      return { ...(await ofDraft(scene)), ...details, expectedVersion: 1 }
    },
    ids: { story_id: 'open' },
  },
  PublishEvent: draft,
  CancelEvent: draft,
  CompleteEvent: { fields: ofRunning },
  GetEvent: { ...draft, isPrivate: true },
  SearchEvents: {
    fields: async (scene) => ({
      text: (await newDraft(scene)).secret,
      near: undefined,
      price: undefined,
      order: 0,
      storyId: '',
    }),
    ids: { story_id: 'open' },
  },
  ListMyEvents: {
    fields: async (scene) => {
      await newDraft(scene)
      return {}
    },
  },
  AddTicketType: {
    fields: async (scene) => ({ ...(await ofDraft(scene)), ticketType: { ...standard, name: 'Other' } }),
  },
  UpdateTicketType: {
    fields: async (scene) => {
      const { eventId, ticketTypeId } = await newDraft(scene)
      return { eventId, ticketTypeId, saleStartsAt: inDays(scene, 1), saleEndsAt: inDays(scene, 2) }
    },
  },
  RemoveTicketType: {
    fields: async (scene) => {
      const { eventId, ticketTypeId } = await newDraft(scene)
      return { eventId, ticketTypeId }
    },
  },
  CompletePastEvent: draft,
})
