import { invalid, notFound } from '#shared/domain/errors.ts'

/** How many of a ticket type one reservation may hold where nobody says. */
const usualOrderLimit = 10

/** What an organiser says of a ticket type, its count aside. */
export interface Terms {
  name: string
  description: string
  /** Of one ticket, in minor units of the event's currency. */
  price: number
  /** On sale since it is there when undefined. */
  saleStartsAt: Date | undefined
  /** On sale until the event starts when undefined. */
  saleEndsAt: Date | undefined
  /** 0 for the usual one. */
  perOrderLimit: number
}

/** What of it changes; what is undefined stays. */
export type TermsChange = { readonly [Name in keyof Terms]?: Terms[Name] | undefined }

export const ticketTypeNotFound = (id: string) =>
  notFound('TICKET_TYPE_NOT_FOUND', 'the event has no such ticket type', { metadata: { ticket_type_id: id } })

/** A kind of ticket. How many there are, and where, is counted elsewhere: it changes all the time. */
export class TicketType {
  readonly id!: string
  readonly eventId!: string
  name!: string
  /** What names of one event differ by. */
  nameKey!: string
  description!: string
  price!: number
  saleStartsAt: Date | undefined
  saleEndsAt: Date | undefined
  perOrderLimit!: number
  revision!: number

  /** Throws SALE_WINDOW_EMPTY. */
  static of(id: string, eventId: string, terms: Terms, eventStartsAt: Date): TicketType {
    const type = Object.assign(new TicketType(), { id, eventId, perOrderLimit: usualOrderLimit })
    type.change(terms, eventStartsAt)
    return type
  }

  /** What is undefined stays. Throws SALE_WINDOW_EMPTY. */
  change(terms: TermsChange, eventStartsAt: Date): void {
    this.name = (terms.name ?? this.name).trim()
    this.nameKey = this.name.normalize('NFKC').toLowerCase()
    this.description = terms.description ?? this.description
    this.price = terms.price ?? this.price
    this.saleStartsAt = terms.saleStartsAt ?? this.saleStartsAt
    this.saleEndsAt = terms.saleEndsAt ?? this.saleEndsAt
    this.perOrderLimit = terms.perOrderLimit || this.perOrderLimit
    if (this.saleStartsAt && this.saleStartsAt >= (this.saleEndsAt ?? eventStartsAt)) {
      throw invalid('sale_ends_at', 'SALE_WINDOW_EMPTY', 'must be after the sale starts')
    }
  }
}
