import { createHash, createHmac } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Answer, Received } from '#shared/tests/stand-in.ts'
import type { TemplateStore } from '../domain/ports.ts'
import { createFileStore } from '../infrastructure/template-stores/file-store.ts'
import { createGitHubStore } from '../infrastructure/template-stores/github-store.ts'
import { createHttpStore } from '../infrastructure/template-stores/http-store.ts'
import { createS3Store } from '../infrastructure/template-stores/s3-store.ts'
import { startVendor, type Vendor } from './vendor-stand-in.ts'

/** A store and the place that it reads. */
export interface Site {
  store: TemplateStore
  put(path: string, content: string | Uint8Array): Promise<void>
  /** Makes a folder of that name. */
  folder(path: string): Promise<void>
  remove(path: string): Promise<void>
  /** Takes the place away, or brings it back. */
  away(isAway: boolean): Promise<void>
  stop(): Promise<void>
}

const timeoutMs = 2000
export const s3Account = { accessKeyId: 'AKIA-TROUPE', secretAccessKey: 'a secret/+=', region: 'eu-central-1' }
const githubToken = 'ghp_token'

export const openFileSite = async (): Promise<Site & { root: string }> => {
  const above = await mkdtemp(join(tmpdir(), 'troupe-templates-'))
  const root = join(above, 'templates')
  await mkdir(root)
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return {
    root,
    store: createFileStore(root),
    put: write,
    folder: async (path) => void (await mkdir(join(root, path), { recursive: true })),
    remove: (path) => rm(join(root, path)),
    away: (isAway) => (isAway ? rename(root, `${root}.away`) : rename(`${root}.away`, root)),
    stop: () => rm(above, { recursive: true }),
  }
}

type Files = Map<string, Uint8Array>

const etagOf = (bytes: Uint8Array) => `"${createHash('sha256').update(bytes).digest('hex')}"`

/** What a server of files answers, conditional requests included. */
const answerFile = (files: Files, path: string, { headers }: Received, type: string): Answer => {
  const bytes = files.get(path)
  if (!bytes) return { status: 404, body: { message: 'Not Found' } }
  const etag = etagOf(bytes)
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } }
  return { status: 200, headers: { etag, 'content-type': type }, body: Buffer.from(bytes) }
}

const openWebSite = async (
  handle: (request: Received, files: Files) => Answer,
  createStore: (url: string) => TemplateStore,
): Promise<Site & { api: Vendor }> => {
  const files: Files = new Map()
  const api = await startVendor((request) => handle(request, files))
  return {
    api,
    store: createStore(api.url),
    put: async (path, content) => void files.set(path, Buffer.from(content)),
    folder: async (path) => void files.set(`${path}/one.mjml`, Buffer.from('one')),
    remove: async (path) => void files.delete(path),
    away: async (isAway) => api.misbehave(isAway ? { status: 503 } : undefined),
    stop: api.stop,
  }
}

export const openHttpSite = () =>
  openWebSite(
    (request, files) =>
      request.path.startsWith('/cdn/')
        ? answerFile(files, decodeURIComponent(request.path.slice('/cdn/'.length)), request, 'text/plain')
        : { status: 404 },
    (url) => createHttpStore({ baseUrl: `${url}/cdn/`, timeoutMs }),
  )

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** The signature of a request to S3 (Signature Version 4), worked out from what arrived. */
const signatureOf = ({ method, path, query, headers }: Received): string => {
  const [, day = '', region = '', signed = ''] =
    /Credential=[^/]+\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ??
    []
  const names = signed.split(';')
  const canonical = [
    method,
    path,
    query.toString(),
    ...names.map((name) => `${name}:${headers[name]?.trim()}`),
    '',
    signed,
    headers['x-amz-content-sha256'],
  ].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${day}/${region}/s3/aws4_request`, digest].join('\n')
  const parts = [day, region, 's3', 'aws4_request']
  const key = parts.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${s3Account.secretAccessKey}`)
  return hmac(key, text).toString('hex')
}

const s3Refusal = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
})

const s3Api = (request: Received, files: Files): Answer => {
  const { authorization = '' } = request.headers
  const [, id, region] = /Credential=([^/]+)\/\d{8}\/([^/]+)\//.exec(authorization) ?? []
  const isSigned = authorization.endsWith(`Signature=${signatureOf(request)}`)
  if (id !== s3Account.accessKeyId || region !== s3Account.region) return s3Refusal(403, 'InvalidAccessKeyId')
  if (!isSigned) return s3Refusal(403, 'SignatureDoesNotMatch')
  // What is signed must hold the condition, or anyone between could change it.
  if (request.headers['if-none-match'] && !/SignedHeaders=[^,]*if-none-match/.test(authorization))
    return s3Refusal(403, 'SignatureDoesNotMatch')
  const prefix = '/bucket/mails/'
  const answer = request.path.startsWith(prefix)
    ? answerFile(files, decodeURIComponent(request.path.slice(prefix.length)), request, 'binary/octet-stream')
    : s3Refusal(404, 'NoSuchBucket')
  return answer.status === 404 ? s3Refusal(404, 'NoSuchKey') : answer
}

export const s3Store = (url: string, account: Partial<typeof s3Account> = {}) =>
  createS3Store({ bucketUrl: `${url}/bucket/mails`, ...s3Account, ...account, timeoutMs })

export const openS3Site = () => openWebSite(s3Api, (url) => s3Store(url))

const githubApi = (request: Received, files: Files): Answer => {
  const prefix = '/repos/troupe/mails/contents/templates/'
  const { authorization, accept, 'user-agent': agent } = request.headers
  if (!agent) return { status: 403, body: { message: 'Request forbidden by administrative rules' } }
  if (
    authorization !== `Bearer ${githubToken}` ||
    !request.path.startsWith(prefix) ||
    request.query.get('ref') !== 'v2'
  )
    return { status: 404, body: { message: 'Not Found' } }
  const path = decodeURIComponent(request.path.slice(prefix.length))
  const inside = [...files.keys()].filter((name) => name.startsWith(`${path}/`))
  if (inside.length > 0) return { status: 200, body: inside.map((name) => ({ name, type: 'file' })) }
  if (accept !== 'application/vnd.github.raw+json') return { status: 200, body: { type: 'file', encoding: 'base64' } }
  return answerFile(files, path, request, 'application/vnd.github.raw+json; charset=utf-8')
}

export const githubStore = (baseUrl: string, token: string | undefined = githubToken) =>
  createGitHubStore({ baseUrl, owner: 'troupe', repository: 'mails', folder: 'templates', ref: 'v2', token, timeoutMs })

export const openGitHubSite = () => openWebSite(githubApi, (url) => githubStore(url))
