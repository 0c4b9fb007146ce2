import type { Data } from '../domain/delivery-state.ts'
import { announce } from './announce.ts'
import { getDeliveryStats, listDeliveries, noteReport } from './deliveries.ts'
import { fanOutStep } from './fan-out.ts'
import { followStep } from './follow-digest.ts'
import { listNotifications, markAllRead, markRead, watchNotifications } from './inbox.ts'
import { liftSuppression } from './lift-suppression.ts'
import { cancelCampaign, createCampaign, listCampaigns, sendCampaign } from './manage-campaigns.ts'
import { listDevices, registerDevice, removeDevice } from './manage-devices.ts'
import { getPreferences, unsubscribe, updatePreferences } from './manage-preferences.ts'
import { deleteTemplate, getTemplate, listTemplates, previewTemplate, upsertTemplate } from './manage-templates.ts'
import type { Ports } from './ports.ts'
import { rememberHolding, rememberShow, remind } from './remind.ts'
import { sendDelivery } from './send-delivery.ts'

/** Everything notification can do. `eventExamples`: what each event that people are told of gives to texts, by its full name. */
export const createNotificationApp = (ports: Ports, eventExamples: ReadonlyMap<string, Data>) => ({
  announce: announce(ports),
  fanOutStep: fanOutStep(ports),
  sendDelivery: sendDelivery(ports),
  followStep: followStep(ports),
  noteReport: noteReport(ports),
  rememberPerson: ports.people.remember,
  forgetPerson: ports.people.forget,
  rememberShow: rememberShow(ports),
  cancelShow: ports.shows.cancel,
  rememberHolding: rememberHolding(ports),
  forgetHolding: ports.holders.remove,
  remind: remind(ports),
  listNotifications: listNotifications(ports),
  watchNotifications: watchNotifications(ports),
  markRead: markRead(ports),
  markAllRead: markAllRead(ports),
  getPreferences: getPreferences(ports),
  updatePreferences: updatePreferences(ports),
  unsubscribe: unsubscribe(ports),
  registerDevice: registerDevice(ports),
  listDevices: listDevices(ports),
  removeDevice: removeDevice(ports),
  upsertTemplate: upsertTemplate(ports),
  getTemplate: getTemplate(ports),
  deleteTemplate: deleteTemplate(ports),
  listTemplates: listTemplates(ports),
  previewTemplate: previewTemplate(ports),
  createCampaign: createCampaign(ports, eventExamples),
  listCampaigns: listCampaigns(ports),
  sendCampaign: sendCampaign(ports),
  cancelCampaign: cancelCampaign(ports),
  listDeliveries: listDeliveries(ports),
  getDeliveryStats: getDeliveryStats(ports),
  liftSuppression: liftSuppression(ports),
})

export type NotificationApp = ReturnType<typeof createNotificationApp>
