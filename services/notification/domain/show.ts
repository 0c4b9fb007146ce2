const dayMs = 24 * 60 * 60_000

/** A show, as far as reminders of it go. */
export interface Show {
  id: string
  title: string
  startsAt: Date
  /** IANA name. */
  timeZone: string
  /** The event's, since it begins at that time. */
  startVersion: number
  /** Whoever holds tickets by then is reminded. */
  remindAt: Date
}

/** A show that begins at a time that was said. */
export type Start = Pick<Show, 'startsAt' | 'startVersion' | 'remindAt'>

/** What is said of a show, as a version of it. */
export type Said = Omit<Show, keyof Start> & { startsAt: Date; version: number }

/**
 * A show once something was said of it, at a time. Where it begins at another time than before, holders are reminded of
 * that one: a day before it, or at once where that is past.
 */
export const showOf = (known: Start | undefined, { version, ...said }: Said, at: Date): Show => {
  if (known?.startsAt.getTime() === said.startsAt.getTime()) {
    const { startVersion, remindAt } = known as Start
    return { ...said, startVersion, remindAt }
  }
  const dayBefore = new Date(said.startsAt.getTime() - dayMs)
  return { ...said, startVersion: version, remindAt: dayBefore > at ? dayBefore : at }
}
