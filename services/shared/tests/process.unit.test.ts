import { Code, ConnectError } from '@connectrpc/connect'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { ErrorInfoSchema, QuotaFailureSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { advance, defineProcess, isAnswer, type ProcessInstance, type ProcessMessage } from '../application/process.ts'
import { cancelTimer, command, end, type ProcessOutput, timer } from '../application/process-output.ts'
import { pauseMs, refusalOf } from '../infrastructure/process/refusal.ts'
import { answer, due, eachPair, event, expired, given, type PairTable, refused, testTime } from './given.ts'
import { type OrderState, orderProcess, returnDays } from './order-process.ts'
import { OrderCancelledSchema, OrderPlacedSchema, OrderService } from './order-service.ts'

const { reserve, release, charge, refund, findCharge } = OrderService.method
const order = 'o-1'
const orders = orderProcess()
const input = { value: order }

const messages = {
  placed: event(OrderPlacedSchema, { orderId: order }),
  cancelled: event(OrderCancelledSchema, { orderId: order }),
  reserved: answer('reserve', reserve, input),
  'reserve refused': refused('reserve', reserve, 'FAILED_PRECONDITION', 'SOLD_OUT'),
  'reserve expired': expired('reserve', reserve),
  released: answer('release', release, input),
  'release refused': refused('release', release, 'INTERNAL'),
  'release expired': expired('release', release),
  charged: answer('charge', charge, input),
  'charge refused': refused('charge', charge, 'FAILED_PRECONDITION', 'CARD_DECLINED'),
  'charge expired': expired('charge', charge),
  refunded: answer('refund', refund, input),
  'refund refused': refused('refund', refund, 'INTERNAL'),
  'refund expired': expired('refund', refund),
  'charge found': answer('find-charge', findCharge, { value: true }),
  'charge not found': answer('find-charge', findCharge, { value: false }),
  'find-charge refused': refused('find-charge', findCharge, 'INTERNAL'),
  'find-charge expired': expired('find-charge', findCharge),
  'returns due': due('returns'),
} as const
type MessageName = keyof typeof messages

const doReserve = command('reserve', reserve, input)
const doRelease = command('release', release, input)
const doCharge = command('charge', charge, input)
const doRefund = command('refund', refund, input)
const ask = command('find-charge', findCharge, input)
const later = { delayMs: 60_000 }
const returns = timer('returns', new Date(testTime.getTime() + returnDays * 86_400_000))

const table: PairTable<MessageName> = {
  new: { history: [], at: 'new', does: { placed: [doReserve], cancelled: [end()] } },
  reserving: {
    history: ['placed'],
    at: 'reserving',
    does: { cancelled: [], reserved: [doCharge], 'reserve refused': [end()], 'reserve expired': [doRelease] },
  },
  'reserving, cancelled': {
    history: ['placed', 'cancelled'],
    at: 'reserving',
    does: { cancelled: [], reserved: [doRelease], 'reserve refused': [end()], 'reserve expired': [doRelease] },
  },
  charging: {
    history: ['placed', 'reserved'],
    at: 'charging',
    does: { cancelled: [], charged: [returns], 'charge refused': [doRelease], 'charge expired': [ask] },
  },
  'charging, cancelled': {
    history: ['placed', 'reserved', 'cancelled'],
    at: 'charging',
    does: { cancelled: [], charged: [doRefund], 'charge refused': [doRelease], 'charge expired': [ask] },
  },
  asking: {
    history: ['placed', 'reserved', 'charge expired'],
    at: 'asking',
    does: {
      cancelled: [],
      'charge found': [returns],
      'charge not found': [doRelease],
      'find-charge refused': [ask],
      'find-charge expired': [ask],
    },
  },
  'asking, cancelled': {
    history: ['placed', 'reserved', 'charge expired', 'cancelled'],
    at: 'asking',
    does: {
      cancelled: [],
      'charge found': [doRefund],
      'charge not found': [doRelease],
      'find-charge refused': [ask],
      'find-charge expired': [ask],
    },
  },
  returnable: {
    history: ['placed', 'reserved', 'charged'],
    at: 'returnable',
    does: { cancelled: [cancelTimer('returns'), doRefund], 'returns due': [end()] },
  },
  refunding: {
    history: ['placed', 'reserved', 'charged', 'cancelled'],
    at: 'refunding',
    does: {
      refunded: [doRelease],
      'refund refused': [command('refund', refund, input, later)],
      'refund expired': [command('refund', refund, input, later)],
    },
  },
  releasing: {
    history: ['placed', 'reserved', 'charge refused'],
    at: 'releasing',
    does: {
      released: [end()],
      'release refused': [command('release', release, input, later)],
      'release expired': [command('release', release, input, later)],
    },
  },
  ended: { history: ['placed', 'reserved', 'charged', 'returns due'], at: 'returnable', does: {} },
}

describe('the order process', () => {
  eachPair(orders, messages, table)

  it('ends with goods and money both kept or neither, whatever fails on the way and whenever it is cancelled', () => {
    const luck = fc.constantFrom('done', 'refused', 'lost before', 'lost after', 'cancelled first')
    fc.assert(
      fc.property(fc.array(luck, { maxLength: 25 }), (script) => {
        const { held, paid, ended } = play(script)
        expect(ended).toBe(true)
        expect(held).toBe(paid)
      }),
      { numRuns: 1000 },
    )
  })
})

type Luck = 'done' | 'refused' | 'lost before' | 'lost after' | 'cancelled first'

/** The process in a world where calls fail by a script; once that is through, everything works. */
const play = (script: readonly Luck[]) => {
  const world = { held: false, paid: false, ended: false }
  const effects: Record<string, () => void> = {
    reserve: () => Object.assign(world, { held: true }),
    release: () => Object.assign(world, { held: false }),
    charge: () => Object.assign(world, { paid: true }),
    refund: () => Object.assign(world, { paid: false }),
  }
  const pending: ProcessOutput[] = []
  let instance: ProcessInstance<OrderState> | undefined
  const tell = (message: Parameters<typeof orders.decide>[1]) => {
    const step = advance(orders, instance, message)
    instance = step?.instance ?? instance
    pending.push(...(step?.outputs ?? []))
  }
  tell(messages.placed)
  for (let turn = 0; pending.length > 0 && turn < 200; ) {
    const output = pending.shift() as ProcessOutput
    if (output.kind === 'timer') tell(due(output.name))
    if (output.kind !== 'command') continue
    const luck = script[turn++] ?? 'done'
    if (luck === 'cancelled first') tell(messages.cancelled)
    if (luck === 'refused') tell(refused(output.step, output.method as typeof reserve, 'INTERNAL'))
    if (luck === 'lost before') tell(expired(output.step, output.method as typeof reserve))
    if (luck === 'refused' || luck === 'lost before') continue
    effects[output.step]?.()
    if (luck === 'lost after') tell(expired(output.step, output.method as typeof reserve))
    else if (output.step === 'find-charge') tell(answer('find-charge', findCharge, { value: world.paid }))
    else tell(answer(output.step, output.method as typeof reserve, input))
  }
  return { ...world, ended: instance?.ended ?? false }
}

describe('given', () => {
  it('tells outputs apart by request, step, method and time', () => {
    const check = (outputs: ProcessOutput[]) => () => given(orders).when(messages.placed).then(outputs)
    expect(check([doReserve])).not.toThrow()
    expect(check([])).toThrow()
    expect(check([command('reserve', reserve, { value: 'o-2' })])).toThrow()
    expect(check([command('other', reserve, input)])).toThrow()
    expect(check([command('reserve', release, input)])).toThrow()
    expect(check([command('reserve', reserve, input, later)])).toThrow()
  })
})

describe('defineProcess', () => {
  it('types a response by its method', () => {
    const use = (message: ProcessMessage<[typeof OrderPlacedSchema], [typeof findCharge, typeof charge]>) => {
      if (isAnswer(message, findCharge)) expectTypeOf(message.response.value).toEqualTypeOf<boolean>()
      if (isAnswer(message, charge)) expectTypeOf(message.response.value).toEqualTypeOf<string>()
      if (message.kind === 'event') expectTypeOf(message.event.orderId).toEqualTypeOf<string>()
    }
    use(messages['charge found'])
    expect(isAnswer(messages['charge found'], findCharge)).toBe(true)
    expect(isAnswer(messages['charge found'], charge)).toBe(false)
    expect(isAnswer(messages['charge refused'], charge)).toBe(false)
  })

  it('refuses commands it does not declare and state that is no JSON, at compile time', () => {
    const rest = { name: 'x', events: [OrderPlacedSchema], commands: [findCharge], correlate: () => 'x' } as const
    // @ts-expect-error charge answers with text, and is not declared
    defineProcess({ ...rest, initial: () => ({}), decide: () => [doCharge], evolve: (state) => state })
    // @ts-expect-error a date comes back from JSON as text
    defineProcess({ ...rest, initial: () => ({ since: testTime }), decide: () => [], evolve: (state) => state })
    const good = defineProcess({ ...rest, initial: () => ({ n: 1 }), decide: () => [ask], evolve: (state) => state })
    expect(good.initial()).toEqual({ n: 1 })
  })
})

describe('command', () => {
  it('expires before its idempotency key does', () => {
    expect(doCharge).toMatchObject({ expiresInMs: 600_000, delayMs: 0 })
    expect(() => command('charge', charge, input, { expiresInMs: 86_400_000 })).toThrow(RangeError)
    expect(() => command('charge', charge, input, { expiresInMs: 0 })).toThrow(RangeError)
    expect(() => command('charge', charge, input, { delayMs: -1 })).toThrow(RangeError)
    expect(() => command('charge', charge, input, { expiresInMs: 86_399_999, delayMs: 1e9 })).not.toThrow()
  })
})

describe('what an error means for a command', () => {
  it('is tried again when it says nothing about the command itself', () => {
    const again = [
      Code.Unavailable,
      Code.DeadlineExceeded,
      Code.Aborted,
      Code.ResourceExhausted,
      Code.Unknown,
      Code.Canceled,
    ]
    const codes = Object.values(Code).filter((code) => typeof code === 'number')
    for (const code of codes) {
      const refusal = refusalOf(new ConnectError('why', code))
      expect([code, refusal === undefined]).toEqual([code, again.includes(code)])
    }
    expect(refusalOf(new TypeError('a socket broke'))).toBeUndefined()
  })

  it('is an answer otherwise, with the reason of its details', () => {
    const details = [{ desc: ErrorInfoSchema, value: { reason: 'CARD_DECLINED', domain: 'payment' } }]
    const error = new ConnectError('declined', Code.FailedPrecondition, undefined, details)
    expect(refusalOf(error)).toEqual({ code: 'FAILED_PRECONDITION', reason: 'CARD_DECLINED', message: 'declined' })
    expect(refusalOf(new ConnectError('gone', Code.NotFound))).toEqual({
      code: 'NOT_FOUND',
      reason: '',
      message: 'gone',
    })
  })

  it('is an answer for a quota that is spent, unless it says when it will not be', () => {
    const quota = {
      desc: QuotaFailureSchema,
      value: { violations: [{ subject: 'stories', description: '3 a month' }] },
    }
    const retry = { desc: RetryInfoSchema, value: { retryDelay: { seconds: 7n } } }
    const spent = new ConnectError('no more', Code.ResourceExhausted, undefined, [quota])
    expect(refusalOf(spent)?.code).toBe('RESOURCE_EXHAUSTED')
    expect(refusalOf(new ConnectError('later', Code.ResourceExhausted, undefined, [quota, retry]))).toBeUndefined()
  })

  it('waits longer after each try, and as long as the callee asks', () => {
    const error = new ConnectError('busy', Code.Unavailable)
    const pauses = [1, 2, 3, 20].map((attempts) => pauseMs(attempts, error, () => 1))
    expect(pauses).toEqual([200, 400, 800, 5000])
    expect(pauseMs(1, error, () => 0)).toBe(100)
    const details = [{ desc: RetryInfoSchema, value: { retryDelay: { seconds: 7n } } }]
    expect(pauseMs(1, new ConnectError('busy', Code.ResourceExhausted, undefined, details))).toBe(7000)
  })
})
