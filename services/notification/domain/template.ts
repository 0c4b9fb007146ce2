import { TemplateUpdatedSchema } from '#gen/troupe/notification/v1/notification_events_pb.ts'
import { TemplateStorage, MessageType as WireType } from '#gen/troupe/notification/v1/template_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { invalid } from '#shared/domain/errors.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import type { MessageType } from './kinds.ts'
import { lastResort } from './locale.ts'
import type { TemplateStore } from './ports.ts'

export type Storage = TemplateStore['kind']

export const wireTypes = {
  CONFIRMATION: WireType.CONFIRMATION,
  REMINDER: WireType.REMINDER,
  UPDATE: WireType.UPDATE,
  ALERT: WireType.ALERT,
} as const satisfies Readonly<Record<MessageType, WireType>>

export const wireStorages = {
  file: TemplateStorage.FILE,
  s3: TemplateStorage.S3,
  http: TemplateStorage.HTTP,
  github: TemplateStorage.GITHUB,
  database: TemplateStorage.DATABASE,
} as const satisfies Readonly<Record<Storage, TemplateStorage>>

/** A text in one language; without a source where another storage keeps it. */
export interface Localisation {
  locale: string
  source?: string
}

/** What a template is made or replaced with. */
export interface TemplateInit {
  name: string
  messageType: MessageType
  storage: Storage
  /** Empty in the database. */
  path: string
  localisations: readonly Localisation[]
}

const inOrder = (localisations: readonly Localisation[]): Localisation[] => {
  const tagged = localisations.map((each) => ({ ...each, locale: languageTag(each.locale, 'localisations') }))
  const tags = tagged.map(({ locale }) => locale)
  if (new Set(tags).size < tags.length) {
    throw invalid('localisations', 'LOCALE_TWICE', 'must have one text in each language')
  }
  if (!tags.includes(lastResort)) {
    throw invalid('localisations', 'ENGLISH_MISSING', 'must have a text in English, for languages that it lacks')
  }
  return tagged.toSorted((a, b) => (a.locale < b.locale ? -1 : 1))
}

/** The text of a message in several languages, and where it is kept. */
export class Template extends Aggregate {
  readonly id!: string
  name!: string
  messageType!: MessageType
  storage!: Storage
  path!: string
  localisations!: readonly Localisation[]
  /** Counts the replacements. */
  version!: number
  updatedAt!: Date

  static create(id: string, init: TemplateInit, now: Date): Template {
    const template = Object.assign(new Template(), { id, name: init.name, version: 0 })
    template.replace(init, now)
    return template
  }

  /** Throws ENGLISH_MISSING, LOCALE_TWICE, INVALID_LANGUAGE, TEMPLATE_INVALID for a storage without a path. */
  replace({ messageType, storage, path, localisations }: Omit<TemplateInit, 'name'>, now: Date): void {
    if ((path === '') !== (storage === 'database')) {
      throw invalid('path', 'TEMPLATE_INVALID', 'says where texts are kept, unless that is the database')
    }
    const ordered = inOrder(localisations)
    Object.assign(this, { messageType, storage, path, localisations: ordered, updatedAt: now })
    this.version += 1
    this.record(TemplateUpdatedSchema, {
      templateId: this.id,
      name: this.name,
      version: this.version,
      messageType: wireTypes[messageType],
      storage: wireStorages[storage],
      locales: ordered.map(({ locale }) => locale),
    })
  }

  /** What operators put there is no more; what comes with the platform is used again, which may be in no language. */
  remove(shipped: { messageType: MessageType; locales: readonly string[] }): void {
    this.record(TemplateUpdatedSchema, {
      templateId: this.id,
      name: this.name,
      version: this.version + 1,
      messageType: wireTypes[shipped.messageType],
      storage: wireStorages.file,
      locales: [...shipped.locales],
      isRemoved: true,
    })
  }

  get locales(): string[] {
    return this.localisations.map(({ locale }) => locale)
  }
}
