/**
 * How long an answer asks to wait, in milliseconds, by `retry-after-ms` or `Retry-After` (RFC 9110, section 10.2.3);
 * undefined where it does not say. Never negative.
 */
export const retryAfterMs = (headers: Headers | undefined): number | undefined => {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '')
  if (Number.isFinite(exact)) return Math.max(0, exact)
  const given = headers?.get('retry-after')
  if (given === null || given === undefined) return undefined
  const seconds = Number(given)
  // A date counts from the provider's own clock, which need not agree with ours.
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given) - Date.parse(headers?.get('date') ?? '')
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined
}
