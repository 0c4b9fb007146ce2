import type { PublishingView } from './views.ts'

const checked = 5

/** How far a publication is, 0–100, by how much of what is being made is done, 0–100. */
export const percentOf = ({ status, withFilm }: Pick<PublishingView, 'status' | 'withFilm'>, done: number): number => {
  const told = withFilm ? 45 : 95
  switch (status) {
    case 'narrating':
      return checked + (done * (told - checked)) / 100
    case 'filming':
      return told + (done * (95 - told)) / 100
    case 'published':
      return 100
    default:
      return 0
  }
}
