import { statSync } from 'node:fs'
import type { EnvReader } from '#shared/infrastructure/config.ts'
import type { TemplateStore } from '../../domain/ports.ts'
import { createSettings, prefix, type Settings } from '../settings.ts'
import { createFileStore } from './file-store.ts'
import { createGitHubStore } from './github-store.ts'
import { createHttpStore } from './http-store.ts'

const githubForm = /^([\w-]+)\/([\w.-]+)((?:\/[\w.-]+)*)(?:@([\w./-]+))?$/

const readTimeoutMs = (env: EnvReader): number =>
  env.integer(`${prefix}TEMPLATES_TIMEOUT_MS`, 5_000, { min: 100, max: 60_000 })

const chooseFile = (settings: Settings): TemplateStore | undefined => {
  const folder = settings.optional('TEMPLATES_DIR')
  if (folder === undefined) return undefined
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) settings.problem('TEMPLATES_DIR', 'must be a folder')
  return createFileStore(folder)
}

const chooseHttp = (settings: Settings, timeoutMs: number): TemplateStore | undefined => {
  const baseUrl = settings.baseUrl('TEMPLATES_URL')
  return baseUrl && URL.canParse(baseUrl) ? createHttpStore({ baseUrl, timeoutMs }) : undefined
}

const chooseGitHub = (settings: Settings, timeoutMs: number): TemplateStore | undefined => {
  const place = settings.optional('TEMPLATES_GITHUB')
  const [, owner, repository, folder = '', ref] = githubForm.exec(place ?? '') ?? []
  const baseUrl = settings.baseUrl('TEMPLATES_GITHUB_URL', 'https://api.github.com')
  const token = settings.optional('TEMPLATES_GITHUB_TOKEN')
  if (place === undefined) return undefined
  if (owner && repository && baseUrl)
    return createGitHubStore({ baseUrl, owner, repository, folder: folder.slice(1), ref, token, timeoutMs })
  settings.problem('TEMPLATES_GITHUB', 'must be owner/repository, with /folder and @branch where it has them')
  return undefined
}

const chooseS3 = async (settings: Settings, timeoutMs: number): Promise<TemplateStore | undefined> => {
  const bucketUrl = settings.optional('TEMPLATES_S3_URL')
  if (bucketUrl === undefined) return undefined
  const accessKeyId = settings.needed('TEMPLATES_S3_ACCESS_KEY_ID')
  const secretAccessKey = settings.needed('TEMPLATES_S3_SECRET_ACCESS_KEY')
  const region = settings.optional('TEMPLATES_S3_REGION') ?? 'us-east-1'
  // The secret is no part of what is sent, so that plain http to a server of one's own is allowed.
  const isUrl = URL.canParse(bucketUrl) && /^https?:\/\/[^/]+\/./.test(bucketUrl)
  if (!isUrl) settings.problem('TEMPLATES_S3_URL', 'must be like https://s3.eu-central-1.amazonaws.com/bucket/prefix')
  if (!isUrl || !accessKeyId || !secretAccessKey) return undefined
  // Loaded where it is used.
  const { createS3Store } = await import('./s3-store.ts')
  return createS3Store({ bucketUrl, region, accessKeyId, secretAccessKey, timeoutMs })
}

/**
 * The stores of templates that are configured, one of a kind. Missing and bad settings are noted as problems of `env` and keep
 * the process from starting.
 */
export const chooseTemplateStores = async (env: EnvReader): Promise<TemplateStore[]> => {
  const timeoutMs = readTimeoutMs(env)
  const stores = [
    chooseFile(createSettings(env, `${prefix}TEMPLATES_DIR`)),
    chooseHttp(createSettings(env, `${prefix}TEMPLATES_URL`), timeoutMs),
    await chooseS3(createSettings(env, `${prefix}TEMPLATES_S3_URL`), timeoutMs),
    chooseGitHub(createSettings(env, `${prefix}TEMPLATES_GITHUB`), timeoutMs),
  ]
  return stores.filter((store) => store !== undefined)
}
