import {
  defineProcess,
  isAnswer,
  isEvent,
  type ProcessMessage,
  stepwise,
  type Transition,
} from '../application/process.ts'
import { cancelTimer, command, end, timer } from '../application/process-output.ts'
import { OrderCancelledSchema, OrderPlacedSchema, OrderService } from './order-service.ts'

const { reserve, release, charge, refund, findCharge } = OrderService.method
const events = [OrderPlacedSchema, OrderCancelledSchema] as const
const commands = [reserve, release, charge, refund, findCharge] as const

export const returnDays = 14

export type OrderState =
  | { at: 'new' }
  | { at: 'reserving' | 'charging' | 'asking'; order: string; cancelled: boolean }
  | { at: 'returnable' | 'refunding' | 'releasing'; order: string }

type Message = ProcessMessage<typeof events, typeof commands>
type Step = Transition<OrderState, (typeof commands)[number]>

const failed = (message: Message, step: string) =>
  (message.kind === 'error' || message.kind === 'expired') && message.step === step

const goReserve = (order: string): Step => ({
  next: { at: 'reserving', order, cancelled: false },
  outputs: [command('reserve', reserve, { value: order })],
})

const goRelease = (order: string, delayMs = 0): Step => ({
  next: { at: 'releasing', order },
  outputs: [command('release', release, { value: order }, { delayMs })],
})

const goCharge = (order: string): Step => ({
  next: { at: 'charging', order, cancelled: false },
  outputs: [command('charge', charge, { value: order })],
})

const goAsk = (order: string, cancelled: boolean): Step => ({
  next: { at: 'asking', order, cancelled },
  outputs: [command('find-charge', findCharge, { value: order })],
})

const goRefund = (order: string, delayMs = 0): Step => ({
  next: { at: 'refunding', order },
  outputs: [command('refund', refund, { value: order }, { delayMs })],
})

const goKeep = (order: string, now: Date): Step => ({
  next: { at: 'returnable', order },
  outputs: [timer('returns', new Date(now.getTime() + returnDays * 24 * 3600 * 1000))],
})

const step = (state: OrderState, message: Message): Step => {
  const stay: Step = { next: state, outputs: [] }
  const over: Step = { next: state, outputs: [end()] }
  const cancels = isEvent(message, OrderCancelledSchema)
  switch (state.at) {
    case 'new':
      if (isEvent(message, OrderPlacedSchema)) return goReserve(message.event.orderId)
      return cancels ? over : stay
    case 'reserving':
      if (cancels) return { next: { ...state, cancelled: true }, outputs: [] }
      if (isAnswer(message, reserve)) return state.cancelled ? goRelease(state.order) : goCharge(state.order)
      if (message.kind === 'expired' && message.step === 'reserve') return goRelease(state.order)
      return failed(message, 'reserve') ? over : stay
    case 'charging':
      if (cancels) return { next: { ...state, cancelled: true }, outputs: [] }
      if (isAnswer(message, charge)) return state.cancelled ? goRefund(state.order) : goKeep(state.order, message.at)
      if (message.kind === 'expired' && message.step === 'charge') return goAsk(state.order, state.cancelled)
      return failed(message, 'charge') ? goRelease(state.order) : stay
    case 'asking':
      if (cancels) return { next: { ...state, cancelled: true }, outputs: [] }
      if (failed(message, 'find-charge')) return goAsk(state.order, state.cancelled)
      if (!isAnswer(message, findCharge)) return stay
      if (!message.response.value) return goRelease(state.order)
      return state.cancelled ? goRefund(state.order) : goKeep(state.order, message.at)
    case 'returnable':
      if (message.kind === 'timer' && message.name === 'returns') return over
      if (!cancels) return stay
      return { ...goRefund(state.order), outputs: [cancelTimer('returns'), ...goRefund(state.order).outputs] }
    case 'refunding':
      if (isAnswer(message, refund)) return goRelease(state.order)
      return failed(message, 'refund') ? goRefund(state.order, 60_000) : stay
    case 'releasing':
      if (isAnswer(message, release)) return over
      return failed(message, 'release') ? goRelease(state.order, 60_000) : stay
  }
}

/** An example: reserve, charge, keep until it can no longer be returned; each step undone when a later one fails. */
export const orderProcess = (name = 'orders') =>
  defineProcess({
    name,
    events,
    commands,
    initial: (): OrderState => ({ at: 'new' }),
    correlate: ({ event }) => event.orderId,
    ...stepwise(step),
  })
