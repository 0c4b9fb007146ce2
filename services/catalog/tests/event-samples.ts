import { Event, type EventInit } from '../domain/event.ts'
import type { EventDetails } from '../domain/event-details.ts'
import type { TicketTypeInput } from '../domain/ticket-type.ts'
import type { Venue } from '../domain/venue.ts'

export const testNow = new Date('2026-11-20T10:00:00Z')
export const hourMs = 60 * 60 * 1000
export const dayMs = 24 * hourMs
export const inDays = (days: number): Date => new Date(testNow.getTime() + days * dayMs)

export const hall = (capacity: number): Venue => ({
  name: 'Old Mill',
  isOnline: false,
  address: { street: '1 Mill Lane', city: 'Vienna', region: '', postalCode: '1010', country: 'AT' },
  coordinates: { latitude: 48.2082, longitude: 16.3738 },
  capacity,
})

export const stream = (capacity = 0): Venue => ({ name: 'Our channel', isOnline: true, capacity })

/** What an event is made of; parts can be replaced. */
export const detailsOf = (parts: Partial<EventDetails> = {}): EventDetails => ({
  title: 'The Fox and the Grapes',
  description: 'A reading with music.',
  category: 'theatre',
  tags: ['fable'],
  startsAt: inDays(10),
  endsAt: new Date(inDays(10).getTime() + 2 * hourMs),
  timeZone: 'Europe/Vienna',
  minimumAge: 0,
  venue: hall(100),
  organizer: { name: 'Ann', email: 'ann@example.com', phone: '', website: '', credentials: '' },
  storyId: undefined,
  ...parts,
})

export const ticketInput = (parts: Partial<TicketTypeInput> = {}): TicketTypeInput => ({
  name: 'Standard',
  description: '',
  priceMinorUnits: 2500,
  currency: 'EUR',
  quantity: 60,
  perOrderLimit: 0,
  ...parts,
})

export const draftOf = (parts: Partial<EventInit> = {}): Event =>
  Event.begin({ ...detailsOf(), id: 'event', organizerId: 'ann', ticketTypes: [], ...parts }, testNow)

/** A published event with one ticket type. */
export const publishedOf = (parts: Partial<EventInit> = {}): Event => {
  const event = draftOf({ ticketTypes: [['t1', ticketInput()]], ...parts })
  event.publish(testNow)
  return event
}
