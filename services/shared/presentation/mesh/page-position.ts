import { invalid } from '../../domain/errors.ts'
import { isUuid } from '../../infrastructure/uuid.ts'

/** Where a page of dead letters ends. All contexts share the order, so one position is enough for them together. */
export interface PagePosition {
  createdAt: Date
  id: string
}

export const pageToken = ({ createdAt, id }: PagePosition): string =>
  Buffer.from(`${createdAt.getTime()}:${id}`).toString('base64url')

/** The position a token names; undefined for the first page. Throws INVALID_PAGE_TOKEN for what is no token of ours. */
export const positionOf = (token: string): PagePosition | undefined => {
  if (token === '') return undefined
  const [time = '', id = ''] = Buffer.from(token, 'base64url').toString().split(':')
  const createdAt = new Date(Number(time))
  if (time === '' || Number.isNaN(createdAt.getTime()) || !isUuid(id)) {
    throw invalid('page_token', 'INVALID_PAGE_TOKEN', 'must come from an earlier page')
  }
  return { createdAt, id }
}
