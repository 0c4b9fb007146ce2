import type { Show, Start } from '../domain/show.ts'

/** The shows that people have tickets for, as catalog last told of them. */
export interface Shows {
  find(id: string): Promise<Start | undefined>
  /** One that begins at another time than before is to be reminded of anew. */
  keep(show: Show): void
  cancel(id: string): void
  /** One that is to be reminded of now: undefined once it was, and for one that has begun or does not take place. */
  due(id: string, now: Date): Promise<Show | undefined>
  /** Has the unit run again unless it still was to be reminded of. */
  noteReminded(show: Show): void
}

/** A confirmed reservation. */
export interface Holding {
  reservationId: string
  showId: string
  userId: string
  since: Date
  /** When the show was to begin, as far as that was known. */
  expectedAt: Date
}

/** A show as it begins since a version of it. */
export interface ShowStart {
  showId: string
  startVersion: number
}

/** Who has tickets for what, as booking last told. */
export interface Holders {
  add(holding: Holding): void
  remove(reservationId: string): void
  /**
   * Who is to be reminded of a show, in the order of ids, after a place, each with the first of their reservations: nobody
   * where it does not take place, or begins at another time now. Throws SHOWS_INCOMPLETE while they are being read again.
   */
  page(start: ShowStart, after: string | undefined, limit: number): Promise<{ userId: string; reservationId: string }[]>
  /** Whether somebody has tickets for a show that is still to begin, and then. Throws SHOWS_INCOMPLETE as `page` does. */
  expects(userId: string, start: ShowStart, now: Date): Promise<boolean>
}
