import { invalid } from '#shared/domain/errors.ts'
import { saying, tidy } from './event-text.ts'

/** A postal address; empty where nothing is said. */
export interface Address {
  street: string
  city: string
  region: string
  postalCode: string
  /** ISO 3166-1 alpha-2. */
  country: string
}

/** WGS 84, in degrees. */
export interface Coordinates {
  latitude: number
  longitude: number
}

/** Where an event takes place. */
export interface Venue {
  name: string
  isOnline: boolean
  address?: Address | undefined
  coordinates?: Coordinates | undefined
  /** How many people it holds; 0 for an online venue that sets no bound. */
  capacity: number
}

const addressOf = (address: Address): Address => ({
  street: tidy('venue.address.street', address.street),
  city: tidy('venue.address.city', address.city),
  region: tidy('venue.address.region', address.region),
  postalCode: tidy('venue.address.postal_code', address.postalCode),
  country: address.country,
})

const coordinatesOf = ({ latitude, longitude }: Coordinates): Coordinates => ({ latitude, longitude })

/** A venue as it is kept: an online one is nowhere. Throws VENUE_INCOMPLETE, INVALID_NAME, INVALID_TEXT. */
export const venueOf = ({ name: said, isOnline, address, coordinates, capacity }: Venue): Venue => {
  const name = saying('name', said)
  if (isOnline) return { name, isOnline, capacity }
  const known = address && addressOf(address)
  if (!known?.country || !known.city || capacity === 0) {
    throw invalid('venue', 'VENUE_INCOMPLETE', 'must be online, or have a country, a city and a capacity')
  }
  return { name, isOnline, address: known, capacity, ...(coordinates && { coordinates: coordinatesOf(coordinates) }) }
}

/** How many tickets there may be at most. */
export const mostTickets = ({ isOnline, capacity }: Venue): number =>
  isOnline && capacity === 0 ? Number.POSITIVE_INFINITY : capacity

const placeOf = ({ capacity: _, ...place }: Venue): string => JSON.stringify(place)

/** Whether people go to the same place. */
export const isSamePlace = (one: Venue, other: Venue): boolean => placeOf(one) === placeOf(other)
