import type { TemplateStore } from '../../domain/ports.ts'
import { getTemplate } from './http-get.ts'
import { urlBelow } from './http-store.ts'
import { partsOf } from './template-path.ts'

export interface GitHubStoreSettings {
  baseUrl: string
  owner: string
  repository: string
  /** Folder of the templates, without slashes around it; empty for the repository's root. */
  folder: string
  /** Branch, tag or commit; undefined for the default branch. */
  ref: string | undefined
  /** Undefined reads what is public, sixty times an hour. */
  token: string | undefined
  timeoutMs: number
}

const accepted = 'application/vnd.github.raw+json'

/** A folder is answered with a list of what is in it, whatever was asked for. */
const isRaw = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('application/vnd.github') === true

/**
 * Templates in a GitHub repository, by the contents API. An answer that nothing changed is not counted against the
 * token's rate. GitHub tells a token that may not read a repository what it tells of a file that is not there.
 */
export const createGitHubStore = (settings: GitHubStoreSettings): TemplateStore => {
  const { baseUrl, owner, repository, folder, ref, token, timeoutMs } = settings
  const headers = {
    accept: accepted,
    'user-agent': 'troupe',
    'x-github-api-version': '2022-11-28',
    ...(token && { authorization: `Bearer ${token}` }),
  }
  const above = ['repos', owner, repository, 'contents', ...folder.split('/').filter(Boolean)]
  return {
    kind: 'github',
    fetch: async (path, etag, signal) => {
      const parts = partsOf(path)
      if (!parts) return undefined
      const url = urlBelow(baseUrl, [...above, ...parts])
      if (ref !== undefined) url.searchParams.set('ref', ref)
      return getTemplate(path, { url, headers, timeoutMs }, etag, signal, isRaw)
    },
  }
}
