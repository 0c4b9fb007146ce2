import { invalid } from '#shared/domain/errors.ts'

/** Where a person gets letters. */
export class PostalAddress {
  lines!: string[]
  city!: string
  region!: string
  postalCode!: string
  country!: string

  /** Throws INVALID_ADDRESS unless it has one to five lines, a city and an ISO 3166-1 alpha-2 country. */
  static of(parts: {
    lines: string[]
    city: string
    region: string
    postalCode: string
    country: string
  }): PostalAddress {
    const lines = parts.lines.map((line) => line.trim()).filter((line) => line !== '')
    const refuse = (field: string, description: string) => invalid(`address.${field}`, 'INVALID_ADDRESS', description)
    if (lines.length < 1 || lines.length > 5) throw refuse('lines', 'must have one to five lines')
    if (lines.some((line) => line.length > 200)) throw refuse('lines', 'must not be longer than 200 characters each')
    const short = { city: parts.city.trim(), region: parts.region.trim(), postalCode: parts.postalCode.trim() }
    if (short.city === '' || short.city.length > 100) throw refuse('city', 'must have 1–100 characters')
    if (short.region.length > 100) throw refuse('region', 'must not be longer than 100 characters')
    if (short.postalCode.length > 20) throw refuse('postal_code', 'must not be longer than 20 characters')
    if (!/^[A-Z]{2}$/.test(parts.country)) throw refuse('country', 'must be two capital letters like AT')
    return Object.assign(new PostalAddress(), { lines, ...short, country: parts.country })
  }
}
