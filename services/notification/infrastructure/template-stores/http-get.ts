import { DomainError } from '#shared/domain/errors.ts'
import type { StoredTemplate } from '../../domain/ports.ts'
import { readText, storeAway } from './template-text.ts'

const mostRedirects = 3
const mostEtagLength = 200

/** Where a template is read, and how long the answer may take in all, in milliseconds. */
export interface HttpSource {
  url: URL
  headers: Readonly<Record<string, string>>
  timeoutMs: number
}

/** Follows redirects on the same origin. Throws TEMPLATE_STORE_UNAVAILABLE where one leads elsewhere, or on and on. */
const follow = async ({ url, headers }: HttpSource, signal: AbortSignal): Promise<Response> => {
  let at = url
  for (let step = 0; step <= mostRedirects; step += 1) {
    const response = await fetch(at.href, { headers, redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || response.status === 304 || !location) return response
    await response.body?.cancel()
    const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined
    if (next?.origin !== url.origin) throw storeAway('it redirects to another host')
    at = next
  }
  throw storeAway('it redirects on and on')
}

const whyOf = (error: unknown): string => {
  const { name, cause } = error as { name: string; cause?: { code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : name
}

/** What a store's answer holds; its ETag is kept as it is. */
export const templateOf = async (path: string, response: Response): Promise<StoredTemplate> => {
  const etag = response.headers.get('etag') ?? ''
  const source = await readText(path, response.body ?? new ReadableStream({ start: (body) => body.close() }))
  return { source, etag: etag !== '' && etag.length <= mostEtagLength ? etag : undefined }
}

/**
 * Runs a request to a store under a time limit. What fails of it by itself is that the store is away; an abort by the
 * caller stays an abort.
 */
export const askStore = async <T>(
  timeoutMs: number,
  signal: AbortSignal,
  ask: (limit: AbortSignal) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted()
  try {
    return await ask(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof DomainError ? error : storeAway(whyOf(error))
  }
}

/** Gets a template, if it is not what the caller has. Throws as the port says, and for what is no template. */
export const getTemplate = (
  path: string,
  source: HttpSource,
  etag: string | undefined,
  signal: AbortSignal,
  isTemplate: (response: Response) => boolean = () => true,
): Promise<StoredTemplate | 'unchanged' | undefined> =>
  askStore(source.timeoutMs, signal, async (limit) => {
    const headers = { ...source.headers, ...(etag !== undefined && { 'if-none-match': etag }) }
    const response = await follow({ ...source, headers }, limit)
    if (response.status === 200 && isTemplate(response)) return templateOf(path, response)
    await response.body?.cancel()
    if (response.status === 304 && etag !== undefined) return 'unchanged'
    if ([200, 404, 410].includes(response.status)) return undefined
    throw storeAway(`it answered ${response.status}`)
  })
