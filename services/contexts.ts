import type { ContextDefinition } from '#shared/presentation/context.ts'

/** Every context of the mesh, loaded only where it is hosted. */
const contexts = {
  access: async () => (await import('./access/service.ts')).access,
  booking: async () => (await import('./booking/service.ts')).booking,
  catalog: async () => (await import('./catalog/service.ts')).catalog,
  collaboration: async () => (await import('./collaboration/service.ts')).collaboration,
  identity: async () => (await import('./identity/service.ts')).identity,
  inventory: async () => (await import('./inventory/service.ts')).inventory,
  narration: async () => (await import('./narration/service.ts')).narration,
  notification: async () => (await import('./notification/service.ts')).notification,
  payment: async () => (await import('./payment/service.ts')).payment,
  story: async () => (await import('./story/service.ts')).story,
  subscription: async () => (await import('./subscription/service.ts')).subscription,
  videogen: async () => (await import('./videogen/service.ts')).videogen,
} satisfies Record<string, () => Promise<ContextDefinition>>

export type ContextName = keyof typeof contexts

export const contextNames = Object.keys(contexts) as ContextName[]

export const isContextName = (name: string): name is ContextName => name in contexts

export const loadContext = (name: ContextName): Promise<ContextDefinition> => contexts[name]()
