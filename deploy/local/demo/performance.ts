import { dateOf, timestamp } from '#shared/domain/timestamp.ts'
import { table } from '../table.ts'
import type { Screen } from './screen.ts'
import type { Author } from './session.ts'
import { priceText } from './tier.ts'
import { untilHeard } from './until-heard.ts'
import type { Work } from './works.ts'

const day = 24 * 60 * 60_000
const hour = 60 * 60_000
const ticketTypes = [
  { name: 'Stalls', priceMinorUnits: 2500n, currency: 'EUR', quantity: 80, perOrderLimit: 6 },
  { name: 'Gallery', priceMinorUnits: 1200n, currency: 'EUR', quantity: 40, perOrderLimit: 6 },
]

/** Announces a performance of a story, with tickets of two types, and finds it; answers its id. */
export const announce = async (screen: Screen, author: Author, { storyId, title }: Work): Promise<string> => {
  const { catalog } = author
  const { story } = await author.stories.getStory({ storyId })
  const now = dateOf(story?.publishedAt)?.getTime() ?? 0
  const evening = new Date(Math.ceil((now + 28 * day) / day) * day + 18 * hour)
  const { event: draft } = await catalog.createEvent({
    title: `${title}, read on stage`,
    description: 'Read by its author, with friends as its voices.',
    category: 'reading',
    tags: ['live'],
    startsAt: timestamp(evening),
    endsAt: timestamp(new Date(evening.getTime() + 2 * hour)),
    timeZone: 'Europe/Vienna',
    venue: {
      name: 'Theatre by the River',
      address: { city: 'Vienna', country: 'AT' },
      coordinates: { latitude: 48.21, longitude: 16.37 },
      capacity: 120,
    },
    organizer: { name: author.displayName },
    storyId,
    ticketTypes,
  })
  if (!draft) throw new Error('CreateEvent answered without an event')
  const { event } = await catalog.publishEvent({ eventId: draft.id })
  screen.say(`  ${event?.title}: ${event?.localStartsAt} in ${event?.venue?.name}, ${event?.venue?.address?.city}`)

  const look = async () => (await author.inventory.getAvailability({ eventId: draft.id })).inventory
  const tickets = await untilHeard('the tickets were not on sale', look, 'EVENT_NOT_FOUND')
  const rows = tickets.ticketTypes.map(({ name, price, counts }) => [
    name,
    priceText(price),
    counts?.available ?? 0,
    counts?.total ?? 0,
  ])
  for (const line of table(['ticket', 'price', 'left', 'of'], rows, screen.width - 2)) screen.say(`  ${line}`)

  const near = { center: { latitude: 48.2, longitude: 16.4 }, radiusKm: 10 }
  const found = await untilHeard('SearchEvents did not find it', async () => {
    const { events } = await catalog.searchEvents({ text: 'stage', near, storyId, onlyAvailable: true })
    return events.find(({ id }) => id === draft.id)
  })
  screen.say(`  found by SearchEvents, ${found.distanceKm?.toFixed(1)} km from where it looked`)
  return draft.id
}
