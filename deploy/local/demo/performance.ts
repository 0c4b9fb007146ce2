import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { dateOf, timestamp } from '#shared/domain/timestamp.ts'
import { SetupError } from '../setup-error.ts'
import { table } from '../table.ts'
import type { Screen } from './screen.ts'
import type { Author } from './session.ts'
import { priceText } from './tier.ts'
import type { Work } from './works.ts'

const day = 24 * 60 * 60_000
const hour = 60 * 60_000
const patienceMs = 30_000
const lookEveryMs = 50

const ticketTypes = [
  { name: 'Stalls', priceMinorUnits: 2500n, currency: 'EUR', quantity: 80, perOrderLimit: 6 },
  { name: 'Gallery', priceMinorUnits: 1200n, currency: 'EUR', quantity: 40, perOrderLimit: 6 },
]

const isUnheardOf = (error: unknown): boolean =>
  ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason === 'EVENT_NOT_FOUND'

/** What other contexts hear by events is there in a moment. */
const untilHeard = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const giveUp = performance.now() + patienceMs
  while (performance.now() < giveUp) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(lookEveryMs)
  }
  throw new SetupError(`${what} within ${patienceMs / 1000} s`)
}

const availability = async ({ inventory }: Author, eventId: string) => {
  try {
    return (await inventory.getAvailability({ eventId })).inventory
  } catch (error) {
    if (isUnheardOf(error)) return undefined
    throw error
  }
}

/** Announces a performance of a story, with tickets of two types, and finds it. */
export const announce = async (screen: Screen, author: Author, { storyId, title }: Work): Promise<void> => {
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

  const tickets = await untilHeard('the tickets were not on sale', () => availability(author, draft.id))
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
}
