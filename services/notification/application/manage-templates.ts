import { placeOf, textValue } from '#shared/application/page-values.ts'
import { pageOf, pageSize } from '#shared/application/paging.ts'
import { invalid, notFound, precondition } from '#shared/domain/errors.ts'
import { languageTag, timeZone } from '#shared/domain/language-tag.ts'
import type { Data } from '../domain/delivery-state.ts'
import { Template, type TemplateInit } from '../domain/template.ts'
import type { Ports } from './ports.ts'
import type { Rendered, TemplateText, TemplateView } from './template-ports.ts'

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

const asOperatorsMadeIt = async ({ templates }: Ports, name: string): Promise<Template> => {
  const made = await templates.findByName(name)
  if (!made) throw notFound('TEMPLATE_NOT_FOUND', `operators have made no template ${name}`)
  return made
}

/**
 * A template as it stands, and its text in a language. Throws TEMPLATE_NOT_FOUND, TEXT_NOT_FOUND, INVALID_LANGUAGE,
 * TEMPLATE_STORE_AWAY.
 */
export const getTemplate =
  (ports: Ports) =>
  async (name: string, locale: string): Promise<{ template: TemplateView; text: TemplateText; isShipped: boolean }> => {
    const { templates } = ports
    const tag = languageTag(locale, 'locale')
    const shipped = templates.shipped(name)
    const made = shipped ? await templates.findByName(name) : await asOperatorsMadeIt(ports, name)
    const text = await templates.textOf(made ?? name, tag)
    if (!text) throw notFound('TEXT_NOT_FOUND', `${name} has no text in ${tag}; ListTemplates has its languages`)
    return { template: made ? viewOf(made) : (shipped as TemplateView), text, isShipped: !made }
  }

/** Returns the template that comes with the platform, if any does. Throws TEMPLATE_NOT_FOUND, TEMPLATE_IN_USE. */
export const deleteTemplate =
  (ports: Ports) =>
  async (name: string): Promise<TemplateView | undefined> => {
    const { campaigns, templates } = ports
    const made = await asOperatorsMadeIt(ports, name)
    const shipped = templates.shipped(name)
    if (!shipped && (await campaigns.need(name))) {
      throw precondition('TEMPLATE_IN_USE', 'a campaign that is not over needs it, and none comes with the platform')
    }
    made.remove(shipped ?? { messageType: made.messageType, locales: [] })
    templates.remove(made)
    return shipped
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
