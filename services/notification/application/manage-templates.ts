import { placeOf, textValue } from '#shared/application/page-values.ts'
import { pageOf, pageSize } from '#shared/application/paging.ts'
import { invalid, notFound } from '#shared/domain/errors.ts'
import { languageTag, timeZone } from '#shared/domain/language-tag.ts'
import type { Data } from '../domain/delivery-state.ts'
import { Template, type TemplateInit } from '../domain/template.ts'
import type { Ports, Rendered, TemplateView } from './ports.ts'

const viewOf = ({ locales, ...template }: Template): TemplateView => ({ ...template, locales })

/** Throws STORAGE_NOT_CONFIGURED, TEMPLATE_INVALID, and what Template.replace does. */
export const upsertTemplate =
  ({ templates, ids, clock }: Ports) =>
  async (init: TemplateInit): Promise<TemplateView> => {
    if (!templates.isConfigured(init.storage)) {
      throw invalid('storage', 'STORAGE_NOT_CONFIGURED', `no texts can be read from ${init.storage} here`)
    }
    const isStoredHere = init.storage === 'database'
    if (init.localisations.some(({ source }) => (source === undefined) === isStoredHere)) {
      throw invalid('localisations', 'TEMPLATE_INVALID', 'stand in the request just when the database keeps them')
    }
    if (isStoredHere) for (const localisation of init.localisations) await templates.check(localisation)
    const known = await templates.findByName(init.name)
    if (known) {
      known.replace(init, clock.now())
      return viewOf(known)
    }
    const made = Template.create(ids.next(), init, clock.now())
    templates.add(made)
    return viewOf(made)
  }

export const listTemplates =
  ({ templates }: Ports) =>
  async (request: { pageSize: number; pageToken: string }) => {
    const size = pageSize(request.pageSize, 50, 200)
    const place = placeOf(request.pageToken, 1)
    const rows = await templates.list(place ? textValue(place[0]) : '', size + 1)
    return pageOf(rows, size, ({ name }) => [name])
  }

/** Throws TEMPLATE_NOT_FOUND. */
export const mustExist = async ({ templates }: Ports, name: string): Promise<void> => {
  if (await templates.exists(name)) return
  throw notFound('TEMPLATE_NOT_FOUND', `there is no template ${name}; ListTemplates has those that there are`)
}

/** What a template makes of values. Throws TEMPLATE_NOT_FOUND, VALUE_MISSING, INVALID_LANGUAGE, INVALID_TIME_ZONE. */
export const previewTemplate =
  (ports: Ports) =>
  async (request: { name: string; locale: string; timeZone: string; data: Data }): Promise<Rendered> => {
    await mustExist(ports, request.name)
    return ports.renderer.mail({
      template: request.name,
      data: request.data,
      extra: {},
      names: new Map(),
      language: languageTag(request.locale, 'locale'),
      timeZone: request.timeZone === '' ? 'UTC' : timeZone(request.timeZone),
      unsubscribeUrl: ports.links.unsubscribe('preview'),
    })
  }
