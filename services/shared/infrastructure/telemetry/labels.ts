const other = 'other'

const codes = new Set([
  'ok',
  'canceled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
])

/** A status code as Connect spells it, or `other`. */
export const codeLabel = (code: string): string => (codes.has(code) ? code : other)

/** The services and methods that may become label values; a caller can send any path, and each would cost a series. */
export const methodLabels = () => {
  const services = new Map<string, Set<string>>()
  const methods = new Set<string>()
  return {
    declare(service: string, names: Iterable<string>): void {
      const known = services.get(service) ?? new Set()
      for (const name of names) {
        known.add(name)
        methods.add(name)
      }
      services.set(service, known)
    },
    of(service: string, method: string): { service: string; method: string } {
      const known = services.get(service)
      if (!known) return { service: other, method: other }
      return { service, method: known.has(method) ? method : other }
    },
    service: (service: string): string => (services.has(service) ? service : other),
    method: (method: string): string => (methods.has(method) ? method : other),
  }
}
