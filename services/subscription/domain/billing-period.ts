/** From `start` on, up to `end` and without it. */
export interface Period {
  start: Date
  end: Date
}

const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate()

/** So many months after the anchor, in UTC: on the same day, or the last one of a month that is shorter. */
const monthsAfter = (anchor: Date, months: number): Date => {
  const [year, month] = [anchor.getUTCFullYear(), anchor.getUTCMonth() + months]
  const time = new Date(anchor)
  time.setUTCFullYear(year, month, Math.min(anchor.getUTCDate(), lastDayOf(year, month)))
  return time
}

/** The billing period, counted in months from the anchor, that a time is in. The time is not before the anchor. */
export const periodAt = (anchor: Date, time: Date): Period => {
  const years = time.getUTCFullYear() - anchor.getUTCFullYear()
  const calendarMonths = years * 12 + time.getUTCMonth() - anchor.getUTCMonth()
  const months = monthsAfter(anchor, calendarMonths) > time ? calendarMonths - 1 : calendarMonths
  return { start: monthsAfter(anchor, months), end: monthsAfter(anchor, months + 1) }
}
