import type { DescMessage, DescMethod, FileRegistry } from '@bufbuild/protobuf'
import { getComments } from '@bufbuild/protoplugin'
import { contractOptions } from './options.ts'

const ours = /^troupe\./
const audiences = ['AUDIENCE_PUBLIC', 'AUDIENCE_AUTHENTICATED', 'AUDIENCE_INTERNAL']

const methodsOf = (registry: FileRegistry): DescMethod[] =>
  [...registry].flatMap((type) => (type.kind === 'service' && ours.test(type.typeName) ? type.methods : []))

const nameOf = (method: DescMethod): string => `${method.parent.typeName}.${method.name}`

/** Rpcs of ours that do not say who may call them. */
export const accessProblems = (registry: FileRegistry): string[] => {
  const options = contractOptions(registry)
  return methodsOf(registry).flatMap((method) => {
    const access = options.access(method)
    if (!access) return [`${nameOf(method)}: has no (troupe.mesh.v1.access)`]
    if (audiences.includes(access.audience ?? '') || access.permission) return []
    return [`${nameOf(method)}: its (troupe.mesh.v1.access) has neither an audience nor a permission`]
  })
}

/** Events of ours that do not say what they belong to. */
export const eventProblems = (registry: FileRegistry): string[] => {
  const options = contractOptions(registry)
  return [...registry].flatMap((message) => {
    if (message.kind !== 'message' || !ours.test(message.typeName)) return []
    const event = options.event(message)
    if (event && !event.aggregate) return [`${message.typeName}: its (troupe.mesh.v1.event) has no aggregate`]
    if (!event && isPublishedAlone(message)) return [`${message.typeName}: has no (troupe.mesh.v1.event)`]
    return []
  })
}

/** A message of an events file is an event, unless it is there as a part of another one. */
const isPublishedAlone = (message: DescMessage): boolean =>
  message.file.name.endsWith('_events') &&
  !message.parent &&
  !message.file.messages.some(({ fields }) => fields.some((field) => field.message === message))

/** Rpcs of ours without a comment before them. Needs descriptors with source info. */
export const commentProblems = (registry: FileRegistry): string[] =>
  methodsOf(registry)
    .filter((method) => !getComments(method).leading?.trim())
    .map((method) => `${nameOf(method)}: has no comment before it`)

/** All that our contracts must say about themselves and do not, a line each. */
export const contractProblems = (registry: FileRegistry): string[] =>
  [accessProblems, eventProblems, commentProblems].flatMap((problems) => problems(registry))
