import { alreadyExists, invalid, notFound, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { labelKey, saying, tidy } from './event-text.ts'

const mostTypes = 50
const usualPerOrder = 10

/** A kind of ticket, as an organiser draws it up. */
export interface TicketTypeInput {
  name: string
  description: string
  /** Of one ticket, in minor units of the currency. */
  priceMinorUnits: number
  /** ISO 4217. */
  currency: string
  quantity: number
  /** Milliseconds since 1970; from the publication on when undefined. */
  saleStartsAt?: number | undefined
  /** Milliseconds since 1970; until the event starts when undefined. */
  saleEndsAt?: number | undefined
  /** 0 for the usual one. */
  perOrderLimit: number
}

export interface TicketType extends TicketTypeInput {
  id: string
  /** Unique in the event. */
  nameKey: string
}

export type TicketTypeChange = { [Key in keyof Omit<TicketTypeInput, 'currency'>]?: TicketTypeInput[Key] | undefined }

const ticketType = (id: string, { saleStartsAt, saleEndsAt, ...input }: TicketTypeInput): TicketType => {
  const name = saying('name', input.name)
  if (saleStartsAt !== undefined && saleEndsAt !== undefined && saleEndsAt <= saleStartsAt) {
    throw invalid('sale_ends_at', 'SALE_WINDOW_EMPTY', 'must be after the start of the sale')
  }
  return {
    id,
    name,
    nameKey: labelKey(name),
    description: tidy('description', input.description),
    priceMinorUnits: input.priceMinorUnits,
    currency: input.currency,
    quantity: input.quantity,
    ...(saleStartsAt !== undefined && { saleStartsAt }),
    ...(saleEndsAt !== undefined && { saleEndsAt }),
    perOrderLimit: input.perOrderLimit || usualPerOrder,
  }
}

const mustFit = (others: readonly TicketType[], { nameKey, currency }: TicketType): void => {
  if (others.some((other) => other.nameKey === nameKey)) {
    throw alreadyExists('TICKET_TYPE_EXISTS', 'the event has a ticket type of this name')
  }
  if (others.some((other) => other.currency !== currency)) {
    throw invalid('currency', 'CURRENCY_MISMATCH', 'must be the one of the event’s other ticket types')
  }
}

/** The types with one more. Throws TICKET_TYPE_EXISTS, CURRENCY_MISMATCH, SALE_WINDOW_EMPTY, TOO_MANY_TICKET_TYPES. */
export const withTicketType = (types: readonly TicketType[], id: string, input: TicketTypeInput): TicketType[] => {
  if (types.length >= mostTypes) {
    throw precondition('TOO_MANY_TICKET_TYPES', `an event has at most ${mostTypes} ticket types`)
  }
  const added = ticketType(id, input)
  mustFit(types, added)
  return [...types, added]
}

/** One of an event's types. Throws TICKET_TYPE_NOT_FOUND. */
export const ticketTypeIn = (types: readonly TicketType[], id: string): TicketType => {
  const found = types.find((type) => type.id === id)
  if (!found) throw notFound('TICKET_TYPE_NOT_FOUND', 'the event has no such ticket type')
  return found
}

/** The types with one changed. Throws TICKET_TYPE_NOT_FOUND, and what adding it would. */
export const withChangedTicketType = (
  types: readonly TicketType[],
  id: string,
  change: TicketTypeChange,
): TicketType[] => {
  const before = ticketTypeIn(types, id)
  const changed = ticketType(id, {
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    priceMinorUnits: change.priceMinorUnits ?? before.priceMinorUnits,
    currency: before.currency,
    quantity: change.quantity ?? before.quantity,
    saleStartsAt: change.saleStartsAt ?? before.saleStartsAt,
    saleEndsAt: change.saleEndsAt ?? before.saleEndsAt,
    perOrderLimit: change.perOrderLimit ?? before.perOrderLimit,
  })
  mustFit(
    types.filter((type) => type !== before),
    changed,
  )
  return types.map((type) => (type === before ? changed : type))
}

/** How many tickets there are of all types together. */
export const ticketTotal = (types: readonly TicketType[]): number =>
  types.reduce((sum, { quantity }) => sum + quantity, 0)

const saleTime = (milliseconds: number | undefined) =>
  timestamp(milliseconds === undefined ? undefined : new Date(milliseconds))

/** A ticket type as contracts say it. */
export const ticketTypeMessage = ({ priceMinorUnits, currency, saleStartsAt, saleEndsAt, ...type }: TicketType) => ({
  id: type.id,
  name: type.name,
  description: type.description,
  price: { minorUnits: BigInt(priceMinorUnits), currency },
  quantity: type.quantity,
  saleStartsAt: saleTime(saleStartsAt),
  saleEndsAt: saleTime(saleEndsAt),
  perOrderLimit: type.perOrderLimit,
})
