import type { TemplateStore } from '../../domain/ports.ts'
import { getTemplate } from './http-get.ts'
import { partsOf } from './template-path.ts'

export interface HttpStoreSettings {
  /** Templates lie below it. */
  baseUrl: string
  timeoutMs: number
}

/** A URL with a path below another's. */
export const urlBelow = (baseUrl: string, parts: readonly string[]): URL => {
  const url = new URL(baseUrl)
  url.pathname = [url.pathname.replace(/\/+$/, ''), ...parts.map(encodeURIComponent)].join('/')
  return url
}

/** Templates on a web server or a CDN, asked for with the ETag of what is held. Redirects to other hosts are refused. */
export const createHttpStore = ({ baseUrl, timeoutMs }: HttpStoreSettings): TemplateStore => ({
  kind: 'http',
  fetch: async (path, etag, signal) => {
    const parts = partsOf(path)
    if (!parts) return undefined
    return getTemplate(path, { url: urlBelow(baseUrl, parts), headers: {}, timeoutMs }, etag, signal)
  },
})
