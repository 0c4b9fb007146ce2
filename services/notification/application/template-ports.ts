import type { Data } from '../domain/delivery-state.ts'
import type { Localisation, Storage, Template } from '../domain/template.ts'

/** A template as it is listed; one that was never replaced has no id. */
export interface TemplateView {
  id: string
  name: string
  messageType: Template['messageType']
  storage: Storage
  path: string
  locales: string[]
  version: number
  updatedAt: Date | undefined
}

/** A template's text in one language. */
export interface TemplateText {
  locale: string
  source: string
  /** As another storage gave it. */
  etag: string | undefined
  /** Its storage does not give it at present. */
  isStale: boolean
}

export interface Templates {
  findByName(name: string): Promise<Template | undefined>
  add(template: Template): void
  remove(template: Template): void
  /** The one that comes with the platform. */
  shipped(name: string): TemplateView | undefined
  /** Of a template that operators made, or else of the shipped one. Throws TEMPLATE_STORE_AWAY. */
  textOf(template: Template | string, locale: string): Promise<TemplateText | undefined>
  /** Those that come with the platform, and those that operators made, by name. */
  list(after: string, limit: number): Promise<TemplateView[]>
  exists(name: string): Promise<boolean>
  /** Whether texts can be read from a storage. */
  isConfigured(storage: Storage): boolean
  /** Throws TEMPLATE_INVALID. */
  check(localisation: Localisation): Promise<void>
}

/** A message in somebody's language. */
export interface Rendered {
  subject: string
  title: string
  short: string
  html: string
  text: string
  language: string
  madeFrom: string
}

/** Values a text gets beside those that are kept. */
export type Extra = Readonly<Record<string, string | number | Date | { html: string; text: string }>>

export interface RenderRequest {
  template: string
  data: Data
  extra: Extra
  /** What people are called. */
  names: ReadonlyMap<string, string>
  language: string
  timeZone: string
}

/** Makes texts of templates. Throws TEMPLATE_NOT_FOUND, TEMPLATE_INVALID, VALUE_MISSING, and while no text can be had. */
export interface Renderer {
  mail(request: RenderRequest & { unsubscribeUrl: string | undefined }): Promise<Rendered>
  brief(request: RenderRequest): Promise<Pick<Rendered, 'title' | 'short' | 'language' | 'madeFrom'>>
  /**
   * As `brief`, whatever the template is like: where its text cannot be made, the one shipped for the kind stands in, else
   * only that there is news, else the template's name.
   */
  legible(request: RenderRequest & { kind: string }): Promise<Pick<Rendered, 'title' | 'short'>>
}
