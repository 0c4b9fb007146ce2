import { hash } from 'node:crypto'
import { CollaborationService } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { file_troupe_notification_v1_notification_events as events } from '#gen/troupe/notification/v1/notification_events_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { conflict } from '#shared/domain/errors.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import { derivedUuid } from '#shared/infrastructure/uuid.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { route } from '#shared/presentation/route.ts'
import { createNotificationApp } from './application/notification-app.ts'
import type { Senders } from './application/ports.ts'
import type { DeliveryReport, TemplateStore } from './domain/ports.ts'
import { createCampaigns } from './infrastructure/campaigns.ts'
import { createDeliveries } from './infrastructure/deliveries.ts'
import { createDevices } from './infrastructure/devices.ts'
import { erasePerson } from './infrastructure/erasing.ts'
import { expiries } from './infrastructure/expiries.ts'
import { createFanOuts } from './infrastructure/fan-outs.ts'
import { chosenFollowers } from './infrastructure/followers.ts'
import { createContacts } from './infrastructure/identity.ts'
import { createInbox } from './infrastructure/inbox.ts'
import { invariants } from './infrastructure/invariants.ts'
import { createInvitations } from './infrastructure/invitations.ts'
import { createKeyedHash, createSuppressions, createUnsubscribeTokens } from './infrastructure/keyed-hash.ts'
import { readLinks } from './infrastructure/links.ts'
import { createMailbox } from './infrastructure/mailbox.ts'
import { migrations } from './infrastructure/migrations/migrations.ts'
import { createPeople } from './infrastructure/people.ts'
import { createPreferences } from './infrastructure/preferences.ts'
import { chooseProviders } from './infrastructure/providers/choose.ts'
import { entities } from './infrastructure/schema.ts'
import { createHolders, createShows } from './infrastructure/shows.ts'
import { chooseTemplateStores } from './infrastructure/template-stores/choose-stores.ts'
import { createCopies } from './infrastructure/templates/copies.ts'
import { createRenderer } from './infrastructure/templates/renderer.ts'
import { readShipped } from './infrastructure/templates/shipped.ts'
import { createStoredTexts } from './infrastructure/templates/stored-texts.ts'
import { checkText, createTemplates } from './infrastructure/templates/templates.ts'
import { createTexts } from './infrastructure/templates/texts.ts'
import { createWorkers } from './infrastructure/workers.ts'
import { consumers } from './presentation/consumers.ts'
import { eventExamples } from './presentation/happenings.ts'
import { mailboxHandler } from './presentation/mailbox-handler.ts'
import { notificationService } from './presentation/notification-service.ts'
import { unsubscribeHandler } from './presentation/unsubscribe-handler.ts'
import { webhookHandler } from './presentation/webhook-handler.ts'

/** What the world outside is reached by; the local mailbox and no storage unless others are chosen. */
interface Outside {
  senders?: Partial<Senders>
  stores?: readonly TemplateStore[]
}

/** Puts notification's parts together. */
export const assemble = (kernel: Kernel, { senders = {}, stores = [] }: Outside = {}) => {
  const { changes, clock, config, database, env, log } = kernel
  const unit = () => kernel.unit()
  const keyedHash = createKeyedHash(config.masterKey)
  const mailbox = createMailbox(database, clock)
  const people = createPeople(database, unit)
  const links = readLinks(env)
  const shipped = readShipped()
  const storesByKind = new Map(stores.map((store) => [store.kind, store]))
  const stored = createStoredTexts(storesByKind, createCopies(database, clock), checkText, log)
  const apart = createApart('notification', kernel.write)
  const app = createNotificationApp(
    {
      people,
      contacts: createContacts(kernel.client(IdentityService)),
      invitations: createInvitations(kernel.client(CollaborationService)),
      followers: chosenFollowers(env, people),
      shows: createShows(database, unit),
      holders: createHolders(database, unit),
      preferences: createPreferences(database, unit),
      devices: createDevices(database, unit),
      deliveries: createDeliveries(database, unit),
      inbox: createInbox(database),
      suppressions: createSuppressions(database, unit, keyedHash),
      fanOuts: createFanOuts(database, unit),
      campaigns: createCampaigns(unit),
      templates: createTemplates(database, unit, shipped, storesByKind, stored),
      renderer: createRenderer(createTexts(database, shipped, stored), links.to, log),
      senders: { ...mailbox.senders, ...senders },
      forgetMail: mailbox.forget,
      unsubscribeTokens: createUnsubscribeTokens(keyedHash),
      links,
      hashToken: (token) => hash('sha256', token, 'base64url'),
      clock,
      ids: { next: () => unit().next(), of: derivedUuid },
      watch: (topic, signal) => changes.watch(topic, signal),
      read: kernel.read,
      tellWatchers: (topics) => {
        unit().afterCommit.push(() => {
          for (const topic of topics) changes.notify(topic)
        })
      },
      apart,
      wakeWorkers: () => {
        unit().afterCommit.push(() => workers.wake())
      },
    },
    eventExamples,
  )
  const fanOutStep = (id: string) => apart('fan-out', () => app.fanOutStep(id))
  const followStep = (id: string) => apart('follow', () => app.followStep(id))
  const remind = (showId: string) => apart('remind', () => app.remind(showId))
  const { sendDelivery } = app
  const workers = createWorkers({ database, clock, log, sendDelivery, fanOutStep, followStep, remind })
  return { app, apart, mailbox, workers }
}

const compose = async (kernel: Kernel) => {
  const { clock, config, env, log } = kernel
  const { senders, webhooks, close } = await chooseProviders(env, clock)
  if (!config.timeTravel) {
    for (const channel of ['email', 'sms', 'push'] as const) {
      if (!senders[channel]) log.warn('no provider is set: what is sent stays in the local mailbox', { channel })
    }
  }
  const stores = await chooseTemplateStores(env)
  const { app, apart, mailbox, workers } = assemble(kernel, { senders, stores })
  const note = (provider: string, report: DeliveryReport) => apart('webhook', () => app.noteReport(provider, report))
  const webhookHandlers = [...webhooks].map(([name, webhook]) => [
    `/webhooks/${name}`,
    webhookHandler(webhook, note, clock),
  ])
  return {
    routes: [route(NotificationService, notificationService(app))],
    consumers: consumers(app),
    work: workers,
    erase: (userId: string, signal: AbortSignal) => erasePerson(kernel.database, userId, signal),
    http: {
      ...Object.fromEntries(webhookHandlers),
      '/unsubscribe': unsubscribeHandler((token) => apart('unsubscribe', () => app.unsubscribe(token))),
      // It shows everybody's mail to whoever asks: where the mesh is somebody's own, as time travel is.
      ...(config.timeTravel && { '/dev/mailbox': mailboxHandler(mailbox) }),
    },
    invariants,
    expiries,
    stop: async () => close(),
  }
}

const raced = () => conflict('TOO_MUCH_CONTENTION', 'others keep changing this; try again')

/** What people are told: in the platform, by mail, SMS and push. */
export const notification = defineContext({
  name: 'notification',
  entities,
  migrations,
  events,
  constraints: {
    preferences_once: raced,
    devices_token: raced,
    templates_name: raced,
    deliveries_once: raced,
    deliveries_in_app: raced,
  },
  compose,
})
