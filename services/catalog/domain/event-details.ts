import { category, eventTitle, tagList, tidy } from './event-text.ts'
import { type Schedule, schedule } from './schedule.ts'
import { type Venue, venueOf } from './venue.ts'

/** Who is asked about an event. */
export interface Organizer {
  name: string
  email: string
  phone: string
  website: string
  credentials: string
}

/** What its organiser says of an event. */
export interface EventDetails extends Schedule {
  title: string
  description: string
  category: string
  tags: string[]
  /** Years; 0 for everybody. */
  minimumAge: number
  venue: Venue
  /** Undefined where nothing is said. */
  organizer: Organizer | undefined
  /** Undefined for none. */
  storyId: string | undefined
}

export type DetailsChange = { [Key in keyof EventDetails]?: EventDetails[Key] | undefined }

const organizerOf = (said: Organizer): Organizer | undefined => {
  const organizer = {
    name: tidy('organizer.name', said.name),
    email: tidy('organizer.email', said.email),
    phone: tidy('organizer.phone', said.phone),
    website: tidy('organizer.website', said.website),
    credentials: tidy('organizer.credentials', said.credentials),
  }
  return Object.values(organizer).some((text) => text !== '') ? organizer : undefined
}

/** Details as they are kept. Throws what is wrong with one of them. */
export const eventDetails = (said: EventDetails): EventDetails => ({
  title: eventTitle(said.title),
  description: tidy('description', said.description),
  category: category(said.category),
  tags: tagList(said.tags),
  ...schedule(said),
  minimumAge: said.minimumAge,
  venue: venueOf(said.venue),
  organizer: said.organizer && organizerOf(said.organizer),
  storyId: said.storyId || undefined,
})

/** An event's details with what is given changed. */
export const changedDetails = (before: EventDetails, change: DetailsChange): EventDetails =>
  eventDetails({
    title: change.title ?? before.title,
    description: change.description ?? before.description,
    category: change.category ?? before.category,
    tags: change.tags ?? before.tags,
    startsAt: change.startsAt ?? before.startsAt,
    endsAt: change.endsAt ?? before.endsAt,
    timeZone: change.timeZone ?? before.timeZone,
    minimumAge: change.minimumAge ?? before.minimumAge,
    venue: change.venue ?? before.venue,
    organizer: change.organizer ?? before.organizer,
    storyId: change.storyId ?? before.storyId,
  })

export const isSameDetails = (one: EventDetails, other: EventDetails): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
