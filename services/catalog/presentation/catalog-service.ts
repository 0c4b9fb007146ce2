import type { TicketTypeInput } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { caller, maybeCaller } from '#shared/presentation/gate.ts'
import { type Route, route } from '#shared/presentation/route.ts'
import type { CatalogApp } from '../application/app.ts'
import type { EventView } from '../application/views.ts'
import { ticketTypeIn, ticketTypeMessage } from '../domain/ticket-type.ts'
import { fromStatus, toEvent, toSummary } from './convert.ts'
import { fromChange, fromDetails, fromSearch, fromTicketType, fromTicketTypeChange } from './from-proto.ts'

const withTicketType = (view: EventView, ticketTypeId: string) => ({
  event: toEvent(view),
  ticketType: ticketTypeMessage(ticketTypeIn(view.ticketTypes, ticketTypeId)),
})

const pageOf = ({ pageSize: size, pageToken: token }: { pageSize: number; pageToken: string }) => ({
  size: pageSize(size, 20, 100),
  token,
})

/** The rpcs of catalog. */
export const catalogService = (app: CatalogApp): Route =>
  route(CatalogService, {
    createEvent: async (request, context) => {
      const ticketTypes = request.ticketTypes.map(fromTicketType)
      return { event: toEvent(await app.createEvent(caller(context), fromDetails(request), ticketTypes)) }
    },
    updateEvent: async (request, context) => {
      const { eventId, expectedVersion } = request
      return { event: toEvent(await app.updateEvent(caller(context), eventId, expectedVersion, fromChange(request))) }
    },
    publishEvent: async ({ eventId }, context) => ({
      event: toEvent(await app.publishEvent(caller(context), eventId)),
    }),
    cancelEvent: async ({ eventId, reason }, context) => ({
      event: toEvent(await app.cancelEvent(caller(context), eventId, reason)),
    }),
    completeEvent: async ({ eventId }, context) => ({
      event: toEvent(await app.completeEvent(caller(context), eventId)),
    }),
    getEvent: async ({ eventId }, context) => ({ event: toEvent(await app.getEvent(eventId, maybeCaller(context))) }),
    searchEvents: async (request) => {
      const { items, nextPageToken } = await app.searchEvents(fromSearch(request), pageOf(request))
      return { events: items.map(toSummary), nextPageToken }
    },
    listMyEvents: async (request, context) => {
      const status = fromStatus(request.status)
      const { items, nextPageToken } = await app.listMyEvents(caller(context), status, pageOf(request))
      return { events: items.map(toSummary), nextPageToken }
    },
    addTicketType: async ({ eventId, ticketType }, context) => {
      const input = fromTicketType(ticketType as TicketTypeInput)
      const { event, ticketTypeId } = await app.addTicketType(caller(context), eventId, input)
      return withTicketType(event, ticketTypeId)
    },
    updateTicketType: async (request, context) => {
      const { eventId, ticketTypeId } = request
      const change = fromTicketTypeChange(request)
      return withTicketType(await app.updateTicketType(caller(context), eventId, ticketTypeId, change), ticketTypeId)
    },
    removeTicketType: async ({ eventId, ticketTypeId }, context) => ({
      event: toEvent(await app.removeTicketType(caller(context), eventId, ticketTypeId)),
    }),
    completePastEvent: async ({ eventId }) => {
      await app.completePastEvent(eventId)
      return {}
    },
  })
