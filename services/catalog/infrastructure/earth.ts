import type { Coordinates } from '../domain/venue.ts'

const meanRadiusKm = 6371.0088

/** Where a place is on the unit sphere. */
const pointOf = ({ latitude, longitude }: Coordinates): number[] => {
  const [lat, lng] = [latitude, longitude].map((degrees) => (degrees * Math.PI) / 180) as [number, number]
  return [Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)]
}

/** The straight line between two places on the unit sphere whose way along the ground is so long. */
export const chordOf = (kilometres: number): number => 2 * Math.sin(Math.min(Math.PI, kilometres / meanRadiusKm) / 2)

export const kilometresOf = (chord: number): number => 2 * meanRadiusKm * Math.asin(Math.min(1, chord / 2))

/** A place as a `cube` of Postgres. */
export const cubeOf = (place: Coordinates): string => `(${pointOf(place).join(',')})`

/** The smallest cube around all that is at most a chord away. */
export const cubeAround = (place: Coordinates, chord: number): string => {
  const point = pointOf(place)
  const [low, high] = [-chord, chord].map((step) => point.map((one) => one + step).join(','))
  return `(${low}),(${high})`
}
